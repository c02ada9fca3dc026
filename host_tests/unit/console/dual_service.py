# The self-test by the console, its abort, factory reset and the way to the REPL.

from heater.console import methods_service
from heater.console.server import RequestError

ROLES = ("resident", "installer", "factory")


class Session:
    def __init__(self, role):
        self._role = role

    def role(self):
        return self._role

    def require(self, role):
        if ROLES.index(self._role) < ROLES.index(role):
            raise RequestError(-32003, "log in")


class Proof:
    step = 0
    count = 3

    def __init__(self):
        self.said = []

    def request(self):
        self.said.append("request")

    def withdraw(self):
        self.said.append("withdraw")

    def result(self):
        return {"count": self.count}


class Settings:
    def __init__(self, trial_s):
        self.trial_s = trial_s
        self.reverted = 0

    def trial_left_s(self):
        return self.trial_s

    def revert(self):
        self.reverted += 1
        return 1, "hash"


class Guard:
    def __init__(self, locked):
        self.proof = Proof()
        self.locked = locked

    def locked_for_service(self):
        return self.locked

    def lock_for_service(self, on):
        self.locked = on


def rig(role, locked=0, trial_s=0):
    guard, settings, begun = Guard(locked), Settings(trial_s), []
    table = methods_service.methods(
        Session(role), guard, None, settings, lambda answer: answer, (), lambda: begun.append(1)
    )
    return table, guard, settings, begun


def code(method, p):
    try:
        method(p)
    except RequestError as e:
        return e.code
    return 0


def test_a_test_can_be_asked_for_and_taken_back():
    table, guard, settings, _ = rig("installer", trial_s=40)
    assert table["test.run"]({}) == {"count": 3}
    assert table["test.abort"]({}) == {"busy": False}
    assert guard.proof.said == ["request", "withdraw"]
    assert settings.reverted == 1


def test_an_abort_leaves_settings_alone_that_are_no_trial():
    table, _, settings, _ = rig("installer")
    table["test.abort"]({})
    assert settings.reverted == 0


def test_the_repl_is_for_the_works_and_for_a_heater_that_is_locked_off():
    sure = {"sure": True}
    for role, locked, p, wanted in (
        ("installer", 1, sure, -32003),
        ("factory", 0, sure, -32001),
        ("factory", 1, {}, -32602),
        ("factory", 1, {"sure": 1}, -32602),
    ):
        table, _, _, begun = rig(role, locked)
        assert code(table["sys.repl"], p) == wanted
        assert not begun
    table, _, _, begun = rig("factory")
    table["sys.lock"]({"on": 1})
    assert table["sys.repl"](sure) == {}
    assert begun == [1]


def test_a_resident_may_neither_test_nor_abort_nor_lock_nor_reset():
    table, guard, _, _ = rig("resident")
    for name in ("test.run", "test.abort", "sys.lock", "sys.reset", "sys.repl"):
        assert code(table[name], {"sure": True, "on": 1}) == -32003
    assert guard.proof.said == [] and not guard.locked
