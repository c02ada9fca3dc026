# Remote commands, each done once or refused with a reason, on CPython and MicroPython.

from heater.link.commands import Commands, Refused

UTC = 1_790_000_000


class Settings:
    rows = {
        "control.mode": "resident",
        "limits.failsafe_w": "company",
        "heater.rated_w": "installer",
    }

    def __init__(self):
        self.staged = {}
        self.values = {}

    def row(self, name):
        return (name, "", "", 0, 0, 0, self.rows[name], False) if name in self.rows else None

    def stage(self, name, value, who):
        assert who == "company"
        if name not in self.rows:
            return {"code": "unknown", "name": name}
        if value == 9999:
            return {"code": "range", "name": name}
        self.staged[name] = value

    def discard(self, who):
        self.staged = {}

    def commit(self, who):
        self.values.update(self.staged)
        return 7, "ab"


def command(seq, name="identify", args=None, **more):
    made = {"v": 1, "id": "c%d" % seq, "epoch": 1, "seq": seq, "iat": UTC, "ttl_s": 60,
            "name": name, "args": {"seconds": 5} if args is None else args}  # fmt: skip
    made.update(more)
    return made


class Desk:
    def __init__(self):
        self.did = []
        self.saved = []
        self.changes = 0
        self.settings = Settings()
        actions = {"identify": self.identify, "restart": self.broken, "proof_test": self.busy}
        self.commands = Commands(self.settings, actions, self.changed, self.save)

    def identify(self, args):
        self.did.append(args["seconds"])

    def broken(self, args):
        raise KeyError("oops")

    def busy(self, args):
        raise Refused("busy", {"why": "heating"})

    def changed(self):
        self.changes += 1

    def save(self):
        self.saved.append((len(self.did), self.commands.state()))


def test_a_command_is_done_once_and_answered_twice():
    desk = Desk()
    assert desk.commands.handle(command(1), UTC) == ("done", "", {})
    assert desk.commands.handle(command(1), UTC + 1000) == ("done", "", {})
    assert desk.commands.handle(command(1, id="other"), UTC) == ("rejected", "replayed", {})
    assert desk.did == [5]
    assert desk.saved[0][0] == 0  # kept before it was done, so that a power cut cannot repeat it


def test_commands_that_are_not_done_say_why():
    desk = Desk()
    for message, reason in (
        (command(2, iat=UTC - 60), "expired"),
        (command(2, iat=UTC + 61), "future"),
        (command(2, epoch=0), "old_epoch"),
        (command(2, name="clear"), "unknown"),
        (command(3, args={}), "missing"),
        (command(4, args={"seconds": 601}), "range"),
        (command(5, args={"seconds": "5"}), "type"),
        (command(6, args={"seconds": 5, "x": 1}), "unknown"),
        (command(7, "proof_test", {}), "busy"),
        (command(8, "restart", {}), "failed"),
        (command(9, "override", {"setpoint_mdeg": 20_000, "until": UTC}), "not_fitted"),
        (command(10, "set", {"heater.rated_w": 3500}), "local_only"),
        (command(11, "set", {"control.mode": "off", "no.such": 1}), "unknown"),
        (command(12, "set", {"control.mode": "off", "limits.failsafe_w": 9999}), "range"),
    ):
        desk.commands._epoch = 1
        status, why, _ = desk.commands.handle(message, UTC)
        assert (status, why) == ("rejected", reason), message
    assert desk.commands.handle(command(20), None)[1] == "no_time"
    assert desk.did == [] and desk.settings.values == {} and desk.changes == 0


def test_settings_are_changed_all_together():
    desk = Desk()
    values = {"control.mode": "off", "limits.failsafe_w": 500}
    status, why, facts = desk.commands.handle(command(1, "set", values), UTC)
    assert (status, why, facts) == ("done", "", {"revision": 7, "sha256": "ab"})
    assert desk.settings.values == values and desk.changes == 1


def test_commands_survive_a_restart_and_a_forgetful_device():
    desk = Desk()
    desk.commands.handle(command(5), UTC)
    again = Desk()
    again.commands.restore(desk.commands.state())
    assert again.commands.handle(command(5), UTC)[0] == "repeated"
    assert again.commands.handle(command(4), UTC)[1] == "replayed"
    forgetful = Desk()
    forgetful.commands.welcome(1, 6)
    assert forgetful.commands.handle(command(5), UTC)[1] == "replayed"
    assert forgetful.commands.handle(command(6), UTC)[0] == "done"
    assert again.did == [] and forgetful.did == [5]
