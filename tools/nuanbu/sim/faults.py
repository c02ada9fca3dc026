"""Parts of the simulated board that can be broken: the names `Device.inject` accepts.

`nuanbu sim faults` prints them as the table that docs/cosim.md holds.
"""

from __future__ import annotations

from typing import NamedTuple

from nuanbu.errors import UserError


class Fault(NamedTuple):
    """What is broken, and the values allowed beside 0, which mends it."""

    meaning: str
    lowest: int = 1
    highest: int = 1
    unit: str = ""


# The parts that act on them are in boards/sim; a test holds the two together.
FAULTS = {
    "room_open": Fault("room sensor: wire broken"),
    "room_short": Fault("room sensor: data line at 0 V"),
    "room_silent": Fault("room sensor: present, but sends nothing"),
    "room_crc": Fault("room sensor: one bit of each answer wrong"),
    "room_frozen": Fault("room sensor: repeats its last conversion"),
    "room_offset_mdeg": Fault("room sensor: reads too high (negative: too low)",
                              -50_000, 50_000, "mdeg"),
    "air_open": Fault("second room sensor (SHT4x): no acknowledge"),
    "air_crc": Fault("second room sensor (SHT4x): checksum wrong"),
    "body_open": Fault("body sensor: wire broken"),
    "body_short": Fault("body sensor: short circuit"),
    "adc_stuck": Fault("the converter behind body and leakage sensor repeats its last code"),
    "switch_welded": Fault("modulating switch always conducts"),
    "switch_open": Fault("modulating switch never conducts"),
    "contactor_welded": Fault("safety contactor always conducts"),
    "contactor_open": Fault("safety contactor never conducts"),
    "element_open": Fault("heating element broken"),
    "element_weak_permille": Fault("heating element: power missing", 1, 1000, "permille"),
    "breaker_off": Fault("the home's breaker is off: no power for element (and meter, at 0 V)"),
    "meter_silent": Fault("meter sends nothing"),
    "meter_garbage": Fault("meter sends random bytes"),
    "meter_deaf": Fault("meter's current channel reads zero"),
    "leak_sensor_dead": Fault("residual-current sensor: answers 0 V"),
    "leak_sensor_offset_ua": Fault("residual-current sensor: reads too much",
                                   -100_000, 100_000, "uA"),
    "program_bit": Fault("one bit of the program in flash has turned"),
    "clock_lost": Fault("the platform's own clock begins with 2000-01-01 at the next start"),
    "wifi_down": Fault("no association with the access point"),
    "wifi_password": Fault("access point refuses the password"),
    "wifi_no_ap": Fault("no such access point"),
    "wifi_weak": Fault("weak signal: comes and goes"),
    "wifi_raises": Fault("the Wi-Fi driver raises OSError"),
    "wifi_hang": Fault("the Wi-Fi driver does not return for so long", 1, 1_000_000, "s"),
}  # fmt: skip


def check(name: str, value: int) -> None:
    """Raises UserError unless `name` is a fault and `value` is 0 (mend) or in its range."""
    if name not in FAULTS:
        raise UserError(f"no fault {name!r}; there are: {', '.join(FAULTS)}")
    fault = FAULTS[name]
    if value and not (type(value) in (int, bool) and fault.lowest <= value <= fault.highest):
        unit = f" {fault.unit}" if fault.unit else ""
        allowed = f"{fault.lowest} to {fault.highest}{unit}"
        if fault.lowest == fault.highest:
            allowed = f"{fault.lowest} to break it"
        raise UserError(f"{name}={value!r}: must be {allowed}, or 0 to mend it")


def table() -> str:
    """The faults as a Markdown table."""
    rows = ["| fault | what is broken | value |", "|---|---|---|"]
    for name, fault in FAULTS.items():
        value = str(fault.lowest)
        if fault.lowest != fault.highest:
            value = f"{fault.lowest} … {fault.highest} {fault.unit}"
        rows.append(f"| `{name}` | {fault.meaning} | {value} |")
    return "\n".join(rows) + "\n"

