# Leases and arbiter in a few lives, each told in watts. Runs on CPython and MicroPython.

import micropython

from heater.limits import arbiter, lease, levels

UTC = 1_790_000_000
CFG = {
    "link.enabled": True,
    "heater.rated_w": 2000,
    "limits.installed_w": 3500,
    "limits.levels": 8,
    "limits.failsafe_w": 600,
    "limits.failsafe_min_s": 7200,
    "limits.autonomous": False,
    "limits.frost_floor_w": 500,
    "limits.spread_s": 600,
}


class Heater:
    def __init__(self, changes=None, device_hash=0, power_loss=False):
        cfg = dict(CFG)
        cfg.update(changes or {})
        self.arbiter = arbiter.Arbiter()
        self.arbiter.configure(cfg)
        self.leases = levels.Leases(device_hash, power_loss)
        self.leases.configure(cfg, 0)
        self.now = 0
        self.frost = False
        self.leases.step(0, self.arbiter)

    def run(self, seconds, demand=5000):
        for _ in range(seconds):
            self.now += 1
            self.leases.step(self.now, self.arbiter)
            for _ in range(10):
                self.arbiter.grant(demand, self.frost)
        return self.arbiter.grant_w

    def welcome(self, level="district", epoch=1, seq=0):
        return self.leases.welcome({"level": level, "epoch": epoch, "seq": seq}, self.now)

    def heartbeat(self, seq, abnormal=False, min_seq=0, level="district"):
        msg = {
            "level": level,
            "epoch": 1,
            "seq": seq,
            "now": UTC + self.now,
            "min_seq": min_seq,
            "abnormal": abnormal,
        }
        return self.leases.heartbeat(msg, self.now, UTC + self.now)

    def limit(self, seq, watts, **more):
        msg = {
            "level": "district",
            "epoch": 1,
            "seq": seq,
            "iat": UTC + self.now,
            "exp": UTC + self.now + 180,
            "active": watts is not None,
            "limit_w": watts or 0,
            "periods": [],
            "ramp": 30,
            "rnd_s": 0,
            "slot": -1,
            "cause": {"level": "building", "node": "B7"},
        }
        msg.update(more)
        return self.leases.offer(msg, self.now, UTC + self.now)


def controlled(watts=1000, **kw):
    heater = Heater(**kw)
    heater.run(1)
    assert heater.welcome() == lease.ACCEPTED
    assert heater.limit(1, watts) == lease.ACCEPTED
    return heater


def test_without_a_server_nothing_binds():
    heater = Heater({"link.enabled": False})
    assert heater.run(1) == 2000
    assert heater.arbiter.cause == arbiter.FREE
    assert heater.limit(1, 0) == lease.NOT_USED
    assert heater.run(1) == 2000


def test_starts_capped_and_says_so():
    heater = Heater()
    assert heater.run(1) == 600
    assert heater.arbiter.cause == arbiter.STARTING
    assert heater.run(100_0) == 600


def test_limit_needs_a_heartbeat_first():
    heater = Heater()
    heater.run(1)
    heater.welcome()
    heater.run(61)
    assert heater.limit(1, 1500) == lease.NO_HEARTBEAT
    assert heater.heartbeat(1) == lease.ACCEPTED
    assert heater.limit(1, 1500) == lease.ACCEPTED
    assert heater.run(60) == 1500
    assert heater.arbiter.cause == arbiter.BUILDING


def test_reduction_acts_within_one_second_raise_is_ramped():
    heater = controlled(2000)
    heater.run(60)
    assert heater.limit(2, 400, rnd_s=600) == lease.ACCEPTED
    assert heater.run(1) == 400
    heater.heartbeat(1)
    assert heater.limit(3, 1600) == lease.ACCEPTED
    last = 400
    for _ in range(19):
        now = heater.run(1)
        assert 0 < now - last <= 60  # 3 % of 2000 W a second
        last = now
    assert heater.run(2) == 1600


def test_zero_is_not_inactive():
    heater = controlled(0)
    assert heater.run(1) == 0
    heater.heartbeat(1)
    assert heater.limit(2, None) == lease.ACCEPTED
    assert heater.run(60) == 2000
    assert heater.leases.state() == lease.UNLIMITED


def test_silence_leads_to_the_failsafe_share_within_122_s():
    heater = controlled(1800)
    heater.run(30)
    heater.heartbeat(1)
    assert heater.run(119) > 600
    assert heater.run(3) == 600
    assert heater.arbiter.cause == arbiter.FAILSAFE
    assert heater.run(90_000) == 600  # never unlimited


