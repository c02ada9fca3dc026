import binascii

from heater.console.server import LOGIN, RequestError
from heater.console.session import Session
from heater.link.sign import mac

KEY = "0b" * 32
OTHER = "0c" * 32


class Store:
    def __init__(self):
        self.blobs = {}

    def load(self, name):
        return self.blobs.get(name)

    def save(self, name, data):
        self.blobs[name] = data
        return True


class Desk:
    """A session whose clock and serial number the test moves."""

    def __init__(self, serial="A1", store=None):
        self.now_s = 100
        self.serial = serial
        self.store = store or Store()
        self.session = Session(self.store, mac, lambda: self.now_s, lambda: self.serial)

    def login(self, key=KEY, role="installer"):
        """None, or the reason of the refusal."""
        message = (role + " " + self.session.challenge()).encode()
        answer = binascii.hexlify(mac(binascii.unhexlify(key), message)).decode()
        return refused(self.session.login, role, answer)


def refused(action, *args):
    try:
        action(*args)
    except RequestError as error:
        assert error.code == LOGIN
        return error.facts["why"]
    return None


def locked_desk():
    desk = Desk()
    assert desk.session.set_key("installer", KEY) is None
    desk.session.logout()
    return desk


def test_without_a_key_the_cable_is_the_role():
    assert Desk(serial="").session.role() == "factory"
    assert Desk(serial="A1").session.role() == "installer"


def test_a_key_locks_and_opens():
    desk = locked_desk()
    assert desk.session.role() == "resident"
    assert refused(desk.session.require, "installer") == "role"
    assert desk.login() is None
    assert desk.session.role() == "installer"
    assert refused(desk.session.require, "installer") is None


def test_a_lock_outlasts_a_restart_and_a_log_in_does_not():
    desk = locked_desk()
    desk.login()
    assert Desk(store=desk.store).session.role() == "resident"


def test_a_lock_that_cannot_be_read_stays_locked():
    store = Store()
    store.blobs["access"] = b"\x00 damaged"
    desk = Desk(store=store)
    assert desk.session.role() == "resident"
    assert desk.login() == "key"


def test_an_answer_is_good_once():
    desk = locked_desk()
    message = ("installer " + desk.session.challenge()).encode()
    answer = binascii.hexlify(mac(binascii.unhexlify(KEY), message)).decode()
    assert refused(desk.session.login, "installer", answer) is None
    desk.session.logout()
    assert refused(desk.session.login, "installer", answer) == "nonce"


def test_a_key_of_one_role_is_none_of_another():
    desk = locked_desk()
    assert desk.login(role="factory") == "key"
    assert desk.login(key=OTHER) == "key"
    assert refused(desk.session.login, "installer", None) == "nonce"


def test_failures_lock_out_longer_and_longer_and_a_good_log_in_forgives():
    desk = locked_desk()
    waits = []
    for _ in range(12):
        if desk.session.wait_s():
            assert desk.login() == "wait"  # even the right key
            waits.append(desk.session.wait_s())
            desk.now_s += waits[-1]
        assert desk.login(key=OTHER) == "key"
    assert waits[:3] == [30, 60, 120]
    assert waits == sorted(waits) and max(waits) <= 3600
    desk.now_s += desk.session.wait_s()
    assert desk.login() is None
    assert desk.session.failures == 0


def test_a_log_in_ends_after_ten_idle_minutes():
    desk = locked_desk()
    desk.login()
    for _ in range(5):
        desk.now_s += 599
        assert desk.session.role() == "installer"
    desk.now_s += 601
    assert desk.session.role() == "resident"


def test_nobody_sets_a_key_above_the_own_role():
    desk = locked_desk()
    assert refused(desk.session.set_key, "installer", OTHER) == "role"
    desk.login()
    assert refused(desk.session.set_key, "factory", OTHER) == "role"
    assert desk.session.set_key("installer", "short") == "form"
    assert desk.session.set_key("resident", KEY) == "unknown"
    assert desk.session.set_key("installer", "") is None
    assert desk.session.locked() == []


def test_no_key_is_ever_told():
    desk = locked_desk()
    told = str(desk.session.locked()) + desk.session.challenge() + desk.session.role()
    assert KEY not in told
