"""Messages as they go over the broker: where to, and who said it (docs/protocol)."""

from __future__ import annotations

import hashlib
import hmac
import json

from nuanbu.group.guard import Beat, Order

PREFIX = "nuanbu/1"
RAMP_PERMILLE_S = 30
WATTS_MAX = 1_000_000
_WATTS = (("power_w", 0), ("demand_w", 0), ("limit_w", -1))
_SIZE_MAX = 16_384  # bytes; a heater sends far less


def signed(key: bytes, topic: str, message: dict) -> bytes:
    """The bytes of a message (dict without `sig`) for this topic."""
    return _canonical(dict(message, sig=_signature(key, topic, message))).encode()


def opened(key: bytes, topic: str, payload: bytes) -> dict | None:
    """The message in a payload, None unless it is one and was signed with this key."""
    if len(payload) > _SIZE_MAX:
        return None
    try:
        message = json.loads(payload)
        bare = {name: value for name, value in message.items() if name != "sig"}
        good = hmac.compare_digest(_signature(key, topic, bare), message["sig"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return bare if good else None


def limit(order: Order, guard: str, epoch: int, cause: str) -> dict:
    """A limit message. cause: name of the node that binds."""
    later = order.later
    return {
        "v": 1,
        "level": "district",
        "guard": guard,
        "epoch": epoch,
        "seq": order.seq,
        "iat": order.issued_s,
        "exp": order.expires_s,
        "active": True,
        "limit_w": order.watts,
        "periods": [{"start": later[0], "limit_w": later[1]}] if later else [],
        "ramp": RAMP_PERMILLE_S,
        "rnd_s": 0,
        "slot": order.slot,
        "cause": {"level": order.cause[0], "node": cause},
        "reason": "",
    }


def heartbeat(beat: Beat, guard: str, epoch: int) -> dict:
    """A heartbeat message."""
    return {
        "v": 1,
        "level": "district",
        "guard": guard,
        "epoch": epoch,
        "seq": beat.seq,
        "now": beat.sent_s,
        "min_seq": beat.min_seq,
        "abnormal": False,
    }


def welcome(nonce: str, now_s: int, guard: str, epoch: int, seq: int) -> dict:
    """The answer to a hello. This server sends no commands, so none is past."""
    return {
        "v": 1,
        "level": "district",
        "guard": guard,
        "nonce": nonce,
        "now": now_s,
        "epoch": epoch,
        "seq": seq,
        "command_seq": 0,
    }


def received(stream: str, following: int, nonce: str) -> dict:
    """What a heater sent of its books is kept up to a number."""
    return {"v": 1, "stream": stream, "next": following, "nonce": nonce}


def answer_of(message: dict) -> tuple[int, int, bool, int]:
    """(epoch, seq, whether it holds that limit, watts it may take) of an ack. ValueError: a
    number is missing or out of range."""
    holds = message.get("status") in ("accepted", "effect")
    epoch, seq = (whole(message, name, 0, 2**31 - 1) for name in ("epoch", "seq"))
    return epoch, seq, holds, whole(message, "limit_w", -1, WATTS_MAX)


def state_of(message: dict) -> list:
    """[room_mdeg or None, setpoint_mdeg, power_w, demand_w, limit_w, lease] of a state.
    ValueError: one is missing or out of range."""
    room_mdeg = message.get("room_mdeg")
    if room_mdeg is not None:
        room_mdeg = whole(message, "room_mdeg", -55_000, 150_000)
    lease = message.get("lease")
    if lease not in ("init", "limited", "unlimited", "failsafe", "autonomous"):
        raise ValueError(f"lease {lease!r}")
    watts = [whole(message, name, low, WATTS_MAX) for name, low in _WATTS]
    return [room_mdeg, whole(message, "setpoint_mdeg", -55_000, 150_000), *watts, lease]


def whole(message: dict, name: str, low: int, high: int) -> int:
    """A whole number of a message. ValueError: missing, another type, or out of range."""
    value = message.get(name)
    if type(value) is not int or not low <= value <= high:
        raise ValueError(f"{name} {value!r}")
    return value


def _canonical(message: dict) -> str:
    return json.dumps(message, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _signature(key: bytes, topic: str, message: dict) -> str:
    return hmac.new(key, f"{topic}\n{_canonical(message)}".encode(), hashlib.sha256).hexdigest()
