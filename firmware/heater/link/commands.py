# Remote commands: each is done at most once, in order, in time, and answered with its result.

from micropython import const

from heater.link import messages

_SKEW_S = const(60)
_REMOTE = const(("resident", "company"))  # owners of the settings that may be changed from afar
_REMEMBERED = const(8)  # results kept, for a server that asks again


class Refused(Exception):
    """A command that is not done: args[0] is the reason in one word, args[1] facts (dict)."""


class Commands:
    """Executes authentic commands of the right form.

    settings: with `row(name)`, `stage(name, value, who)`, `discard(who)`, `commit(who)` as in
    heater.record; everything remote speaks as "company" and within the bounds of the installer.
    actions: {name: callable(args)} for what is no setting (override, identify, proof_test,
    restart, log); they raise Refused. changed(): called after a commit.
    save(state): keeps `state()` before anything is done.

    There is no command that clears a protection, and none that reads a secret.
    """

    def __init__(self, settings, actions, changed, save):
        self._settings = settings
        self._actions = actions
        self._changed = changed
        self._save = save
        self._epoch = 0
        self._seq = -1
        self._done = []  # [id, status, reason, facts], newest last

    def state(self):
        """What must survive a restart, for `restore`."""
        return [self._epoch, self._seq, [entry[0] for entry in self._done]]

    def restore(self, state):
        """Put back what `state()` gave, before the first command."""
        self._epoch, self._seq = state[0], state[1]
        self._done = [[name, "repeated", "restarted", {}] for name in state[2]]

    def welcome(self, epoch, seq):
        """The server says that everything before (epoch, seq) is past."""
        if epoch > self._epoch:
            self._epoch = epoch
            self._seq = seq - 1
        elif epoch == self._epoch and seq - 1 > self._seq:
            self._seq = seq - 1

    def handle(self, message, utc_s):
        """(status, reason, facts) to acknowledge with; reason "" when done."""
        for entry in self._done:
            if entry[0] == message["id"]:
                return entry[1], entry[2], entry[3]
        reason = self._judge(message, utc_s)
        if reason:
            return "rejected", reason, {}
        self._epoch, self._seq = message["epoch"], message["seq"]
        self._done.append([message["id"], "repeated", "restarted", {}])
        if len(self._done) > _REMEMBERED:
            self._done.pop(0)
        self._save()
        entry = self._done[-1]
        entry[1:] = self._execute(message["name"], message["args"])
        return entry[1], entry[2], entry[3]

    def _judge(self, message, utc_s):
        if utc_s is None:
            return "no_time"
        if message["epoch"] < self._epoch:
            return "old_epoch"
        if message["epoch"] == self._epoch and message["seq"] <= self._seq:
            return "replayed"
        if utc_s >= message["iat"] + message["ttl_s"]:
            return "expired"
        if message["iat"] > utc_s + _SKEW_S:
            return "future"
        return ""

    def _execute(self, name, args):
        if name not in messages.COMMANDS:
            return ["rejected", "unknown", {}]
        try:
            if messages.COMMANDS[name] is not None:
                messages.check(messages.COMMANDS[name], args)
            facts = self._perform(name, args)
        except messages.Malformed as error:
            return ["rejected", error.args[0], _facts(name, args, error.args[1])]
        except Refused as error:
            return ["rejected", error.args[0], error.args[1]]
        except Exception as error:  # an action that breaks must not take the link along
            return ["rejected", "failed", {"name": type(error).__name__}]
        return ["done", "", facts or {}]

    def _perform(self, name, args):
        if name == "set":
            return self._set(args)
        if name == "mode":
            return self._set({"control.mode": args["mode"]})
        if name == "setpoint":
            return self._set({"control.setpoint_mdeg": args["setpoint_mdeg"]})
        if name == "plan":
            return self._set({"plan.week": args["week"]})
        action = self._actions.get(name)
        if action is None:
            raise Refused("not_fitted", {})
        return action(args)

    def _set(self, values):
        who = "company"
        settings = self._settings
        settings.discard(who)
        for name in values:
            # What an installer found on site outranks an order from afar, whatever the rank.
            row = settings.row(name)
            if row is not None and row[6] not in _REMOTE:
                settings.discard(who)
                raise Refused("local_only", {"name": name, "who": row[6]})
            refusal = settings.stage(name, values[name], who)
            if refusal is not None:
                settings.discard(who)
                raise Refused(refusal["code"], refusal)
        result = settings.commit(who)
        if type(result) is dict:
            settings.discard(who)
            raise Refused(result["code"], result)
        self._changed()
        return {"revision": result[0], "sha256": result[1]}


def _facts(command, args, name):
    # Of an argument that cannot be: its name, its value, and what it might have been.
    facts = {"name": name}
    if name in args:
        facts["value"] = str(args[name])[:40]
    field = messages.COMMANDS[command].get(name, ())
    if len(field) == 3:
        facts["low"], facts["high"] = field[1], field[2]
    elif len(field) == 2:
        facts["allowed"] = list(field[1])
    return facts
