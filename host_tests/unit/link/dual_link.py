# The parts of the link that need no network, on CPython and MicroPython.

import published

from heater import signals
from heater.link import backoff, keys, mailbox, topics
from heater.link.collector import Collector
from heater.link.handshake import Handshake
from heater.link.telemetry import Telemetry

UTC = 1_790_000_000


def cfg(**more):
    values = {
        "link.enabled": True,
        "link.company": "heatco",
        "link.district": "east",
        "link.building": "7号楼",
        "link.unit": "u2",
        "link.household": "0301",
        "link.collector": "c1",
        "link.collector_fresh_s": 900,
        "link.collector_first": True,
        "limits.levels": 9,
    }
    for name in more:
        values[name.replace("__", ".")] = more[name]
    return values


def raises(kind, call, *args):
    try:
        call(*args)
    except kind:
        return True
    return False


# --- mailbox


def test_mailbox_keeps_order_and_bounds():
    box = mailbox.Mailbox(3)
    assert box.get() is None and box.room() == 3
    for round_ in range(5):
        assert [box.put((round_, i)) for i in range(4)] == [True, True, True, False]
        assert [box.get() for _ in range(4)] == [(round_, 0), (round_, 1), (round_, 2), None]
    assert box.refused == 5


def test_mailbox_never_waits_for_the_other_end():
    box = mailbox.Mailbox(2)
    box.put(1)
    box._lock.acquire()
    assert box.get() is None
    box._lock.release()
    assert box.get() == 1


# --- topics


def test_topics():
    made = topics.Topics(cfg(), "htr-1")
    base = "nuanbu/1/heatco/east/7号楼/u2/0301"
    assert made.of("ack") == base + "/htr-1/ack"
    assert made.route(base + "/htr-1/limit") == ("limit", "device")
    assert made.route("nuanbu/1/heatco/east/heartbeat") == ("heartbeat", "zone.district")
    assert made.route(base + "/heartbeat") == ("heartbeat", "zone.household")
    assert made.route("nuanbu/1/heatco/east/7号楼/heartbeat") is None
    assert made.route(base + "/collector/c1/reading") == ("reading", "collector")
    assert made.route(base + "/htr-2/limit") is None
    assert len(made.wanted()) == 7


def test_places_that_topics_cannot_hold():
    for bad in ("", "a/b", "+", "#", "a\0"):
        assert raises(topics.BadPlace, topics.Topics, cfg(link__unit=bad), "htr-1")


# --- keys


class Store:
    def __init__(self):
        self.blobs = {}
        self.full = False

    def load(self, name):
        return self.blobs.get(name)

    def save(self, name, data):
        if not self.full:
            self.blobs[name] = data
        return not self.full


def test_keys_go_in_and_never_out():
    store = Store()
    mine = keys.Keys(store)
    mine.open()
    assert mine.set("device", "00" * 31 + "ff") is None
    assert mine.set("wifi", "密码 pass") is None
    for name, text, why in (
        ("other", "x", "unknown"),
        ("device", "00" * 31, "form"),
        ("device", "zz" * 32, "form"),
        ("device", 5, "unknown"),
        ("mqtt", "x" * 65, "form"),
    ):
        assert mine.set(name, text) == why
    again = keys.Keys(store)
    again.open()
    assert again.present() == ["device", "wifi"]
    assert again.key("device") == bytes(31) + b"\xff" and again.key("zone.unit") is None
    assert again.set("wifi", "") is None and again.present() == ["device"]
    store.full = True
    assert again.set("device", "") == "storage" and again.present() == ["device"]


def test_damaged_keys_are_no_keys():
    store = Store()
    store.blobs["keys"] = b"{nonsense"
    mine = keys.Keys(store)
    mine.open()
    assert mine.present() == []


# --- back-off


def test_pauses_double_within_bounds_and_differ():
    pauses = backoff.Backoff()
    seen = [pauses.next_ms() for _ in range(12)]
    for i in range(12):
        whole = min(1000 << i, 120_000)
        assert whole // 2 <= seen[i] <= whole
    assert len({backoff.Backoff().next_ms() for _ in range(40)}) > 10
    pauses.reset()
    assert pauses.next_ms() <= 1000


# --- trusted time


def test_handshake_tells_the_time_once_answered():
    shake = Handshake()
    assert shake.utc_s(5) is None
    assert shake.due(5) and not shake.due(6)
    first = shake.nonce
    assert shake.answer({"nonce": "0" * 32, "now": UTC}, 6) == "nonce"
    assert shake.due(15) and shake.nonce != first
    assert shake.answer({"nonce": first, "now": UTC}, 16) == "nonce"
    assert shake.answer({"nonce": shake.nonce, "now": UTC}, 18) is None
    # 3 s of round trip: the clock is fast by up to that, never slow
    assert shake.utc_s(18) == UTC + 3 and shake.utc_s(28) == UTC + 13
    assert not shake.due(18 + 21_599) and shake.due(18 + 21_600)


def test_a_slow_answer_tells_no_time():
    shake = Handshake()
    shake.due(0)
    assert shake.answer({"nonce": shake.nonce, "now": UTC}, 31) == "slow"
    assert shake.utc_s(31) is None


