# The physical world of the 32-bit target: what the simulated board's fakes read and write, without
# the host behind it. Tests set the module globals and let time pass by `now_ms`.
#
# The tick runs under heap_lock here on a machine with 31-bit small integers, so nothing on the
# paths of the fakes may grow beyond them: power is kept in watts, energy only between two
# readings of the meter, and `now_ms` holds twelve days.

import board

now_ms = 0
number = 0
epoch_ms = 0
room_mdeg = 20_000
body_mdeg = 20_000
chip_mdeg = 25_000
mains_mv = 220_000
leak_ua = 0
leak_test_ua = 0  # what the test winding adds while it is driven
tilted = 0
buttons = 0
noise_mdeg = 20
element_rated_w = 2000
element_rated_mv = 220_000
faults = {}
reset_cause = 1  # machine.PWRON_RESET
rtc_memory = b""
wdt_timeout_ms = 0
wdt_fed_ms = 0
console_n = 0  # nobody is at the console

_levels = bytearray(64)
_power_w = 0
_energy_mj = 0  # since take_energy_mj()
_since_ms = 0


def _power_now_w():
    if not (_levels[board.PIN_CONTACTOR] and _levels[board.PIN_SWITCH]):
        return 0
    ratio = mains_mv // (element_rated_mv // 1000)  # permille
    return element_rated_w * ratio // 1000 * ratio // 1000


def settle():
    """Book the energy up to now and find the present power."""
    global _power_w, _energy_mj, _since_ms
    _energy_mj += _power_w * (now_ms - _since_ms)
    _since_ms = now_ms
    _power_w = _power_now_w()


def take_energy_mj():
    """Millijoules since the last call; to be taken at least every minute."""
    global _energy_mj
    settle()
    taken = _energy_mj
    _energy_mj = 0
    return taken


def set_pin(pin, level):
    """machine.Pin writes an output."""
    global leak_test_ua
    if _levels[pin] == level:
        return
    _levels[pin] = level
    if pin == board.PIN_SWITCH or pin == board.PIN_CONTACTOR:
        settle()
    elif pin == board.PIN_LEAK_TEST:
        leak_test_ua = 15_000 if level else 0


def get_pin(pin):
    """Level last written to an output."""
    return _levels[pin]


# --- the console: nobody is there


def console_read_into(buf):
    return 0


def console_write(data):
    return len(data)


# --- resets


def reset(cause):
    raise SystemExit


def advance(ms):
    """Let time pass."""
    global now_ms
    now_ms += ms
