"""The figures, their targets, whom they are taken of, and how."""

from nuanbu.bench import oracle, plants, scenarios
from nuanbu.bench.heater import FastHeater
from nuanbu.bench.rivals import BangBang, TextbookPid
from nuanbu.bench.vm import VmHeater

LOADS = (0.2, 0.5, 0.8)
PLANTS = 16
PLANT_HOURS = 12.0
RIVAL_HOURS = 12.0  # what they do at a constant load repeats within the hour
FIRMWARE = "ours, firmware"  # the whole of it in MicroPython, hours of real time for all houses
LEARNED = ("ours", FIRMWARE)  # judged after a day of use
OURS = (*LEARNED, "ours, first hours")
ORACLE = "possible"

# Figure, text, unit, target.
FIGURES = (
    ("ssr", "accuracy, solid-state switch", "K", 0.05),
    ("precise", "accuracy, relay, precise profile", "K", 0.20),
    ("default", "accuracy, relay, default profile", "K", 0.35),
    ("cycles_hour", "relay cycles an hour, precise profile", "/h", 6.0),
    ("cycles_day", "relay cycles on a mean winter day, default profile", "/d", 54.0),
    ("step_k", "step 18 to 22: overshoot", "K", 0.10),
    ("step_time", "step 18 to 22: time to 21.8, of full power", "x", 1.15),
    ("cap_k", "overshoot after 3 h at 15 %", "K", 0.10),
    ("window_k", "overshoot after a 20 min open window", "K", 0.10),
)
LAWS = {
    "ours": None,
    "ours, first hours": None,
    FIRMWARE: None,
    "bang-bang +-0.5 K": BangBang,
    "textbook PID": TextbookPid,
}
_RELAYS = (("precise", "precise"), ("default", "default"))


def measure(name, law, hours, only=None):
    """All figures of one law (or of ORACLE) in one house or random plant: key -> value."""
    if law == ORACLE:
        return oracle.measure(name, LOADS)

    def heater(modulator, profile="default"):
        kind = LAWS[law]
        if law == FIRMWARE:
            return lambda rated_w: VmHeater(rated_w, modulator, profile)
        return lambda rated_w: FastHeater(rated_w, modulator, profile, kind() if kind else None)

    if LAWS[law]:
        hours = min(hours, RIVAL_HOURS)

    def wanted(key):
        return only is None or key in only

    ssr = heater("ssr")
    memory = scenarios.normal_day(name, ssr) if law in LEARNED else None
    found = {}
    if plants.is_random(name):
        kinds = (("ssr", "ssr", "default"),)
        loads, hours = (0.5,), min(hours, PLANT_HOURS)
    else:
        kinds = (("ssr", "ssr", "default"), *((key, "relay", profile) for key, profile in _RELAYS))
        loads = LOADS
        if wanted("cycles_day"):
            found["cycles_day"] = scenarios.winter_day(name, heater("relay"), memory)
    for key, modulator, profile in kinds:
        if not wanted(key):
            continue
        make = heater(modulator, profile)
        runs = [scenarios.accuracy(name, make, load, hours, memory) for load in loads]
        found[key] = max(run.figure_k for run in runs)
        found[key + "_detail"] = [vars(run) for run in runs]
        if key == "precise":
            found["cycles_hour"] = max(run.cycles_day for run in runs) / 24
    if wanted("step_k"):
        found["step_k"], found["step_time"] = scenarios.step_up(name, ssr, memory)
    if wanted("cap_k"):
        found["cap_k"] = scenarios.after_cap(name, ssr, memory)
    if wanted("window_k"):
        found["window_k"] = scenarios.after_window(name, ssr, memory)
    return found


def missed(by_house, key, target):
    """Names of the houses over the target, worst first."""
    values = {name: found[key] for name, found in by_house.items() if key in found}
    return sorted((n for n in values if values[n] > target), key=lambda n: -values[n])


_REASONS = {
    "step_k": "the sensor's lag is taken too short there: power and room tell only what both lags "
    "do together, the body the emitter's, and what remains is weighed against the walls",
    "step_time": "a room that warms within minutes: with the sensor's lag ahead of its slope, the "
    "law ends full power more than a kelvin early",
}


def reason(key, target, ours, possible):
    """Why a figure is missed, in one line, from what was measured."""
    names = missed(ours, key, target)
    if key not in oracle.CYCLE_S:
        return f"{', '.join(names)}: {_REASONS.get(key, 'not yet explained')}"
    parts = []
    for name in names:
        least = possible.get(name, {}).get(key)
        value = ours[name][key]
        if least is None:
            parts.append(f"{name} {value:.2f}")
        elif least > target:
            parts.append(f"{name} {value:.2f} where no pattern does better than {least:.2f}")
        else:
            parts.append(
                f"{name} {value:.2f}, {100 * (value / least - 1):.0f} % above {least:.2f}"
            )
    return "so few cycles: " + "; ".join(parts)
