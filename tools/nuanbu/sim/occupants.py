"""People, lamps, kettles, windows and doors: a seeded day like any other.

The chances are per minute and by hour of the day. Every draw belongs to one minute of simulated
time, so a run does not depend on the length of its steps.
"""

PERSON_W = 75.0  # sensible heat, seated (ISO 7730, 1.0 to 1.2 met)
STANDBY_W = 8.0
LAMP_W = 20.0
TELEVISION_W = 90.0
COOKING_W = 450.0  # kettle, rice cooker: what stays in this room, mean over its minutes

#                    0    1    2    3    4    5    6    7    8    9   10   11
AT_HOME_BY_HOUR = (0.97, .97, .97, .97, .97, .97, .90, .65, .40, .35, .35, .50,
                   0.60, .50, .35, .35, .45, .65, .85, .90, .92, .95, .97, .97)  # fmt: skip
AIRING_BY_HOUR = {6: 0.5, 7: 1.0, 8: 0.6, 12: 0.4, 18: 0.5, 20: 0.6, 21: 0.3}
AIRING_PER_MINUTE = 0.006  # at weight 1.0; about one airing a day
AIRING_MINUTES = (4, 15)
TOO_COLD_TO_AIR_C = -25.0  # below it people air a third as often


class Occupants:
    """`minute()` once a minute; then gain_w, window_open and door_open hold for that minute."""

    def __init__(self, random, people):
        self._random = random
        self._people = people
        self._present = people
        self._cooking_min = 0
        self._airing_min = 0
        self._door_min = 0
        self.gain_w = 0.0
        self.window_open = False
        self.door_open = False

    def minute(self, minute_of_day, outdoor_c):
        hour = int(minute_of_day) // 60
        random = self._random.random
        if random() < 0.05:  # people come and go about three times an hour, if at all
            likely = AT_HOME_BY_HOUR[hour]
            self._present = sum(random() < likely for _ in range(self._people))
        awake = self._present > 0 and 6 <= hour < 23
        self._cooking_min = _start(self._cooking_min, awake and random() < 0.006, 6, 18, random)
        self._door_min = _start(self._door_min, awake and random() < 0.02, 1, 6, random)
        chance = AIRING_PER_MINUTE * AIRING_BY_HOUR.get(hour, 0.0)
        if outdoor_c < TOO_COLD_TO_AIR_C:
            chance /= 3.0
        self._airing_min = _start(
            self._airing_min, awake and random() < chance, *AIRING_MINUTES, random
        )
        self.window_open = self._airing_min > 0
        self.door_open = self._door_min > 0
        evening = awake and hour >= 17
        self.gain_w = (
            STANDBY_W
            + PERSON_W * self._present
            + (LAMP_W if evening or (awake and hour < 8) else 0.0)
            + (TELEVISION_W if evening and hour >= 19 else 0.0)
            + (COOKING_W if self._cooking_min else 0.0)
        )


def _start(left_min, begins, shortest_min, longest_min, random):
    """Minutes left of an activity that may begin now when none is under way."""
    if left_min > 0:
        return left_min - 1
    return shortest_min + int(random() * (longest_min - shortest_min + 1)) if begins else 0
