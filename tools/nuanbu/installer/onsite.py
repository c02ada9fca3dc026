"""The acceptance on site (竣工验收 联动调试): the heater in its room, at network and mains.

Somebody does what `hands` is asked for, the tool watches what the heater makes of it. Every line
can be left out; what was not done counts as not measured. Spans of time are the heater's own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nuanbu.installer.client import Client
from nuanbu.installer.commands_device import read_faults
from nuanbu.installer.hands import Hands
from nuanbu.installer.outcome import Outcome
from nuanbu.installer.profile import Limit, Profile
from nuanbu.installer.trials import FULL_HEAT, WARMEST_MDEG, measuring, shown, trial

PARTS = ("step", "window", "sensor", "wifi", "server", "power")
_STEP_S = 600.0
_WINDOW_S = 900.0
_TRIAL_S = 3600
_OBEY_S = 10.0  # a relay is allowed so long, and the meter looks back
_QUIET_S = 10.0
_SENSOR_S = 60.0
_DEGRADED_S = 120.0  # the little heat without a sensor comes in bursts: its mean
_MEND_S = 180.0
_NET_S = 900.0
_ALONE_S = 60.0
_FAILSAFE_S = 120.0  # mean of the power that is left
_START_S = 300.0
_OVER = 1.05  # of a limit, for the meter
_BOOKED_H = 0.25  # docs/storage.md: energy is on flash every 15 minutes


class Site:
    """One acceptance: the heater, who helps, the limits, and where the lines go."""

    def __init__(self, client: Client, outcome: Outcome, hands: Hands, profile: Profile):
        self.client = client
        self.outcome = outcome
        self.hands = hands
        self.profile = profile
        self.rated_w = client.request("cfg.get", k="heater.rated_w")["v"]

    def run(self, parts: tuple[str, ...], progress: Callable[[str], None]) -> None:
        """Add the lines of these PARTS. progress: told each part as it begins."""
        for part in PARTS:
            if part in parts:
                progress(f"site_{part}")
                getattr(self, f"_{part}")()

    # --- how fast it warms

    def _step(self) -> None:
        limit = self.profile.limit("step_k_h")
        room = self.client.request("meas")["room"]
        if room[1] or room[0] > WARMEST_MDEG:
            self.outcome.measure("step_k_h", limit, None, shown(room[0] / 1000, "°C", room[1]))
            return
        rooms: list[tuple[int, int]] = []
        with trial(self.client, FULL_HEAT, _TRIAL_S):
            for now in measuring(self.client, _STEP_S):
                self.outcome.note(now)
                if now["room"][1] == 0:
                    rooms.append((now["t"], now["room"][0]))
        slope = _slope_k_h(rooms)
        reading = "–" if slope is None else f"{slope:.1f} K/h"
        self.outcome.measure("step_k_h", limit, slope, reading)

    # --- window

    def _window(self) -> None:
        limit = self.profile.limit("window_s")
        if not self.client.request("cfg.get", k="plan.window")["v"]:
            self.outcome.measure("window_s", limit, None, "plan.window = false")
            return
        if not self.hands.do("open_window"):
            self.outcome.measure("window_s", limit, None)
            return
        took_s = self._until(_WINDOW_S, lambda state: state["window"])
        quiet_w = 0.0
        if took_s is not None:
            self._let(_OBEY_S)
            quiet_w = self._mean_w(_QUIET_S)
        self.hands.do("close_window")
        if took_s is None:
            self.outcome.judge("window_s", False, f"> {_WINDOW_S:g} s", str(limit), limit.source)
            return
        good = limit.holds(took_s) and quiet_w <= self.rated_w * 0.05
        self.outcome.judge("window_s", good, f"{took_s} s, {quiet_w:.0f} W",
                           f"{limit}, 0 W", limit.source)  # fmt: skip

    # --- room sensor

    def _sensor(self) -> None:
        limit = self.profile.limit("sensor_s")
        permille = self.client.request("cfg.get", k="protect.degraded_permille")["v"]
        most_w = self.rated_w * permille / 1000 * _OVER
        bound = f"{limit}, ≤ {most_w:.0f} W"
        if not self.hands.do("pull_sensor"):
            self.outcome.judge("sensor_pulled", None, "–", bound, limit.source)
            return
        took_s = self._until(_SENSOR_S, lambda _: self._lost())
        mean_w = 0.0
        if took_s is not None:
            self._let(_OBEY_S)
            mean_w = self._mean_w(_DEGRADED_S)
        self.hands.do("plug_sensor")
        if took_s is None:
            self.outcome.judge("sensor_pulled", False, f"> {_SENSOR_S:g} s", bound, limit.source)
            return
        back = self._until(_MEND_S, lambda _: not read_faults(self.client)) is not None
        reading = f"{took_s} s, {mean_w:.0f} W" + ("" if back else ", …")
        good = limit.holds(took_s) and mean_w <= most_w and back
        self.outcome.judge("sensor_pulled", good, reading, bound, limit.source)

    def _lost(self) -> bool:
        return any(fault["code"] == "room_sensor" for fault in read_faults(self.client))

    # --- network

    def _wifi(self) -> None:
        limit = self.profile.limit("offline_s")
        if not self._online("wifi_off", "wifi_off", limit):
            return
        gone = self._until(_NET_S, lambda state: state["net"] == "down") is not None
        before = self.client.request("state")
        self._let(_ALONE_S)
        after = self.client.request("state")
        alive_s = after["t"] - before["t"]
        same = after["mode"] == before["mode"] and after["late"] == before["late"]
        self.hands.do("wifi_on")
        back = self._until(_NET_S, lambda state: state["net"] == "up") is not None
        good = gone and back and same and limit.holds(alive_s)
        reading = f"{alive_s} s" + ("" if same else ", mode!") + ("" if back else ", net: down")
        self.outcome.judge("wifi_off", good, reading, f"{limit}", limit.source)

    def _server(self) -> None:
        limit = self.profile.limit("failsafe_s")
        failsafe_w = self.client.request("cfg.get", k="limits.failsafe_w")["v"]
        most_w = min(failsafe_w, self.rated_w) * _OVER
        bound = f"{limit}, ≤ {most_w:.0f} W"
        if not self._online("server_off", "failsafe", limit):
            return
        with trial(self.client, FULL_HEAT, _TRIAL_S):
            took_s = self._until(_NET_S, lambda state: state["cause"] == "failsafe")
            if took_s is not None:
                self._let(_ALONE_S)  # a relay's cycle that had begun
            mean_w = self._mean_w(_FAILSAFE_S) if took_s is not None else 0.0
        self.hands.do("server_on")
        reading = f"> {_NET_S:g} s" if took_s is None else f"{took_s} s, {mean_w:.0f} W"
        good = took_s is not None and limit.holds(took_s) and mean_w <= most_w
        self.outcome.judge("failsafe", good, reading, bound, limit.source)

    def _online(self, step: str, line: str, limit: Limit) -> bool:
        # The heater is on line, and somebody has taken the step; else the line is left open.
        net = self.client.request("state")["net"]
        if net == "up" and self.hands.do(step):
            return True
        self.outcome.measure(line, limit, None, f"net: {net}")
        return False

    # --- power cut

    def _power(self) -> None:
        before = self.client.request("state")
        settings = self.client.request("cfg.hash")["sha256"]
        bound = f"{before['mode']}, ≥ -{self.rated_w * _BOOKED_H:.0f} Wh"
        if not self.hands.do("power_cycle"):
            self.outcome.judge("power_cut", None, "–", bound, "docs/storage.md")
            return
        self.client.come_back()
        after = self._started(before["t"])
        if after is None:
            self.outcome.judge("power_cut", False, "t: no restart", bound, "docs/storage.md")
            return
        lost_wh = before["wh"] - after["wh"]
        same = self.client.request("cfg.hash")["sha256"] == settings
        good = after["mode"] == before["mode"] and same and lost_wh <= self.rated_w * _BOOKED_H
        reading = f"{after['mode']}, {-lost_wh:+d} Wh" + ("" if same else ", sha256!")
        self.outcome.judge("power_cut", good, reading, bound, "docs/storage.md")

    def _started(self, before_s: int) -> dict[str, Any] | None:
        # The state after the start: uptime has begun anew, and the first second is over.
        end_s = self.client.clock() + _START_S
        while self.client.clock() < end_s:
            state = self.client.request("state")
            if 1 <= state["t"] < before_s:
                return state
            self.client.pause(self.client.poll_s)
        return None

    # --- inside

    def _until(self, seconds: float, reached: Callable[[dict], Any]) -> int | None:
        # Heater's seconds until `reached(state)`; None: not within `seconds`.
        began = self.client.request("state")["t"]
        for now in measuring(self.client, seconds):
            self.outcome.note(now)
            state = self.client.request("state")
            if reached(state):
                return state["t"] - began
        return None

    def _let(self, seconds: float) -> None:
        for now in measuring(self.client, seconds):
            self.outcome.note(now)

    def _mean_w(self, seconds: float) -> float:
        watts = []
        for now in measuring(self.client, seconds, closely=True):
            self.outcome.note(now)
            if now["meter"][3] == 0:
                watts.append(now["meter"][2])
            else:  # without a meter, what the switches let through at the present voltage
                watts.append(self.client.request("status")["power_w"])
        return sum(watts) / len(watts) if watts else 0.0


def _slope_k_h(rooms: list[tuple[int, int]]) -> float | None:
    # Least squares over the second half: the emitter and the sensor lag first.
    rooms = rooms[len(rooms) // 2 :]
    if len(rooms) < 2 or rooms[-1][0] == rooms[0][0]:
        return None
    mean_t = sum(t for t, _ in rooms) / len(rooms)
    mean_c = sum(mdeg for _, mdeg in rooms) / len(rooms)
    below = sum((t - mean_t) ** 2 for t, _ in rooms)
    above = sum((t - mean_t) * (mdeg - mean_c) for t, mdeg in rooms)
    return above / below * 3.6
