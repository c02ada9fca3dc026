# Calibration by the console: the arithmetic of shift and factor, and what is refused.

from heater.console import methods_cal
from heater.console.server import RequestError


class Session:
    def __init__(self, role="installer"):
        self._role = role

    def role(self):
        return self._role

    def require(self, role):
        if self._role == "resident":
            raise RequestError(-32003, "log in")


class Settings:
    def __init__(self):
        self.values = {row[0]: 1_000_000 if row[1] else 0 for row in methods_cal.KINDS.values()}
        self.values["calibration.date_d"] = 0
        self.waiting = {}
        self.commits = 0

    def get(self, name):
        return self.values[name]

    def stage(self, name, value, who):
        if name.endswith("_mdeg") and not -3000 <= value <= 3000:
            return "range"
        self.waiting[name] = value

    def staged(self, who):
        return self.waiting

    def discard(self, who):
        self.waiting = {}

    def commit(self, who):
        self.values.update(self.waiting)
        self.waiting = {}
        self.commits += 1
        return self.commits, "hash"


def accept(refusal):
    if refusal:
        raise RequestError(-32602, refusal)


def rig(role="installer", **measured):
    now = dict.fromkeys(methods_cal.KINDS, (0, 0))
    now.update(measured)
    settings = Settings()
    table = methods_cal.methods(Session(role), lambda: now, settings, accept, lambda a: a)
    return table, settings


def refused(table, **p):
    try:
        table["cal.set"](p)
    except RequestError as e:
        return e
    raise AssertionError("not refused")


def test_a_sensor_is_shifted_by_what_the_reference_shows_more():
    table, settings = rig(room=(20_300, 0))
    answer = table["cal.set"]({"what": "room", "ref": 21_000, "seen": 20_250, "day": 20_500})
    assert (answer["k"], answer["old"], answer["new"]) == ("calibration.room_mdeg", 0, 750)
    assert settings.values["calibration.room_mdeg"] == 750
    assert settings.values["calibration.date_d"] == 20_500
    # The second time the first correction is inside what is seen, and is kept.
    again = table["cal.set"]({"what": "room", "ref": 20_200, "seen": 20_300, "day": 20_501})
    assert (again["old"], again["new"]) == (750, 650)


def test_a_reading_of_the_meter_is_multiplied():
    table, settings = rig(power=(1500, 0), mains=(220_000, 0))
    answer = table["cal.set"]({"what": "power", "ref": 1530, "seen": 1500, "day": 1})
    assert answer["new"] == 1_020_000
    answer = table["cal.set"]({"what": "mains", "ref": 231_000, "seen": 220_000, "day": 1})
    assert answer["new"] == 1_050_000
    assert settings.values["calibration.power_ppm"] == 1_020_000


def test_power_may_be_seen_before_the_heat_went_off_again():
    table, _ = rig(power=(3, 0))
    answer = table["cal.set"]({"what": "power", "ref": 1470, "seen": 1500, "day": 1})
    assert answer["new"] == 980_000


def test_what_is_measured_is_told_with_its_correction():
    table, settings = rig(body=(30_000, 4))
    settings.values["calibration.body_mdeg"] = -200
    assert table["cal.get"]({})["body"] == [30_000, 4, -200]


def test_what_cannot_be_a_calibration_changes_nothing():
    table, settings = rig(room=(20_000, 0), body=(20_000, 2), power=(40, 0), mains=(220_000, 0))
    day = {"day": 20_500}
    assert refused(table, what="knob", ref=1, seen=1, **day).code == -32602
    assert refused(table, what="room", ref="warm", seen=1, **day).facts["k"] == "ref"
    assert refused(table, what="room", ref=20_000, seen=20_000).facts["k"] == "day"
    assert refused(table, what="body", ref=20_000, seen=20_000, **day).facts["why"] == "state"
    assert refused(table, what="power", ref=40, seen=40, **day).facts["why"] == "least"
    assert refused(table, what="mains", ref=220_000, seen=0, **day).facts["why"] == "least"
    moving = refused(table, what="room", ref=20_000, seen=19_699, **day)
    assert moving.facts["now"] == 20_000
    assert refused(table, what="mains", ref=1, seen=215_000, **day).facts["why"] == "moving"
    assert refused(table, what="room", ref=23_001, seen=20_000, **day).text == "range"
    assert settings.waiting == {} and settings.commits == 0


def test_changes_that_wait_for_their_commit_are_not_committed_along():
    table, settings = rig(room=(20_000, 0))
    settings.waiting["x"] = 1
    assert refused(table, what="room", ref=20_000, seen=20_000, day=1).code == -32001
    assert settings.waiting == {"x": 1} and settings.commits == 0


def test_a_resident_may_not():
    table, _ = rig("resident", room=(20_000, 0))
    assert refused(table, what="room", ref=20_000, seen=20_000, day=1).code == -32003