def test_a_new_connection_greets_again_and_keeps_the_time():
    shake = Handshake()
    shake.due(0)
    shake.answer({"nonce": shake.nonce, "now": UTC}, 1)
    shake.begin()
    assert shake.due(2) and shake.utc_s(2) == UTC + 2 and not shake.welcomed()


# --- collector


def reading(seq, mdeg, t=UTC, epoch=1):
    return {"epoch": epoch, "seq": seq, "t": t, "room_mdeg": mdeg, "battery_permille": -1}


def collector():
    made = Collector()
    made.configure(cfg())
    return made


def test_collector_freshness():
    made, inp = collector(), signals.Inputs()
    made.fill(inp)
    assert inp.remote_state == signals.STARTING
    assert made.offer(reading(1, 19_000, UTC - 100), 1000, UTC, 19_500, True) is None
    inp.uptime_s = 1000
    made.fill(inp)
    assert (inp.remote_state, inp.remote_mdeg, inp.remote_age_ms) == (0, 19_000, 100_000)
    inp.uptime_s = 1801
    made.fill(inp)
    assert inp.remote_state == signals.STALE
    made.configure(cfg(link__collector=""))
    made.fill(inp)
    assert inp.remote_state == signals.NOT_FITTED


def test_collector_refuses():
    made = collector()
    assert made.offer(reading(5, 19_000), 10, None, 0, False) == "no_time"
    assert made.offer(reading(5, 19_000), 10, UTC, 0, False) is None
    for message, why in (
        (reading(5, 19_100), "replayed"),
        (reading(6, 19_100, UTC - 901), "expired"),
        (reading(6, 19_100, UTC + 61), "future"),
        (reading(6, 19_100, epoch=0), "old_epoch"),
        (reading(6, -36_000), "range"),
        (reading(6, 51_000), "range"),
    ):
        assert made.offer(message, 10, UTC, 0, False) == why, message
    assert made.offer(reading(6, 19_000), 10, UTC, 32_000, True) == "apart"
    assert made.mdeg == 19_000 and made.refused == 8


def test_collector_believes_a_jump_only_when_repeated():
    made = collector()
    made.offer(reading(1, 20_000), 10, UTC, 0, False)
    assert made.offer(reading(2, 30_000), 20, UTC, 0, False) == "jump"
    assert made.offer(reading(3, 20_100), 30, UTC, 0, False) is None
    for seq in (4, 5):
        assert made.offer(reading(seq, 27_000), 40, UTC, 0, False) == "jump"
    assert made.offer(reading(6, 27_100), 50, UTC, 0, False) is None
    assert made.mdeg == 27_100


# --- telemetry


class Sent:
    def __init__(self):
        self.kinds = []
        self.messages = []
        self.room = True

    def put(self, kind, message, retain):
        if self.room:
            published.validate(kind, message)
            self.kinds.append(kind)
            self.messages.append(message)
        return self.room


CAUSES = ("free", "installed")
FAULT = published.example("fault")["fault"]


def test_telemetry_keeps_its_times():
    sent, snap = Sent(), signals.Snapshot()
    made = Telemetry(sent.put, CAUSES)
    for now in range(1800):
        made.step(snap, "limited", 500, 0, now, UTC)
    assert sent.kinds.count("state") == 30
    assert sent.kinds.count("measures") == 6
    assert sent.kinds.count("energy") == 2
    assert [m["seq"] for m in sent.messages] == list(range(38))
    made.begin()
    made.step(snap, "limited", 500, 0, 1800, UTC)
    assert sent.kinds[38:] == ["state", "measures", "energy"]


def test_a_change_is_told_at_once_power_alone_is_none():
    sent, snap = Sent(), signals.Snapshot()
    made = Telemetry(sent.put, CAUSES)
    made.step(snap, "limited", 500, 0, 0, None)
    snap.power_w = 900
    made.step(snap, "limited", 500, 0, 1, None)
    assert sent.kinds.count("state") == 1 and sent.messages[0]["t"] == 0
    for change in ({"setpoint_mdeg": 20_000}, {"limit_cause": 1}, {"fault_count": 1}):
        for name in change:
            setattr(snap, name, change[name])
        made.step(snap, "limited", 500, 0, 2, None)
    made.step(snap, "failsafe", 500, 0, 3, None)
    made.step(snap, "failsafe", 400, 0, 3, None)
    assert sent.kinds.count("state") == 6


def test_faults_come_and_go_once():
    sent, snap = Sent(), signals.Snapshot()
    made = Telemetry(sent.put, CAUSES)
    fault = {name: FAULT[name] for name in FAULT if name != "active"}
    sent.room = False
    made.faults([fault])
    made.step(snap, "init", -1, 0, 0, None)
    sent.room = True
    made.faults([fault])
    made.step(snap, "init", -1, 0, 1, None)
    made.faults([])
    made.step(snap, "init", -1, 0, 2, None)
    told = [m["fault"] for m in sent.messages if "fault" in m]
    assert told == [
        FAULT,
        {"code": FAULT["code"], "active": False},
    ]
