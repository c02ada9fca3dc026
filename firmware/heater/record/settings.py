# The settings in force: staged changes, commit with revision and hash, trial with automatic
# revert. What a setting is stands in table.py, what may be put into it in check.py, how it looks
# on flash in form.py.
#
# Everything that changes the settings is one write of one file, so that a power cut leaves either
# all of a change or nothing of it. A change on trial is stored together with the values it
# replaced ("undo"): losing power before the confirmation therefore reverts as well.

from micropython import const
from smallint import small

from heater.record import check, events, form, migrate, table

_FILE = const("settings")
_CONFIRM_LOW_S = const(10)
_CONFIRM_HIGH_S = const(3600)


class Settings:
    """Values by name. Rooms read them in `configure(cfg)` by `cfg.get(name)`.

    store: heater.record.store.Store; note(code, value): event journal; rows, narrowed, steps: the
    table and the migrations, given by tests only. `load()` must be called first.
    """

    def __init__(self, store, note=None, rows=None, narrowed=None, steps=None):
        self.revision = 0
        self._judge = None
        self.restart_needed = False  # a setting that acts only after a restart has been changed
        self.sound = True  # False: there were settings, but no copy of them was readable
        self._store = store
        self._note = note
        self._rows = table.ROWS if rows is None else rows
        self._narrowed = table.NARROWED if narrowed is None else narrowed
        self._steps = migrate.STEPS if steps is None else steps
        self._values = {}
        for row in self._rows:
            self._values[row[0]] = row[5]
        self._staged = {}  # role -> {name: value}
        self._undo = {}  # values before the trial, while one is running
        self._forget = ()  # names of other files a reset still has to remove
        self._confirm_s = 0
        self._since_s = None
        self._now_s = 0

    def judge_by(self, judge):
        """Have texts of a known form judged too: judge(name, value) says why a value cannot be,
        "" if it can."""
        self._judge = judge

    # --- reading

    def get(self, name):
        """The value in force (int, bool or str). KeyError: no such setting."""
        value = self._values[name]
        return small(value) if type(value) is int else value  # a default from the frozen table

    def names(self):
        """Names of all settings, in the order of the table."""
        return [row[0] for row in self._rows]

    def row(self, name):
        """The table row of a name, None if there is no such setting."""
        for row in self._rows:
            if row[0] == name:
                return row
        return None

    def bounds(self, name):
        """(lowest, highest) in force now: those of the table, narrowed by installer or company."""
        return self._bounds(self.row(name), None)

    def hash(self):
        """SHA-256 in hex over all values in force; the form is defined in docs/settings.md."""
        return form.digest(self._rows, self._values)

    def trial_left_s(self):
        """Seconds until the change on trial is taken back; 0 when none is on trial."""
        if not self._undo:
            return 0
        since = self._now_s if self._since_s is None else self._since_s
        return max(1, self._confirm_s - (self._now_s - since))

    # --- changing

    def stage(self, name, value, who):
        """Propose one value for the next commit of this role. None, or a refusal (check.py)."""
        row = self.row(name) if type(name) is str else None
        if row is None:
            return check.refuse("unknown", name, value)
        staged = self._staged.get(who) or {}
        low, high = self._bounds(row, staged)
        refusal = check.check(row, value, who, low, high)
        why = self._judge(name, value) if refusal is None and self._judge else ""
        if why:
            refusal = check.refuse("form", name, value, row)
            refusal["detail"] = why
        if refusal is None:
            staged[name] = value
            self._staged[who] = staged
        return refusal

    def staged(self, who):
        """{name: value} proposed by this role and not committed yet."""
        return dict(self._staged.get(who, {}))

    def diff(self, who):
        """[(name, value in force, value staged)] of what a commit by this role would change."""
        staged = self._staged.get(who, {})
        return [
            (row[0], self._values[row[0]], staged[row[0]])
            for row in self._rows
            if row[0] in staged and staged[row[0]] != self._values[row[0]]
        ]

    def discard(self, who):
        """Drop what this role has staged."""
        self._staged.pop(who, None)

    def commit(self, who, confirm_s=0):
        """Put the staged values of this role in force: (revision, SHA-256 hex), or a refusal.

        They are on flash when this returns, unless the flash budget of the day is used up: then
        `Store.poll` writes them later, and `Store.waits("settings")` says so until it has.

        confirm_s: 0 for good; else 10..3600 s within which `confirm()` must follow, or the
        values are taken back.
        """
        refusal = self._may_commit(who, confirm_s)
        if refusal is not None:
            return refusal
        changed = dict(self._staged[who])
        self._narrow(changed)
        for name in list(changed):
            if changed[name] == self._values[name]:
                changed.pop(name)
        if changed:
            undo = dict(self._undo)
            for name in changed:
                if confirm_s:
                    undo[name] = self._values[name]
                else:
                    undo.pop(name, None)  # a later change for good ends the trial of this one
            if not self._write(changed, undo):
                return check.refuse("storage")
            if confirm_s:
                self._confirm_s = confirm_s
                self._since_s = self._now_s
            self._event(events.SETTINGS_COMMITTED)
        self.discard(who)
        return self.revision, self.hash()

    def confirm(self):
        """Keep the values on trial: (revision, SHA-256 hex), or a refusal."""
        if not self._undo:
            return check.refuse("nothing")
        if not self._write({}, {}):
            return check.refuse("storage")
        self._event(events.SETTINGS_CONFIRMED)
        return self.revision, self.hash()

    def revert(self):
        """Take the values on trial back: (revision, SHA-256 hex), or a refusal.

        If the flash refuses, the old values are in force all the same; the next start reverts.
        """
        if not self._undo:
            return check.refuse("nothing")
        self._take_back()
        self._event(events.SETTINGS_REVERTED)
        return self.revision, self.hash()

    def factory_reset(self, who, forget=()):
        """Defaults for every setting this role may change: (revision, SHA-256 hex) or refusal.

        Kept: what belongs to this very heater and its calibration (table.KEPT_ON_RESET), and
        everything a higher role has set. forget: names of other files to remove, such as the
        learned model; the energy counter and latches are never among them.
        """
        if check.rank(who) < 0:
            return check.refuse("role")
        changed, undo = {}, dict(self._undo)
        for row in self._rows:
            kept = row[0].split(".")[0] in table.KEPT_ON_RESET
            if not kept and check.rank(row[6]) <= check.rank(who):
                undo.pop(row[0], None)
                if self._values[row[0]] != row[5]:
                    changed[row[0]] = row[5]
        self._narrow(changed)
        self._forget = forget
        if not self._write(changed, undo, True):
            self._forget = ()
            return check.refuse("storage")
        self._staged = {}
        self._event(events.SETTINGS_RESET)
        self._finish_reset()
        return self.revision, self.hash()

    # --- life

    def load(self):
        """Read the settings at start. Never fails: what cannot be read takes its default."""
        damaged = self._store.damaged
        data = self._store.load(_FILE)
        if data is None:
            self.sound = self._store.damaged == damaged
            self._note_value(events.SETTINGS_DEFAULT, 0)
            return
        mine = migrate.schema(self._steps)
        version = form.version(data)
        if version > mine:
            # An older firmware came back. Before the newer one migrated, it kept our file.
            data = self._store.load(_old_file(mine)) or data
        elif version < mine:
            self._store.save(_old_file(version), data)
        self._read(data)
        if self._forget:
            self._finish_reset()
        elif version != mine:
            if self._write({}, self._undo):
                self._note_value(events.SETTINGS_MIGRATED, version)
        if self._undo:
            self._take_back()
            self._event(events.SETTINGS_REVERTED)
        self.restart_needed = False

    def poll(self, uptime_s):
        """Call about once a second in slow code. True when a trial has just run out.

        `revision` has changed then, as after every change: whoever configures the rooms can go
        by it.
        """
        self._now_s = uptime_s
        if not self._undo or uptime_s - self._since_s < self._confirm_s:
            return False
        self._take_back()
        self._event(events.SETTINGS_REVERTED)
        return True

    # --- inside

    def _may_commit(self, who, confirm_s):
        staged = self._staged.get(who)
        if not staged:
            return check.refuse("nothing")
        if type(confirm_s) is not int or not (
            confirm_s == 0 or _CONFIRM_LOW_S <= confirm_s <= _CONFIRM_HIGH_S
        ):
            return check.refuse(
                "confirm_s", "confirm_s", confirm_s, None, _CONFIRM_LOW_S, _CONFIRM_HIGH_S
            )
        if confirm_s and self._undo:
            return check.refuse("pending")
        # Also as they will be if the trial now running is taken back.
        reverted = dict(self._undo)
        reverted.update(staged)
        refusal = self._crossed(staged, staged) or self._crossed(staged, reverted)
        if refusal is not None:
            return refusal
        for name in staged:
            row = self.row(name)
            low, high = self._bounds(row, staged)
            refusal = check.check(row, staged[name], who, low, high)
            if refusal is not None:  # the bounds were narrowed after it was staged
                return refusal
        return None

    def _crossed(self, staged, planned):
        # Bounds that leave nothing to choose are refused under the name that was just staged.
        names, pairs = self._narrowed
        for name in names:
            low, high = self._bounds(self.row(name), planned)
            for pair in pairs if low > high else ():  # pyright: ignore
                for bound in pair:
                    if bound in staged:
                        row = self.row(bound)
                        if bound == pair[0]:  # up to the highest value in force, and the other way
                            low = row[3]
                        else:
                            high = row[4]
                        return check.refuse("crossed", bound, staged[bound], row, low, high)
        return None

    def _pick(self, name, staged):
        return staged[name] if staged and name in staged else self._values[name]

    def _bounds(self, row, staged):
        low, high = row[3], row[4]
        names, pairs = self._narrowed
        if row[0] in names:
            for low_name, high_name in pairs:
                low = max(low, self._pick(low_name, staged))
                high = min(high, self._pick(high_name, staged))
        return low, high

    def _narrow(self, changed):
        # New narrower bounds move a value that now lies outside them.
        for name in self._narrowed[0]:
            low, high = self._bounds(self.row(name), changed)
            value = self._pick(name, changed)
            if not low <= value <= high:
                changed[name] = low if value < low else high

    def _write(self, changed, undo, now=False):
        values = dict(self._values)
        values.update(changed)
        revision = self.revision + (1 if changed else 0)
        data = form.encode(
            self._rows, values, migrate.schema(self._steps), revision, undo, self._forget
        )
        if not now and not self._store.affordable():
            self._store.save_soon(_FILE, data)
        elif not self._store.save(_FILE, data):
            return False
        for name in changed:
            if self.row(name)[7]:
                self.restart_needed = True
        self._values = values
        self._undo = undo
        self.revision = revision
        return True

    def _take_back(self):
        undo = self._undo
        self._narrow(undo)
        self._undo = {}
        if not self._write(undo, {}):
            self._values.update(undo)
            self.revision += 1

    def _finish_reset(self):
        for name in self._forget:
            self._store.remove(name)
        forget, self._forget = self._forget, ()
        if forget and not self._write({}, self._undo):
            self._forget = forget  # again at the next start

    def _read(self, data):
        head, texts, undo = form.decode(data)
        version = head.get("schema", 1)
        texts = migrate.migrate(texts, version, self._steps)
        undo = migrate.migrate(undo, version, self._steps)
        self.revision = head.get("revision", 0)
        self._forget = head.get("forget", ())
        values, dropped = form.values(self._rows, texts)
        self._undo, undo_dropped = form.values(self._rows, undo)
        self._values.update(values)
        self._narrow(self._values)
        if dropped or undo_dropped:
            self._note_value(events.SETTINGS_DROPPED, dropped + undo_dropped)

    def _event(self, code):
        self._note_value(code, self.revision)

    def _note_value(self, code, value):
        if self._note is not None:
            self._note(code, value)


def _old_file(version):
    return _FILE + "-" + str(version)
