# What protection keeps through a loss of power: latches, trips and the count of resets as bytes,
# written at once; what was learned over days as lists, written a few times a day.

import struct

from micropython import const

from heater.protect import monitors as m

_HEAD = const("<BBB")  # version, abnormal resets, announced restart
_VERSION = const(2)
_VERSION_1 = const(1)  # without the announced restart
_LENGTHS = const("<HH")  # of latches and trips, which follow


def state(guard):
    """Everything that must survive a loss of power, as bytes (under 400)."""
    latches = guard.book.state()
    trips = guard.trips.state()
    health = guard.health
    head = struct.pack(_HEAD, _VERSION, min(health.resets, 255), health.announced)
    return head + struct.pack(_LENGTHS, len(latches), len(trips)) + latches + trips


def restore(guard, data):
    """Take back `state`, before `Guard.configure`. Raises ValueError when it is none."""
    at = 2 if data and data[0] == _VERSION_1 else 3
    if len(data) < at + 4 or data[0] not in (_VERSION, _VERSION_1):
        raise ValueError("protect state")
    n, k = struct.unpack_from(_LENGTHS, data, at)
    at += 4
    if len(data) != at + n + k:
        raise ValueError("protect state")
    book = guard.book
    book.restore(data[at : at + n])
    guard.trips.restore(data[at + n :])
    guard.health.resets = data[1]
    guard.health.announced = 0 if data[0] == _VERSION_1 else data[2]
    # The lock is set until somebody takes it off, whatever cleared the signal.
    book.signal[m.R_SERVICE_LOCK] = book.active[m.R_SERVICE_LOCK]


def learned(guard):
    """Lists of integers by name, fit for JSON."""
    return {
        "thermal": guard.thermal.learned(),
        "balance": guard.drift.learned(),
        "weld": guard.weld.learned(),
        "joint": guard.electric.learned(),
        "leak": list(guard.leakage.days),
    }


def restore_learned(guard, data):
    """Take back `learned`. Raises ValueError when it is none; then learning begins anew."""
    try:
        parts = [[int(v) for v in data[name]] for name in ("thermal", "joint", "leak")]
        # An older firmware kept none of it.
        drift = [int(v) for v in data["balance"]] if "balance" in data else None
        weld = [int(v) for v in data["weld"]] if "weld" in data else None
    except (KeyError, TypeError):
        raise ValueError("learned")
    guard.thermal.restore(parts[0])
    guard.electric.restore(parts[1])
    guard.leakage.restore(parts[2])
    if drift is not None:
        guard.drift.restore(drift)
    if weld is not None:
        guard.weld.restore(weld)
