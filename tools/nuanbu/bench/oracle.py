"""What no relay can better: the least figure that so many cycles leave in a house at a load.

The pattern knows everything: the house, the load, the voltage. It gives one pulse a period, all
alike, with the mean exactly at the set-point, so that only the swing is left. Pulses all alike
are the best: the mean square of a cycle grows faster than its length, so a long cycle costs more
than a short one saves. A search among unlike pulses finds none better (test_oracle.py).
"""

from __future__ import annotations

from nuanbu.bench import scenarios

CYCLE_S = {"precise": 600, "default": 1600}  # 6 an hour, 54 a day
WARM_UP_S = 6 * 3600
JUDGED_S = 12 * 3600


def swing_k(name: str, load: float, period_s: int) -> float:
    """Standard deviation of the room temperature under the best periodic pattern, K."""
    house = scenarios.make_house(name, load)
    element_w = house.rated_w
    for _ in range(3):  # the voltage falls with the load it carries
        house.step(1.0, element_w)
        element_w = house.rated_w * (house.mains_v / 220.0) ** 2
    on_s = period_s * load * house.rated_w / element_w
    before = WARM_UP_S // period_s
    rooms = []
    for cycle in range(before + JUDGED_S // period_s):
        for t in range(period_s):
            share = min(max(on_s - t, 0.0), 1.0)
            house.step(1.0, element_w * share)
            if cycle >= before:
                rooms.append(house.room_c)
    mean = sum(rooms) / len(rooms)
    return (sum((room - mean) ** 2 for room in rooms) / len(rooms)) ** 0.5


def measure(name: str, loads: tuple[float, ...]) -> dict:
    """Profile -> the worst swing over the loads, K."""
    return {
        profile: max(swing_k(name, load, period_s) for load in loads)
        for profile, period_s in CYCLE_S.items()
    }
