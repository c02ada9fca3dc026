# The book of faults: compares signals with limits, counts up and down, remembers what was
# measured and expected, latches, and says which reaction is in force.
#
# Fixed lists of integers made at start: judging a signal allocates nothing.

import struct

from micropython import const

from heater.protect.monitors import (
    ANY,
    AUTO,
    DOUBT,
    FAST,
    LOCAL,
    LOST,
    OFF,
    OPEN,
    ROWS,
    SERVICE,
    TRIP,
    fitted,
)

_COUNT = len(ROWS)
_EVENTS = const(16)  # changes kept until the application fetches them
_NEVER = const(0x3FFFFFFF)  # a limit no signal reaches: the largest small integer
_VERSION = const(1)
_RECORD = const("<Biii")  # number, measured, expected, trips

# Of a row. They lie in the image, so nothing here copies them.
_LIMIT = const(4)
_SIGN = const(5)
_HYSTERESIS = const(6)
_PERSISTENCE_MS = const(7)
_RECOVERY_MS = const(8)
_REACTION = const(9)
_RESET = const(10)
_RATE = const(12)

# Who may clear what; anybody may clear what clears itself.
WHO = {"remote": ANY, "local": LOCAL, "service": SERVICE}


class Book:
    """All monitors of one board, their counters, active faults and latches."""

    def __init__(self):
        self.signal = [0] * _COUNT  # what the estimators say, in the unit of the row
        self.limit = [_NEVER] * _COUNT
        self.active = bytearray(_COUNT)  # 1: fault in force
        self.gone = bytearray(_COUNT)  # 1: in force, its condition over (only a latch holds it)
        self.counter_ms = [0] * _COUNT  # before: bad time so far; after: good time still to go
        self.measured = [0] * _COUNT
        self.expected = [0] * _COUNT
        self.time_s = [0] * _COUNT  # uptime of the last appearance
        self.trips = [0] * _COUNT  # appearances over life
        # A signal above its gate must be judged: the limit, or nothing at all while a counter runs
        # or a fault is in force. One comparison tells that a monitor is at rest.
        self.gate = [_NEVER] * _COUNT
        # Reactions in force, recomputed at every change. Everything is forbidden until told.
        self.count = 0
        self.off = 1
        self.open = 1
        self.trip = 1
        self.lost = 1
        self.doubt = 1
        self.changed = 0  # rises with every change of the book
        self.dirty = 0  # 1: latches or their figures changed and are to be stored
        self._events = [0] * _EVENTS  # position * 2 + active
        self._event_put = 0
        self._event_get = 0
        self.fast = []  # positions of the rows looked at in every tick
        self.slots = [[] for _ in range(10)]  # and of those looked at in each tenth

    def configure(self, cfg, board):
        """Take limits from the settings and the monitors that `board` can have.

        Faults in force stay in force: settings never clear anything.
        """
        fast = []
        slots = [[] for _ in range(10)]
        for i in range(_COUNT):
            row = ROWS[i]
            self.limit[i] = _NEVER
            if not fitted(row, board):
                self.gone[i] = self.active[i]  # nothing is left that could measure it
                continue
            limit = row[_LIMIT]
            self.limit[i] = int(row[_SIGN]) * (cfg.get(limit) if isinstance(limit, str) else limit)
            if not self.active[i] and not self.counter_ms[i]:
                self.gate[i] = self.limit[i]
            if row[_RATE] == FAST:
                fast.append(i)
            else:
                slots[i % 10].append(i)
        self.fast = fast
        self.slots = slots
        self.summarise()

    def judge(self, i, now_s, dt_ms):
        """Compare signal `i` with its limit; `dt_ms` since it was last judged.

        A fault comes when its bad time, counted up and down, reaches the persistence, and is
        gone after an uninterrupted recovery time below limit minus hysteresis.
        """
        value = self.signal[i]
        limit = self.limit[i]
        if self.active[i]:
            if value > limit - ROWS[i][_HYSTERESIS]:
                self.counter_ms[i] = ROWS[i][_RECOVERY_MS]
                self.gone[i] = 0
                return
            left = self.counter_ms[i] - dt_ms
            if left > 0:
                self.counter_ms[i] = left
                return
            self.counter_ms[i] = 0
            if ROWS[i][_RESET] == AUTO:
                self.release(i)
            elif not self.gone[i]:
                self.gone[i] = 1
                self.changed += 1
            return
        count = self.counter_ms[i]
        if value > limit:
            count += dt_ms
            self.gate[i] = -_NEVER
            # A persistence of zero trips on the first sample; others count that sample too.
            if count > ROWS[i][_PERSISTENCE_MS]:
                self.raise_(i, now_s, ROWS[i][_SIGN] * value, ROWS[i][_SIGN] * limit)
                return
        else:
            count -= dt_ms
            if count <= 0:
                count = 0
                self.gate[i] = limit
        self.counter_ms[i] = count

    def raise_(self, i, now_s, measured, expected):
        """Put fault `i` in force."""
        self.active[i] = 1
        self.gone[i] = 0
        self.gate[i] = -_NEVER
        self.counter_ms[i] = ROWS[i][_RECOVERY_MS]
        self.measured[i] = measured
        self.expected[i] = expected
        self.time_s[i] = now_s
        self.trips[i] += 1
        if ROWS[i][_RESET] != AUTO:
            self.dirty = 1
        self._note(i * 2 + 1)

    def release(self, i):
        """End fault `i`; the caller has checked that it may end."""
        self.active[i] = 0
        self.gone[i] = 0
        self.gate[i] = self.limit[i]
        self.counter_ms[i] = 0
        if ROWS[i][_RESET] != AUTO:
            self.dirty = 1
        self._note(i * 2)

    def _note(self, entry):
        self._events[self._event_put % _EVENTS] = entry
        self._event_put += 1
        if self._event_put - self._event_get > _EVENTS:
            self._event_get = self._event_put - _EVENTS  # the oldest is lost, never the newest
        self.changed += 1
        self.summarise()

    def judge_fast(self, now_s, dt_ms):
        """Judge every fast row. Returns 1 while one of them is not at rest."""
        more = 0
        gate = self.gate
        limit = self.limit
        for i in self.fast:
            if self.signal[i] > gate[i]:
                self.judge(i, now_s, dt_ms)
            if gate[i] != limit[i]:
                more = 1
        return more

    def reaction(self, i):
        """What fault `i` leads to, a reaction of monitors.py."""
        return int(ROWS[i][_REACTION])

    def next_event(self):
        """Next change as position * 2 + (1 came, 0 went), or -1 when there is none."""
        if self._event_get == self._event_put:
            return -1
        entry = self._events[self._event_get % _EVENTS]
        self._event_get += 1
        return entry

    def summarise(self):
        """Work out afresh which reactions are in force. Called at changes, not per tick."""
        count = off = open_ = trip = lost = doubt = 0
        for i in range(_COUNT):
            if self.active[i]:
                count += 1
                r = self.reaction(i)
                if r >= OFF:
                    off = 1
                if r >= OPEN:
                    open_ = 1
                if r == TRIP:
                    trip = 1
                if r == LOST:
                    lost = 1
                if r == DOUBT:
                    doubt = 1
        self.count = count
        self.off = off
        self.open = open_
        self.trip = trip
        self.lost = lost
        self.doubt = doubt

    def clear(self, which, who):
        """Clear the fault named `which` ("all": every one), on behalf of `who`.

        who: "remote", "local" (button, console) or "service". Returns None when done, otherwise
        the reason of the first refusal as a word: "unknown", "present", "local_only",
        "service_only".
        """
        rank = WHO.get(who)
        if rank is None:
            return "unknown"
        reason = None
        known = which == "all"
        for i in range(_COUNT):
            if which != "all" and ROWS[i][1] != which:
                continue
            known = True
            if not self.active[i]:
                continue
            if int(ROWS[i][_RESET]) > rank:
                why = "service_only" if ROWS[i][_RESET] == SERVICE else "local_only"
            elif not self.gone[i]:
                why = "present"
            else:
                self.release(i)
                continue
            reason = reason or why
        return reason if known else "unknown"

    def faults(self):
        """Faults in force as dicts: code, no, measured, expected, unit, time_s, cause, reaction,
        reset, latched (1: its condition is over, it waits for somebody to clear it), trips.
        """
        return [self.fault(i) for i in range(_COUNT) if self.active[i]]

    def fault(self, i):
        """One fault, in force or not, as `faults` gives it."""
        row = ROWS[i]
        return {
            "no": row[0],
            "code": row[1],
            "cause": row[2],
            "unit": row[3],
            "measured": self.measured[i],
            "expected": self.expected[i],
            "time_s": self.time_s[i],
            "reaction": row[_REACTION],
            "reset": row[_RESET],
            "latched": self.gone[i],
            "trips": self.trips[i],
        }

    def state(self):
        """Latches as bytes. Rows are known by their number, so a new table reads an old state."""
        out = bytearray((_VERSION,))
        for i in range(_COUNT):
            if self.active[i] and ROWS[i][_RESET] != AUTO:
                out += struct.pack(
                    _RECORD, ROWS[i][0], self.measured[i], self.expected[i], self.trips[i]
                )
        return bytes(out)

    def restore(self, data):
        """Put stored latches back in force. Raises ValueError when `data` is not a state."""
        size = struct.calcsize(_RECORD)
        if not data or data[0] != _VERSION or (len(data) - 1) % size:
            raise ValueError("latches")
        for at in range(1, len(data), size):
            number, measured, expected, trips = struct.unpack_from(_RECORD, data, at)
            for i in range(_COUNT):
                if ROWS[i][0] == number:
                    self.active[i] = 1
                    self.gate[i] = -_NEVER
                    self.counter_ms[i] = int(ROWS[i][_RECOVERY_MS])
                    self.measured[i] = measured
                    self.expected[i] = expected
                    self.trips[i] = trips
                    break
        self.changed += 1
        self.summarise()
