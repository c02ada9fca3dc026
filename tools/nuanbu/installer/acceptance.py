"""The self-test: every line with its limit, its reading and where the limit comes from.

The heater heats at full power and then stands still for it, by settings on trial: whatever happens
to cable or tool, the heater takes them back by itself. Spans of time are the heater's own, so the
test means the same at a heater in scaled time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from nuanbu.installer.client import Client
from nuanbu.installer.commands_device import read_faults

PASS, FAIL, SKIP = "pass", "fail", "skip"

_TRIAL_S = 600  # the heater takes test settings back by itself after this time
_FULL_MDEG = 30_000  # the highest set-point: full power in any room below it
_WARMEST_MDEG = 25_000  # in a warmer room the regulator may ask for less than full power
_FULL_STAGE = 3
_REACH_S = 180.0  # to full power: proof test, start-up ramp, minimum times of a relay
_SETTLE_S = 30.0  # from the first burst: the ramp of the start
_HOLD_S = 60.0  # at full power
_OFF_S = 20.0
_START_S = 10.0  # for sensors that have not measured yet, after power-up
_STARTING = 7  # lib/sensor_state.py
_FROST_MDEG = 7_500  # in a colder room frost protection may heat although switched off
_PROOF_S = 90.0
_POLL_S = 0.05
_QUIET_POLLS = 3

# IEC 60335-1, table 1: rated power of heating appliances above 200 W.
POWER_LOW_PERCENT, POWER_HIGH_PERCENT = -10.0, 5.0
OFF_PERCENT = 5.0  # what a meter may show of a switch that is open
BODY_RISE_K = 2.0  # while heating; Klipper's verify_heater asks for as much
REFERENCE_K = 0.5  # DS18B20: +-0.5 K by its data sheet
ROOM_C = (-30.0, 50.0)
LEAK_MA = 3.5  # of the running heater, well below the 10 mA that trip
# Readings of the electrician's tester: (highest or lowest allowed, unit, source).
TYPED = {
    "earth_ohm": ("max", 0.1, "Ω", "IEC 60335-1, 27.5"),
    "insulation_mohm": ("min", 2.0, "MΩ", "IEC 60335-1, 16.3 (practice: 500 V)"),
    "leakage_ma": ("max", 0.75, "mA", "IEC 60335-1, 13.2"),
}


@dataclass
class Line:
    """One line of the record. limit, reading: as shown, with unit; verdict: pass, fail, skip."""

    key: str
    limit: str
    reading: str
    verdict: str
    source: str


@dataclass
class Outcome:
    """Everything the self-test found. series: [uptime s, power W, body degC, room degC] each."""

    lines: list[Line] = field(default_factory=list)
    series: list[list[float]] = field(default_factory=list)
    faults: list[dict] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def failed(self) -> list[str]:
        return [line.key for line in self.lines if line.verdict == FAIL]

    def judge(self, key: str, good: bool | None, reading: str, limit: str, source: str) -> None:
        """Add a line; good None: it could not be measured."""
        verdict = SKIP if good is None else PASS if good else FAIL
        self.lines.append(Line(key, limit, reading, verdict, source))

    def told(self) -> dict[str, Any]:
        return asdict(self)


def run(
    client: Client,
    *,
    reference_c: float | None = None,
    typed: dict[str, float] | None = None,
    progress: Callable[[str], None] = lambda step: None,
) -> Outcome:
    """Test the heater at this client. Ends with the settings it began with.

    reference_c: reading of a reference thermometer beside the room sensor. typed: readings of the
    tester, by the names of TYPED. progress: told the key of each step as it begins.
    """
    outcome = Outcome()
    before = client.request("cfg.hash")["sha256"]
    began = client.request("meas")["t"]
    _typed(outcome, typed or {})
    progress("sensors")
    _sensors(client, outcome, reference_c)
    progress("proof")
    _proof(client, outcome)
    progress("power")
    _power(client, outcome)
    progress("off")
    _off(client, outcome)
    progress("faults")
    outcome.faults = read_faults(client)
    outcome.judge(
        "faults", not outcome.faults, ", ".join(f["code"] for f in outcome.faults) or "0", "0",
        "docs/safety.md",
    )  # fmt: skip
    after = client.request("cfg.hash")["sha256"]
    outcome.judge("settings_kept", before == after, after[:12], before[:12], "docs/settings.md")
    outcome.seconds = client.request("meas")["t"] - began
    return outcome


def _typed(outcome: Outcome, typed: dict[str, float]) -> None:
    for name, (kind, bound, unit, source) in TYPED.items():
        value = typed.get(name)
        good = None
        if value is not None:
            good = value <= bound if kind == "max" else value >= bound
        sign = "≤" if kind == "max" else "≥"
        reading = "–" if value is None else f"{value:g} {unit}"
        outcome.judge(name, good, reading, f"{sign} {bound:g} {unit}", source)


def _sensors(client: Client, outcome: Outcome, reference_c: float | None) -> None:
    now = client.request("meas")
    for now in _while(client, _START_S):
        if _STARTING not in (now["room"][1], now["body"][1]):
            break
    room_c, room_state = now["room"][0] / 1000, now["room"][1]
    low, high = ROOM_C
    good = room_state == 0 and low <= room_c <= high
    outcome.judge("room_sensor", good, _shown(room_c, "°C", room_state),
                  f"{low:g} … {high:g} °C", "DS18B20")  # fmt: skip
    body_c, body_state = now["body"][0] / 1000, now["body"][1]
    outcome.judge("body_sensor", body_state == 0, _shown(body_c, "°C", body_state), "OK", "NTC")
    off_k = None if reference_c is None or room_state else room_c - reference_c
    outcome.judge(
        "reference",
        None if reference_c is None else off_k is not None and abs(off_k) <= REFERENCE_K,
        "–" if off_k is None else f"{off_k:+.2f} K",
        f"± {REFERENCE_K:g} K", "DS18B20",
    )  # fmt: skip


def _proof(client: Client, outcome: Outcome) -> None:
    count = client.request("test.run")["count"]
    state: dict[str, Any] = {}
    for _ in _while(client, _PROOF_S):
        state = client.request("test.state")
        if state["count"] > count and not state["busy"]:
            break
    done = state.get("count", count) > count
    for key, name in (("both_open", "quiet"), ("contactor", "contactor"), ("residual", "leak")):
        word = state.get(name, "pending") if done else "pending"
        good = None if word == "skipped" else word == "passed"
        reading = f"{state['reading_ua'] / 1000:.1f} mA" if name == "leak" and done else word
        limit = "≥ 8 mA" if name == "leak" else f"≤ {OFF_PERCENT:g} %"
        outcome.judge(key, good, reading, limit, "docs/safety.md")


def _power(client: Client, outcome: Outcome) -> None:
    rated_w = client.request("cfg.get", k="heater.rated_w")["v"]
    rated_v = client.request("cfg.get", k="heater.rated_mv")["v"] / 1000
    room = client.request("meas")["room"]
    limit = f"{POWER_LOW_PERCENT:+g} … {POWER_HIGH_PERCENT:+g} %"
    source = "IEC 60335-1, 10.1"
    if room[1] == 0 and room[0] > _WARMEST_MDEG:
        outcome.judge("rated_power", None, _shown(room[0] / 1000, "°C", 0), limit, source)
        return
    heating: list[dict] = []
    with trial(client, {"control.mode": "heat", "control.setpoint_mdeg": _FULL_MDEG}):
        for now in _while(client, _REACH_S):
            _note(outcome, now)
            if now["on"] == [1, _FULL_STAGE]:
                break
        for now in _while(client, _SETTLE_S + _HOLD_S):
            _note(outcome, now)
            heating.append(now)
        limit_w = client.request("status")["limit_w"]
    settled = [now for now in heating if now["t"] >= heating[0]["t"] + _SETTLE_S]
    meters = [now["meter"] for now in settled if now["meter"][3] == 0 and now["on"][0]]
    expected = [rated_w * (m[0] / 1000 / rated_v) ** 2 for m in meters]
    if any(now["on"][1] != _FULL_STAGE for now in settled):
        # Above rated voltage a fast switch goes on and off to stay within the limit, so the mean
        # is judged against the lesser of the two. A relay stays on.
        expected = [min(watts, limit_w) for watts in expected]
    if sum(expected) > 0:
        percent = (sum(m[2] for m in meters) / sum(expected) - 1) * 100
        good = POWER_LOW_PERCENT <= percent <= POWER_HIGH_PERCENT
        watts = rated_w * (1 + percent / 100)
        outcome.judge("rated_power", good, f"{watts:.0f} W ({percent:+.1f} %)", limit, source)
    else:
        outcome.judge("rated_power", False, "–", limit, source)
    rise_k = (heating[-1]["body"][0] - heating[0]["body"][0]) / 1000
    outcome.judge("body_rise", rise_k >= BODY_RISE_K, f"{rise_k:.1f} K",
                  f"≥ {BODY_RISE_K:g} K / {_SETTLE_S + _HOLD_S:g} s",
                  "docs/commissioning.md")  # fmt: skip
    leaks = [now["leak"][0] / 1000 for now in settled if now["leak"][1] == 0]
    outcome.judge("leak_hot", max(leaks) <= LEAK_MA if leaks else None,
                  f"{max(leaks):.2f} mA" if leaks else "–", f"≤ {LEAK_MA:g} mA",
                  "docs/commissioning.md")  # fmt: skip


def _off(client: Client, outcome: Outcome) -> None:
    rated_w = client.request("cfg.get", k="heater.rated_w")["v"]
    room = client.request("meas")["room"]
    if room[0] < _FROST_MDEG and room[1] == 0:
        outcome.judge("switched_off", None, _shown(room[0] / 1000, "°C", 0),
                      f"≤ {rated_w * OFF_PERCENT / 100:.0f} W", "docs/safety.md")  # fmt: skip
        return
    watts, measured = 0, False
    with trial(client, {"control.mode": "off"}):
        readings = []
        for now in _while(client, _OFF_S):
            _note(outcome, now)
            readings.append(now["meter"])
        last = readings[-_QUIET_POLLS:]
        measured = bool(last) and all(meter[3] == 0 for meter in last)
        watts = max((meter[2] for meter in last), default=0)
    good = watts <= rated_w * OFF_PERCENT / 100 if measured else None
    outcome.judge("switched_off", good, f"{watts} W", f"≤ {rated_w * OFF_PERCENT / 100:.0f} W",
                  "docs/safety.md")  # fmt: skip


@contextmanager
def trial(client: Client, wanted: dict[str, Any]) -> Iterator[None]:
    """Settings that the heater has only meanwhile, and takes back by itself if need be."""
    client.request("cfg.drop")
    for name, value in wanted.items():
        client.request("cfg.set", k=name, v=value)
    client.writes += 1
    client.request("cfg.commit", confirm_s=_TRIAL_S)
    try:
        yield
    finally:
        if client.request("cfg.hash")["trial_s"]:
            client.request("cfg.revert")


def _while(client: Client, seconds: float) -> Iterator[dict]:
    # Measurements until so many seconds of the heater's own time have passed.
    now = client.request("meas")
    until = now["t"] + seconds
    while now["t"] < until:
        yield now
        time.sleep(_POLL_S)
        now = client.request("meas")


def _note(outcome: Outcome, now: dict) -> None:
    if not outcome.series or now["t"] > outcome.series[-1][0]:
        outcome.series.append(
            [now["t"], now["meter"][2], now["body"][0] / 1000, now["room"][0] / 1000]
        )


def _shown(value: float, unit: str, state: int) -> str:
    return f"{value:.1f} {unit}" if state == 0 else f"state {state}"
