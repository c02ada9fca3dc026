# All books of the heater behind one door, for app: opened in the right order at start, fed once
# a second (and `energy` in every tick), written in slices of at most one file each.

from micropython import const

from heater.record import energy as energy_counters
from heater.record import events, wear
from heater.record.energy import Energy
from heater.record.journal import Journal
from heater.record.ledger import PARTIAL_LENGTH, Ledger
from heater.record.outbox import Outbox
from heater.record.settings import Settings
from heater.record.store import Store

_COUNTERS = const("counters")  # energy and switchings, the running hour of the ledger, the time
_TIME_LENGTH = const(4)
_AGAIN_S = const(60)  # after the flash refused


class Books:
    """store, settings, journal, energy, ledger, and the outboxes `sent_hours`, `sent_events`.

    path: the directory all files live in. last_t_s: the time known when the counters were last
    written, at most 15 minutes before power was lost (UTC seconds since 1970-01-01, 0: none).
    """

    def __init__(self, path):
        self.budget = wear.Budget()
        self.journal = Journal(path, self.budget)
        self.store = Store(path, self.journal.add, self.budget)
        self.settings = Settings(self.store, self._note_change)
        self.energy = Energy()
        self.ledger = Ledger(path, self.journal.add)
        self.sent_hours = Outbox(self.ledger.ring, self.store, "sent_h")
        self.sent_events = Outbox(self.journal.ring, self.store, "sent_e")
        self.last_t_s = 0
        self._t_s = 0
        self._quality = 0
        self._save_at_s = wear.COUNTERS_EVERY_S
        self._ledger_due = False

    def open(self, cause=0):
        """Read everything at start. Never fails: what is damaged starts anew and is noted.

        cause: why the heater started, as the board reports it; for the journal. That event waits
        for the hour like any other: a heater that restarts in a loop must not wear out its flash.
        """
        self.journal.open()
        self.journal.add(events.BOOT, cause)
        self.settings.load()
        self.ledger.ring.open()
        self._open_counters()
        self.energy.at_least(self.ledger.total_wh())
        self._ledger_due = self.ledger.ring.waiting() > 0
        self.sent_hours.open()
        self.sent_events.open()

    def configure(self, cfg):
        """Read the settings; at start and after each change."""
        self.ledger.configure(cfg)

    def second(self, snap, fault_code):
        """Every second; see Ledger.step."""
        self.ledger.step(snap, fault_code)

    def clock(self, t_s, quality):
        """Every second before poll: UTC seconds since 1970-01-01 and the clock's quality; seconds
        since boot while quality is 0."""
        self._t_s = t_s
        self._quality = quality
        self.journal.clock(t_s, quality)

    def poll(self, uptime_s):
        """Every second in slow code: at most one file is written. True if one was."""
        self.budget.poll(uptime_s)
        self.settings.poll(uptime_s)
        self.sent_hours.poll(uptime_s)
        self.sent_events.poll(uptime_s)
        if self.ledger.poll(self._t_s, self._quality, self.energy.energy_wh):
            self._ledger_due = True
        if uptime_s >= self._save_at_s:
            saved = self._save_counters()
            self._save_at_s = uptime_s + (wear.COUNTERS_EVERY_S if saved else _AGAIN_S)
            return saved
        if self._ledger_due:
            self._ledger_due = False
            self.budget.book()
            return self.ledger.ring.flush() > 0
        return self.journal.poll(uptime_s) or self.store.poll()

    def close(self):
        """Write everything that is still in RAM, before an intended restart."""
        self.ledger.close(self.energy.energy_wh)
        self.ledger.ring.flush()
        self._save_counters()
        self.store.flush()
        self.journal.flush()

    def _note_change(self, code, value):
        # A change that has been answered as done is on flash, and so is its event.
        self.journal.add(code, value, 0, code == events.SETTINGS_COMMITTED)

    def _save_counters(self):
        counters = self.energy.pack()
        t_s = self._t_s if self._quality else 0
        data = counters + self.ledger.pack(self.energy.energy_wh) + t_s.to_bytes(4, "little")
        if not self.store.save(_COUNTERS, data, True):
            return False
        self.energy.booked(counters)
        return True

    def _open_counters(self):
        data = self.store.load(_COUNTERS)
        ledger_at, time_at = energy_counters.LENGTH, energy_counters.LENGTH + PARTIAL_LENGTH
        if data is None or len(data) != time_at + _TIME_LENGTH:
            return
        self.energy.restore(data[:ledger_at])
        self.ledger.restore(data[ledger_at:time_at])
        self.last_t_s = int.from_bytes(data[time_at:], "little")
