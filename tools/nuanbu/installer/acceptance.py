"""The self-test: every line with its limit, its reading and where the limit comes from.

The heater heats at full power and then stands still for it, by settings on trial: whatever happens
to cable or tool, the heater takes them back by itself. Spans of time are the heater's own, so the
test means the same at a heater in scaled time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nuanbu.installer.client import Client
from nuanbu.installer.commands_device import read_faults
from nuanbu.installer.outcome import Outcome
from nuanbu.installer.profile import DEFAULT, Profile
from nuanbu.installer.profile import load as load_profile
from nuanbu.installer.trials import FULL_HEAT, WARMEST_MDEG, give_back, measuring, shown, trial

_FULL_STAGE = 3
_REACH_S = 180.0  # to full power: proof test, start-up ramp, minimum times of a relay
_SETTLE_S = 30.0  # from the first burst: the ramp of the start
_HOLD_S = 60.0  # at full power
_OFF_S = 20.0
_START_S = 10.0  # for sensors that have not measured yet, after power-up
_STARTING = 7  # lib/sensor_state.py
_FROST_MDEG = 7_500  # in a colder room frost protection may heat although switched off
_PROOF_S = 90.0
_QUIET_POLLS = 3

OFF_PERCENT = 5.0  # what a meter may show of a switch that is open
DROP_PERCENT = 5.0  # of the supply when the heater is switched on: wiring and joints
AGREE_PERCENT = 3.0  # power against voltage times current: a heater is a resistance
BODY_RISE_K = 2.0  # while heating; Klipper's verify_heater asks for as much
# The room sensor may feel the heater, but not before the body does: else the two are swapped.
ROOM_RISE_K = 1.5
ROOM_C = (-30.0, 50.0)
LEAK_MA = 3.5  # of the running heater, well below the 10 mA that trip
_CHOICE = "docs/commissioning.md"


def run(
    client: Client,
    *,
    profile: Profile | None = None,
    reference_c: float | None = None,
    mains_v: float | None = None,
    typed: dict[str, float] | None = None,
    progress: Callable[[str], None] = lambda step: None,
) -> Outcome:
    """Test the heater at this client. Ends with the settings it began with.

    profile: the limits; None: those of class1-fixed. reference_c, mains_v: what a reference
    thermometer beside the room sensor, and a voltmeter at the supply, show. typed: readings of the
    tester, by `profile.manual`. progress: told the key of each step as it begins.
    """
    outcome = Outcome()
    profile = profile or load_profile(DEFAULT)
    give_back(client)  # what an interrupted test has left on trial
    before = client.request("cfg.hash")["sha256"]
    began = client.request("meas")["t"]
    rated_w = client.request("cfg.get", k="heater.rated_w")["v"]
    for key in profile.manual:
        outcome.measure(key, profile.limit(key, rated_w), (typed or {}).get(key))
    progress("sensors")
    idle = _sensors(client, outcome, profile, reference_c)["meter"]
    _mains(outcome, profile, idle, mains_v)
    progress("proof")
    _proof(client, outcome, rated_w)
    progress("power")
    _power(client, outcome, profile, rated_w, idle)
    progress("off")
    _off(client, outcome, rated_w)
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


def _sensors(
    client: Client, outcome: Outcome, profile: Profile, reference_c: float | None
) -> dict[str, Any]:
    now = client.request("meas")
    for now in measuring(client, _START_S):
        if _STARTING not in (now["room"][1], now["body"][1]):
            break
    room_c, room_state = now["room"][0] / 1000, now["room"][1]
    low, high = ROOM_C
    good = room_state == 0 and low <= room_c <= high
    outcome.judge("room_sensor", good, shown(room_c, "°C", room_state),
                  f"{low:g} … {high:g} °C", "DS18B20")  # fmt: skip
    body_c, body_state = now["body"][0] / 1000, now["body"][1]
    outcome.judge("body_sensor", body_state == 0, shown(body_c, "°C", body_state), "OK", "NTC")
    limit = profile.limit("reference")
    off_k = None if reference_c is None or room_state else room_c - reference_c
    outcome.judge(
        "reference",
        None if reference_c is None else off_k is not None and limit.holds(abs(off_k)),
        "–" if off_k is None else f"{off_k:+.2f} K", f"± {limit.high:g} K", limit.source,
    )  # fmt: skip
    return now


def _mains(outcome: Outcome, profile: Profile, idle: list, mains_v: float | None) -> None:
    limit = profile.limit("mains_v")
    off = (idle[0] / 1000 / mains_v - 1) * 100 if mains_v and idle[3] == 0 else None
    outcome.judge(
        "mains_v", None if mains_v is None else off is not None and limit.holds(abs(off)),
        "–" if off is None else f"{off:+.1f} %", f"± {limit.high:g} %", limit.source,
    )  # fmt: skip


def _proof(client: Client, outcome: Outcome, rated_w: int) -> None:
    count = client.request("test.run")["count"]
    state: dict[str, Any] = {}
    for _ in measuring(client, _PROOF_S):
        state = client.request("test.state")
        if state["count"] > count and not state["busy"]:
            break
    if state.get("count", count) <= count:
        state = {}
    off = f"≤ {rated_w * OFF_PERCENT / 100:.0f} W"
    for key, name, limit, value, unit in (
        ("both_open", "quiet", off, state.get("power_w"), "W"),
        ("contactor", "contactor", off, state.get("switch_w"), "W"),
        ("residual", "leak", "≥ 8 mA", state.get("reading_ua", 0) / 1000, "mA"),
    ):
        word = state.get(name, "pending")
        good = None if word == "skipped" else word == "passed"
        told = value is not None and word in ("passed", "failed")
        shown = f"{value:.1f} {unit}" if unit == "mA" else f"{value} {unit}"
        outcome.judge(key, good, shown if told else word, limit, "docs/safety.md")


def _power(
    client: Client, outcome: Outcome, profile: Profile, rated_w: int, idle: list
) -> None:
    rated_v = client.request("cfg.get", k="heater.rated_mv")["v"] / 1000
    room = client.request("meas")["room"]
    limit = profile.limit("rated_power")
    if room[1] == 0 and room[0] > WARMEST_MDEG:
        outcome.measure("rated_power", limit, None, shown(room[0] / 1000, "°C", 0))
        return
    heating: list[dict] = []
    with trial(client, FULL_HEAT):
        for now in measuring(client, _REACH_S):
            outcome.note(now)
            # The proof test ends with both switches closed for a moment, and a relay that was
            # heating before it rests for its minimum time first.
            unmetered = now["meter"][3] != 0
            if now["on"] == [1, _FULL_STAGE] and (unmetered or now["meter"][2] > 0):
                break
        for now in measuring(client, _SETTLE_S + _HOLD_S):
            outcome.note(now)
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
        watts = rated_w * (1 + percent / 100)
        outcome.measure("rated_power", limit, percent, f"{watts:.0f} W ({percent:+.1f} %)")
    else:
        outcome.judge("rated_power", False, "–", str(limit), limit.source)
    _meter(outcome, meters, idle)
    _warming(outcome, heating, settled)


def _meter(outcome: Outcome, meters: list, idle: list) -> None:
    # Power against U times I, both in W: mV mA are uW.
    product_w = sum(m[0] * m[1] for m in meters) / 1e6
    percent = (sum(m[2] for m in meters) / product_w - 1) * 100 if product_w > 0 else None
    outcome.judge(
        "meter_agrees", None if percent is None else abs(percent) <= AGREE_PERCENT,
        "–" if percent is None else f"{percent:+.1f} %", f"± {AGREE_PERCENT:g} %", _CHOICE,
    )  # fmt: skip
    drop = None
    if meters and idle[3] == 0 and idle[0]:
        drop = (1 - sum(m[0] for m in meters) / len(meters) / idle[0]) * 100
    outcome.judge(
        "mains_drop", None if drop is None else drop <= DROP_PERCENT,
        "–" if drop is None else f"{drop:.1f} %", f"≤ {DROP_PERCENT:g} %", _CHOICE,
    )  # fmt: skip


def _warming(outcome: Outcome, heating: list[dict], settled: list[dict]) -> None:
    span = f"{_SETTLE_S + _HOLD_S:g} s"
    for key, name, good in (
        ("body_rise", "body", lambda rise_k: rise_k >= BODY_RISE_K),
        ("room_rise", "room", lambda rise_k: rise_k <= ROOM_RISE_K),
    ):
        rise_k = (heating[-1][name][0] - heating[0][name][0]) / 1000
        limit = f"≥ {BODY_RISE_K:g} K" if name == "body" else f"≤ {ROOM_RISE_K:g} K"
        outcome.judge(key, good(rise_k), f"{rise_k:.1f} K", f"{limit} / {span}", _CHOICE)
    leaks = [now["leak"][0] / 1000 for now in settled if now["leak"][1] == 0]
    outcome.judge("leak_hot", max(leaks) <= LEAK_MA if leaks else None,
                  f"{max(leaks):.2f} mA" if leaks else "–", f"≤ {LEAK_MA:g} mA",
                  _CHOICE)  # fmt: skip


def _off(client: Client, outcome: Outcome, rated_w: int) -> None:
    most_w = rated_w * OFF_PERCENT / 100
    room = client.request("meas")["room"]
    if room[0] < _FROST_MDEG and room[1] == 0:
        reading = shown(room[0] / 1000, "°C", 0)
        outcome.judge("switched_off", None, reading, f"≤ {most_w:.0f} W", "docs/safety.md")
        return
    with trial(client, {"control.mode": "off"}):
        for now in measuring(client, _OFF_S):
            outcome.note(now)
        # Only what is measured after that time counts, however slowly this computer asks.
        last = []
        for _ in range(_QUIET_POLLS):
            last.append(client.request("meas")["meter"])
            client.pause(client.poll_s)
    measured = all(meter[3] == 0 for meter in last)
    watts = max((meter[2] for meter in last), default=0)
    outcome.judge("switched_off", watts <= most_w if measured else None, f"{watts} W",
                  f"≤ {most_w:.0f} W", "docs/safety.md")  # fmt: skip
