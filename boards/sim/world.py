# The physical world as the simulated board sees it, and its only door to the host.
#
# The fakes in machine.py, onewire.py and esp32.py read these module globals; the host sets them
# in lock-step: it sends a frame with the physical inputs and a span of virtual time, the firmware
# runs for that span, and the answer tells what the heater did. Virtual time passes only in sleep.
#
# Everything reached from the fakes' read and write paths is free of allocation, because the tick
# runs under heap_lock in the tests. The host build has 63-bit small integers, so plain products
# of milliwatts and milliseconds are safe here (and only here).
#
# Wire (little endian), the host first:
#   host -> device  IiiiiiHHHB  period_ms room_mdeg body_mdeg chip_mdeg mains_mv leak_ua
#                               switches(tilt | buttons << 8) console_len command_len want
#                   then console bytes, then JSON commands, one a line
#   device -> host  QQIIBBHHI   now_ms energy_uj switch_ops contactor_ops flags spare
#                               console_len trace_len probe_len
#                   then console bytes, trace records, probe
# A trace record is IHH: ms since power-up, pin, level.

import json
import struct
import sys

import board

RX_FORMAT = "<IiiiiiHHHB"
TX_FORMAT = "<QQIIBBHHI"
TRACE_FORMAT = "<IHH"
_SHOW_PINS = (board.PIN_LED, board.PIN_BUZZER)  # their edges are of no interest in a trace
FLAG_CONTACTOR = 1
FLAG_SWITCH = 2
FLAG_RESET = 4
RESET_EXIT = 3  # exit code that asks the host for a restart of the same flash
CONSOLE_RING = 260  # the ESP32's own stdin ring; what does not fit is lost, as there
TRACE_RECORDS = 400

now_ms = 0
number = 0  # of the chip, 0 to 65535: what its unique_id ends with, less one
epoch_ms = 0  # what ticks_ms started from; lets tests begin just before the tick wraps
room_mdeg = 20_000
body_mdeg = 20_000
chip_mdeg = 25_000
mains_mv = 220_000  # without the heater's own load ...
source_mohm = 0  # ... and the branch before it
leak_ua = 0
tilted = 0
buttons = 0
noise_mdeg = 20  # standard deviation of the one-wire sensor
element_rated_w = 2000  # of the element that is really fitted, at element_rated_mv
element_rated_mv = 220_000
faults = {}
reset_cause = 1  # machine.PWRON_RESET
rtc_memory = b""  # outlasts a reset in `rtc_file`, never a loss of power
rtc_file = ""
census = 0  # 1: the probe also tells the heap in use, flash blocks taken and files written
hang_ms = 0  # a stall the host asked for: the next sleep lasts so much longer

driven = bytearray(64)  # 1: the pin is an output at present
_levels = bytearray(64)
_shares = (1000, 0)
_drop_mv = 0  # over the branch
_power_mw = 0
_energy_uj = 0
_since_ms = 0
_switch_ops = 0
_contactor_ops = 0
_contactor_on = False
_switch_on = False
_deadline_ms = 0
wdt_timeout_ms = 0
wdt_fed_ms = 0
_rx = None
_tx = None
_rx_buf = bytearray(struct.calcsize(RX_FORMAT))
_console_in = bytearray(CONSOLE_RING)
console_n = 0  # bytes in it
_console_out = bytearray()
_trace = bytearray(TRACE_RECORDS * 8)
_trace_n = 0
_probe = None
_probe_wanted = False
leak_test_ua = 0  # what the test winding adds while it is driven


def _power_now_mw():
    """Electrical power at the element, from what really conducts."""
    f = faults
    contactor = (_levels[board.PIN_CONTACTOR] or "contactor_welded" in f) and (
        "contactor_open" not in f
    )
    if not contactor or "breaker_off" in f:
        return 0
    permille = 0
    if (_levels[board.PIN_SWITCH] or "switch_welded" in f) and "switch_open" not in f:
        permille += _shares[0]
    if board.PIN_SWITCH_2 is not None and _levels[board.PIN_SWITCH_2]:
        permille += _shares[1]
    if permille and "element_open" in f:
        permille = 0
    if "element_weak_permille" in f:
        permille = permille * (1000 - f["element_weak_permille"]) // 1000
    volt_10 = heater_mv() // 100
    w_mv = element_rated_w * permille * volt_10 // (element_rated_mv // 100)
    return w_mv * volt_10 // (element_rated_mv // 100)


def settle():
    """Book the energy up to now and find the present power. Call after any change."""
    global _power_mw, _energy_uj, _since_ms, _drop_mv
    _energy_uj += _power_mw * (now_ms - _since_ms)
    _since_ms = now_ms
    _drop_mv = 0
    _power_mw = _power_now_mw()
    if _power_mw and source_mohm:
        # In this instant: of the voltage without load r / (R + r), where r / R = r P / U^2.
        part = source_mohm * _power_mw
        _drop_mv = mains_mv * part // (mains_mv * mains_mv + part)
        _power_mw = _power_now_mw()


def element_w():
    """Present electrical power at the element in W."""
    return _power_mw // 1000


def heater_mv():
    """RMS voltage at the heater under its present load in mV."""
    return mains_mv - _drop_mv