def test_heartbeat_alone_does_not_lead_out_of_failsafe():
    heater = controlled(1800)
    heater.run(200)
    assert heater.heartbeat(1) == lease.ACCEPTED
    assert heater.run(10) == 600
    assert heater.limit(1, 1800) == lease.REPLAYED
    assert heater.limit(2, 1800) == lease.ACCEPTED
    assert heater.run(60) == 1800


def test_heartbeats_renew_but_not_what_was_revoked():
    heater = controlled(1800)
    for beat in range(1, 40):
        heater.run(30)
        assert heater.heartbeat(beat, min_seq=1) == lease.ACCEPTED
    assert heater.run(1) == 1800
    heater.run(28)
    for beat in range(40, 48):  # beats go on, but ask for a newer limit than the one held
        heater.heartbeat(beat, min_seq=2)
        heater.run(30)
    assert heater.run(1) == 600


def test_abnormal_sheds_a_zone_with_one_message():
    heater = controlled(1800)
    heater.run(30)
    heater.heartbeat(1, abnormal=True)
    assert heater.run(1) == 600
    heater.run(29)
    heater.heartbeat(2)
    assert heater.run(60) == 1800


def test_periods_begin_on_time():
    heater = Heater()
    heater.run(1)
    heater.welcome()
    start = UTC + heater.now
    periods = [{"start": start + 40, "limit_w": 300}, {"start": start + 80, "limit_w": 0}]
    assert heater.limit(1, 900, periods=periods) == lease.ACCEPTED
    assert heater.run(39) == 900
    assert heater.run(1) == 300
    assert heater.run(39) == 300
    assert heater.run(1) == 0


def test_a_second_allocates_nothing():
    heater = Heater(power_loss=True, device_hash=77)
    heater.run(1)
    heater.welcome()
    start = UTC + heater.now
    periods = [{"start": start + 20 + i, "limit_w": 300 + 100 * (i % 3)} for i in range(8)]
    assert heater.limit(1, 900, periods=periods, rnd_s=60) == lease.ACCEPTED
    heater.leases.step(2, heater.arbiter)
    heater.arbiter.grant(2000, False)
    micropython.heap_lock()
    try:
        now = 2
        while now < 400:  # periods, raises, the fall to the fail-safe limit
            now += 1
            heater.leases.step(now, heater.arbiter)
            heater.arbiter.grant(2000, now > 300)
            heater.arbiter.grant(100, False)
    finally:
        micropython.heap_unlock()
    assert heater.leases.state() == lease.FAILSAFE


def test_frost_floor_stands_above_orders_not_above_protection():
    heater = controlled(0)
    heater.run(1)
    heater.frost = True
    assert heater.run(20) == 500
    assert heater.arbiter.cause == arbiter.FROST
    heater.arbiter.set(arbiter.PROTECTION, 0, arbiter.PROTECTION)
    assert heater.run(1) == 0
    assert heater.arbiter.cause == arbiter.PROTECTION


def test_return_after_a_power_cut_waits_for_its_turn():
    for device in (0, 10, 300, 600):
        heater = controlled(2000, device_hash=device, power_loss=True)
        risen = None
        for beat in range(1, 700):
            if beat % 30 == 0:
                heater.heartbeat(beat)
            if heater.run(1) > 600 and risen is None:
                risen = heater.now
        assert abs(risen - device) <= 2


def test_the_least_of_several_levels_counts():
    heater = Heater({"limits.levels": 9})
    heater.run(1)
    for level in ("household", "district"):
        heater.welcome(level)
    assert heater.limit(1, 1800) == lease.ACCEPTED
    cause = {"level": "household", "node": "0301"}
    assert heater.limit(1, 700, level="household", cause=cause) == lease.ACCEPTED
    assert heater.run(60) == 700
    assert heater.arbiter.cause == arbiter.HOUSEHOLD
    assert heater.limit(1, 700, level="unit") == lease.NOT_USED


def test_a_replaced_server_is_not_obeyed():
    heater = controlled(1000)
    assert heater.limit(0, 2000, epoch=2) == lease.ACCEPTED
    assert heater.limit(50, 2000, epoch=1) == lease.OLD_EPOCH


def test_what_was_accepted_before_a_restart_cannot_be_replayed():
    heater = controlled(1000)
    saved = heater.leases.saved()
    again = Heater()
    again.leases.restore(saved)
    again.run(1)
    again.welcome()
    again.heartbeat(9)
    assert again.limit(1, 2000) == lease.REPLAYED
    forgetful = Heater()
    forgetful.run(1)
    forgetful.welcome(seq=2)
    assert forgetful.limit(1, 2000) == lease.REPLAYED
    assert forgetful.limit(2, 2000) == lease.ACCEPTED


