"""`nuanbu sim run`: one heater in one house through real weather, recorded minute by minute."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from nuanbu.docs.safety import texts
from nuanbu.errors import UserError
from nuanbu.report.record import Event, Meta, RunRecord
from nuanbu.sim import houses
from nuanbu.sim.device import MODES, Device
from nuanbu.sim.house import House
from nuanbu.sim.lockstep import LockStep
from nuanbu.sim.weather import Weather

DAY_S = 86_400
SAMPLE_S = 60
DAYS_MIN, DAYS_MAX = 0.04, 366
DAYS_ALLOWED = f"between {DAYS_MIN} (an hour) and {DAYS_MAX}"
_TELL_S = 0.2
# The first hours, in which a room found at another temperature is brought to its set-point, are
# shown but not judged.
SETTLE_S = 3 * 3600


@dataclass
class Plan:
    """What to run. Times of day are the weather file's local standard time."""

    house: str
    days: float = 1.0
    weather: Path | None = None
    settings: dict = field(default_factory=dict)
    seed: int = 1
    speed: float | None = None
    lang: str = "en"


@contextmanager
def only_one(folder: Path) -> Iterator[Path]:
    """Hold `folder` for this run; UserError when another run writes there."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UserError(
                f"{folder}: another run is writing here", "wait for it, or give another --out"
            ) from None
        yield folder


def run(plan: Plan, progress: Callable[[float, float], None] | None = None) -> RunRecord:
    """Run the whole plan and return its record.

    `progress(done, speed)` is called about five times a second of wall time, with the part done
    (0 to 1) and the ratio of virtual to real time. Raises UserError for a bad plan.
    """
    if not DAYS_MIN <= plan.days <= DAYS_MAX:
        raise UserError(f"DAYS={plan.days:g}: must be {DAYS_ALLOWED}")
    spec = houses.get(plan.house)
    weather = Weather.load(plan.weather) if plan.weather else Weather.cold_week()
    seconds = round(plan.days * DAY_S / SAMPLE_S) * SAMPLE_S
    weather = weather.coldest(seconds)
    house = House(spec, weather, seed=plan.seed)
    house.reset()
    settings = {"heater.rated_w": spec.rated_w, **plan.settings}
    began = time.monotonic()
    with Device(settings=settings, start=weather.start_iso, seed=plan.seed) as device:
        pair = LockStep(device, house, speed=plan.speed)
        recorder = _Recorder(pair, plan, weather.source, weather.start_iso, settings)
        recorder.record.meta.firmware = device.request("hello")["firmware"]
        told = began
        while pair.totals.seconds < seconds:
            recorder.minute()
            now = time.monotonic()
            if progress and now - told > _TELL_S:
                told = now
                progress(pair.totals.seconds / seconds, pair.totals.seconds / (now - began))
    recorder.record.meta.wall_s = time.monotonic() - began
    return recorder.record


class _Recorder:
    """Runs the pair minute by minute and writes down what it does."""

    def __init__(self, pair: LockStep, plan: Plan, source: str, start_iso: str, settings: dict):
        self._pair = pair
        self._lang = plan.lang
        spec = houses.get(plan.house)
        self._rated_w = spec.rated_w
        self.record = RunRecord(
            Meta(
                house=plan.house,
                house_text=spec.zh if plan.lang == "zh" else spec.en,
                weather=source,
                start_iso=start_iso,
                rated_w=spec.rated_w,
                seed=plan.seed,
                settings=settings,
                settle_s=SETTLE_S,
            )
        )
        self._open: dict[str, Event] = {}  # events that have not ended
        self._mode: str | None = None

    def minute(self) -> None:
        """One minute of both, one sample."""
        pair, house = self._pair, self._pair.house
        before_j = pair.totals.energy_j
        closed = 0
        report = None
        for report in pair.seconds(SAMPLE_S, probe=True):
            closed += report.contactor
        view = report.probe if report and report.probe else {}
        t_s = pair.totals.seconds
        totals = pair.totals
        self.record.add(
            room_c=house.room_c,
            sensor_c=house.sensor_c,
            setpoint_c=view.get("setpoint_mdeg", 0) / 1000,
            outdoor_c=house.outdoor_c,
            body_c=house.body_c,
            power_w=(totals.energy_j - before_j) / SAMPLE_S,
            grant_w=view.get("limit_w", self._rated_w),
            contactor=closed / SAMPLE_S,
            mains_v=house.mains_v,
            switchings=(totals.switchings + 1) // 2,
            contactor_switchings=(totals.contactor_switchings + 1) // 2,
        )
        self._note(t_s, view)

    def _note(self, t_s: int, view: dict) -> None:
        current: dict[str, tuple[str, str]] = {}
        for fault in view.get("faults", ()):
            text = texts().told(fault, "en" if self._lang == "en" else "zh")
            current[f"fault {fault['code']}"] = ("fault", text)
        if self._pair.house.window_open:
            current["window"] = ("window", "window open" if self._lang == "en" else "窗户打开")
        if view.get("window_open"):
            seen = "window seen by the firmware" if self._lang == "en" else "固件检测到开窗"
            current["window seen"] = ("window", seen)
        for cause in self._pair.totals.resets:
            self.record.event(t_s, "fault", f"restart, cause {cause}")
        self._pair.totals.resets.clear()
        for key, (kind, text) in current.items():
            if key not in self._open:
                self._open[key] = self.record.event(t_s, kind, text)
        for key in self._open.keys() - current.keys():
            self._open.pop(key).end_s = t_s
        mode = MODES[view["mode"]] if "mode" in view else None
        if mode != self._mode:
            self._mode = mode
            self.record.event(t_s, "mode", f"mode {mode}")
