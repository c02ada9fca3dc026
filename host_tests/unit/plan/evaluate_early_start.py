"""Is the room warm at the time asked? One line a home, then the share within 5 minutes.

    python host_tests/unit/plan/evaluate_early_start.py [--mornings 30] [--homes a,b] [--seed 1]

Every morning at 06:30 the plan asks for 22 degC after a night at 18. Warm is within 0.5 K of the
set-point, by the heater's own sensor; the air's own truth is shown beside it. The first seven
mornings are for learning and do not count. Mornings on which the heater alone could not do it
(full power to no avail), or with a window opened in the last two hours, are counted apart.
"""

import argparse
import sys
from pathlib import Path

REPO = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(REPO / place) for place in ("host_tests/shims", "firmware", "lib", "tools")]

from living import DAY_S, Living, winter  # noqa: E402

from nuanbu.sim.houses import HOUSES  # noqa: E402

ASKED_S = 6 * 3600 + 1800
WARM_C = 21.5
LEARNING_DAYS = 7
WEEK = "mon-sun 06:30 comfort 22:30 sleep"
WITHIN_MIN = 5.0


def mornings(name, days, seed):
    """[(minutes late by the sensor, minutes late of the air, window opened, degC outside)]"""
    home = Living(name, winter(days, seed), seed, plan__week=WEEK, plan__sleep_mdeg=18000)
    found = []
    for day in range(days):
        felt_s = true_s = None
        opened = False
        asked_s = day * DAY_S + ASKED_S
        while home.t_s < (day + 1) * DAY_S:
            home.second()
            if asked_s - 7200 < home.t_s < asked_s + 7200:
                opened = opened or (home.house.window_open and felt_s is None)
                if felt_s is None and home.room_mdeg >= WARM_C * 1000:
                    felt_s = home.t_s
                if true_s is None and home.house.room_c >= WARM_C:
                    true_s = home.t_s
            if home.t_s == asked_s + 7200:
                outdoor_c = home.house.outdoor_c
        found.append([None if s is None else (s - asked_s) / 60.0 for s in (felt_s, true_s)]
                     + [opened, outdoor_c])  # fmt: skip
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--mornings", type=int, default=30, help="counted, after seven to learn")
    parser.add_argument("--homes", default=",".join(HOUSES))
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    within = within_true = counted = apart = 0
    for name in options.homes.split(","):
        found = mornings(name, LEARNING_DAYS + options.mornings, options.seed)
        late = [m for m in found[LEARNING_DAYS:] if not m[2] and None not in m]
        apart += options.mornings - len(late)
        counted += len(late)
        good = sum(abs(m[0]) <= WITHIN_MIN for m in late)
        within += good
        within_true += sum(abs(m[1]) <= WITHIN_MIN for m in late)
        errors = " ".join("  - " if m[0] is None else f"{m[0]:+4.0f}" for m in found)
        print(f"{name:20s} {good:2d} of {len(late):2d}   min late: {errors}", flush=True)
    print(
        f"within {WITHIN_MIN:.0f} min by the sensor: {within} of {counted} "
        f"({100.0 * within / max(counted, 1):.1f} %), by the air: {within_true}; "
        f"{apart} mornings apart (window open or out of reach)"
    )


if __name__ == "__main__":
    main()