def test_before_its_own_welcome_a_server_is_not_believed():
    # What is on flash may be hours old: until a server has told its numbers anew, a recorded
    # limit that has not expired and a recorded heartbeat look like new ones.
    heater = Heater({"limits.levels": 9})
    heater.run(1)
    heater.welcome("district")
    assert heater.heartbeat(9, level="household") == lease.NO_TIME
    assert heater.limit(9, 2000, level="household") == lease.NO_TIME
    assert heater.leases.wants_welcome()
    heater.welcome("household", seq=10)
    assert heater.limit(9, 2000, level="household") == lease.REPLAYED
    assert heater.limit(10, 800, level="household") == lease.ACCEPTED
    assert heater.leases.wants_welcome()  # the district has set no limit yet
    assert heater.limit(10, 900) == lease.ACCEPTED
    assert not heater.leases.wants_welcome()
    assert heater.run(30) == 800


def test_the_highest_level_in_use_numbers_the_commands():
    for used, level in ((8, "district"), (9, "district"), (5, "building"), (1, "household")):
        leases = Heater({"limits.levels": used}).leases
        assert [one for one in levels.LEVELS if leases.commands(one)] == [level]
    assert not Heater({"link.enabled": False}).leases.commands("district")


def test_the_key_of_a_zone_locks_no_server_out():
    heater = controlled(1000)
    msg = {"level": "district", "epoch": 0x7FFFFFFF, "seq": 5, "now": UTC + heater.now,
           "min_seq": 0, "abnormal": False}  # fmt: skip
    assert heater.leases.heartbeat(msg, heater.now, UTC + heater.now) == lease.ACCEPTED
    assert heater.limit(2, 300) == lease.ACCEPTED  # the server's limits keep counting
    assert heater.run(1) == 300
    assert heater.heartbeat(9) == lease.REPLAYED
    assert heater.welcome(seq=3) == lease.ACCEPTED  # and so do its heartbeats, from here on
    assert heater.heartbeat(10) == lease.ACCEPTED


def test_a_heartbeat_counts_from_when_it_was_sent():
    heater = controlled(1000)
    heater.run(50)
    msg = {"level": "district", "epoch": 1, "seq": 1, "now": UTC + heater.now, "min_seq": 0,
           "abnormal": False}  # fmt: skip
    heater.run(45)
    assert heater.leases.heartbeat(msg, heater.now, UTC + heater.now) == lease.ACCEPTED
    assert heater.run(120 - 45 - 1) == 1000
    assert heater.run(1) == 600


def test_a_fallen_order_is_told_once():
    heater = controlled(2000)
    heater.run(60, demand=1000)
    fallen = []
    for seq, watts in ((2, 1500), (3, 900), (4, 890), (5, 1900)):
        heater.limit(seq, watts)
        heater.leases.step(heater.now, heater.arbiter)
        for _ in range(10):
            heater.arbiter.grant(1000, False)
            if heater.arbiter.fallen:
                fallen.append(watts)
    assert fallen == [1500, 900, 890]


def test_the_place_of_a_relay_is_that_of_the_least_limit():
    heater = controlled(1000)
    assert heater.leases.slot() == -1
    heater.limit(2, 900, slot=250)
    heater.run(1)
    assert (heater.leases.slot(), heater.leases.least_w) == (250, 900)


def test_a_refused_limit_changes_nothing():
    heater = controlled(1000)
    heater.run(30)
    now = UTC + heater.now
    nine = [{"start": now + 900 + i, "limit_w": 0} for i in range(9)]
    for more, result in (
        ({"exp": now}, lease.EXPIRED),
        ({"iat": now + 90, "exp": now + 200}, lease.FUTURE),
        ({"iat": now, "exp": now + 3601}, lease.TOO_LONG),
        ({"iat": now, "periods": [{"start": now, "limit_w": 0}]}, lease.PERIODS),
        ({"iat": now, "periods": nine}, lease.PERIODS),
    ):
        assert heater.limit(2, 2000, **more) == result
        assert heater.run(1) == 1000


def test_without_trusted_time_no_limit_is_believed():
    heater = Heater()
    heater.run(1)
    heater.welcome()
    msg = {"level": "district", "epoch": 1, "seq": 1}
    assert heater.leases.offer(msg, heater.now, None) == lease.NO_TIME
    assert heater.run(1) == 600