def element_ma():
    """Present RMS current through the element in mA."""
    return _power_mw * 1000 // heater_mv() if mains_mv else 0


def set_pin(pin, level):
    """machine.Pin writes an output."""
    global _switch_ops, _contactor_ops, leak_test_ua, _trace_n
    if _levels[pin] == level:
        return
    _levels[pin] = level
    if _trace_n < TRACE_RECORDS and pin not in _SHOW_PINS:
        struct.pack_into(TRACE_FORMAT, _trace, _trace_n * 8, now_ms & 0xFFFFFFFF, pin, level)
        _trace_n += 1
    if pin == board.PIN_SWITCH or pin == board.PIN_SWITCH_2:
        _switch_ops += 1
        settle()
    elif pin == board.PIN_CONTACTOR:
        _contactor_ops += 1
        settle()
    elif pin == board.PIN_LEAK_TEST:
        leak_test_ua = 15_000 if level else 0


def get_pin(pin):
    """Level last written to an output."""
    return _levels[pin]


# --- console (UART 0)


def console_read_into(buf):
    """Move what has arrived into `buf`; returns the number of bytes."""
    global console_n
    n = min(len(buf), console_n)
    buf[:n] = _console_in[:n]
    _console_in[: console_n - n] = _console_in[n:console_n]
    console_n -= n
    return n


def console_write(data):
    _console_out.extend(data)
    return len(data)


# --- resets


def reset(cause):
    """End this run of the firmware; the host starts it anew on the same flash."""
    for pin, level in board.SAFE_LEVELS:  # pull-downs act while the chip is in reset
        set_pin(pin, level)
    settle()
    if rtc_file:
        with open(rtc_file, "wb") as f:
            f.write(rtc_memory)
    _send(FLAG_RESET, cause)
    sys.exit(RESET_EXIT)


# --- virtual time


def advance(ms):
    """Let virtual time pass, meeting the host whenever its span is used up."""
    global now_ms, hang_ms
    if hang_ms:
        ms += hang_ms
        hang_ms = 0
    target = now_ms + ms
    while target >= _deadline_ms:
        now_ms = _deadline_ms
        if now_ms - wdt_fed_ms > wdt_timeout_ms > 0:
            reset(3)  # machine.WDT_RESET
        exchange()
    now_ms = target
    if target - wdt_fed_ms > wdt_timeout_ms > 0:
        reset(3)


# --- the wire


def attach(rx, tx, probe):
    """Open the door to the host: two unbuffered files and a callable that gives the probe."""
    global _rx, _tx, _probe
    _rx = rx
    _tx = tx
    _probe = probe
    _receive()


def exchange():
    """Tell the host what happened, and take the next span of time and its physical inputs."""
    settle()
    _send(0, 0)
    _receive()


def _send(flags, spare):
    global _console_out, _trace_n
    if _levels[board.PIN_CONTACTOR]:
        flags |= FLAG_CONTACTOR
    if _power_mw:
        flags |= FLAG_SWITCH
    probe = json.dumps(_probe()).encode() if _probe_wanted and not flags & FLAG_RESET else b""
    head = struct.pack(
        TX_FORMAT,
        now_ms,
        _energy_uj,
        _switch_ops,
        _contactor_ops,
        flags,
        spare,
        len(_console_out),
        _trace_n * 8,
        len(probe),
    )
    body = head + _console_out + _trace[: _trace_n * 8] + probe if (
        _console_out or _trace_n or probe
    ) else head
    _tx.write(body)
    if _console_out:
        _console_out = bytearray()
    _trace_n = 0


def _read(n):
    buf = _rx.read(n)
    while len(buf) < n:
        more = _rx.read(n - len(buf))
        if not more:
            sys.exit(0)
        buf += more
    return buf


def _receive():
    global room_mdeg, body_mdeg, chip_mdeg, mains_mv, leak_ua, tilted, buttons
    global _deadline_ms, console_n, _probe_wanted
    got = _rx.readinto(_rx_buf)
    if not got:
        sys.exit(0)  # the host is gone
    if got < len(_rx_buf):
        _rx_buf[got:] = _read(len(_rx_buf) - got)
    (
        period_ms,
        room_mdeg,
        body_mdeg,
        chip_mdeg,
        mains_mv,
        leak_ua,
        switches,
        n_console,
        n_command,
        want,
    ) = struct.unpack(RX_FORMAT, _rx_buf)
    tilted = switches & 1
    buttons = switches >> 8
    _probe_wanted = bool(want)
    if n_console:
        data = _read(n_console)
        n = min(n_console, CONSOLE_RING - console_n)
        _console_in[console_n : console_n + n] = data[:n]
        console_n += n
    if n_command:
        for line in _read(n_command).split(b"\n"):
            command(json.loads(line))
    settle()
    _deadline_ms = now_ms + period_ms


def command(c):
    """One order of the host's: {"fault": name, "value": n} or {"set": {global: value}}."""
    global _shares
    if "fault" in c:
        if c["value"]:
            faults[c["fault"]] = c["value"]
        else:
            faults.pop(c["fault"], None)
    for name, value in c.get("set", {}).items():
        if name == "modulator":
            _shares = board.STAGE_PERMILLE if value == "stages" else (1000, 0)
        else:
            globals()[name] = value
