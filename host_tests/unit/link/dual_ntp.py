# NTP for the plan: asked once a day, again soon after a failure, never an exception.

from heater.link import realtime
from heater.link.ntp import NetworkTime

_1970 = realtime.time.gmtime(0)[0] == 1970
UTC_S = 1_800_000_000


class Rig:
    def __init__(self):
        self.now_s = 1000
        self.right_s = UTC_S
        self.broken = False
        self.room = True
        self.asked = 0
        self.told = []
        self.time = NetworkTime(self.tell, self.question, lambda: self.now_s)

    def tell(self, utc_s):
        if self.room:
            self.told.append(utc_s)
        return self.room

    def question(self):
        self.asked += 1
        if self.broken:
            raise OSError(116)
        return self.right_s if _1970 else self.right_s - 946684800

    def after(self, seconds):
        self.now_s += seconds
        self.right_s += seconds
        self.time.poll()
        return self.asked


def test_it_is_asked_at_once_and_once_a_day():
    rig = Rig()
    assert rig.after(0) == 1 and rig.told == [UTC_S]
    assert rig.after(86_399) == 1
    assert rig.after(1) == 2 and rig.told[1] == UTC_S + 86_400


def test_after_a_failure_it_is_asked_again_in_ten_minutes():
    rig = Rig()
    rig.broken = True
    assert rig.after(0) == 1 and rig.told == []
    assert rig.after(599) == 1
    rig.broken = False
    assert rig.after(1) == 2 and len(rig.told) == 1


def test_an_answer_without_room_is_asked_for_again():
    rig = Rig()
    rig.room = False
    assert rig.after(0) == 1
    assert rig.after(599) == 1 and rig.after(1) == 2


def test_a_clock_set_back_by_years_costs_one_question():
    rig = Rig()
    rig.after(0)
    rig.now_s -= 10**8
    assert rig.after(0) == 2 and rig.after(1) == 2


def _absent():
    raise ImportError("no module named 'ntptime'")


def test_where_there_is_no_ntp_nothing_breaks():
    told = []
    NetworkTime(told.append, _absent, lambda: 0).poll()
    assert told == []
