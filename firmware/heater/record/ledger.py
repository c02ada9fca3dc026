# The ledger of heat: for each hour what this heater gave, how warm it was, and what kept it from
# giving more. It settles "why was it cold on Tuesday at 3".
#
# Every second is put into exactly one account, by what stood between the room and more heat:
# fault, off, window, limit, full (everything given, and the room below its set-point: the
# building loses more than the heater can give), or regulating. An hour is a row of such minutes
# with the means beside them; explain.py reads it.

import struct

from micropython import const

from heater import signals
from heater.record.ring import Ring

# Accounts
REGULATING = const(0)
FAULT = const(1)
OFF = const(2)
WINDOW = const(3)
LIMIT = const(4)
FULL = const(5)
_ACCOUNTS = const(6)

# Fields of a record, as `Ring.read` gives them (0 is the record's number)
T_S = const(1)  # start of the record: UTC since 1970-01-01, or since boot while QUALITY is 0
QUALITY = const(2)
TOTAL_WH = const(3)  # booked at the end of the record
GIVEN_WH = const(4)
ROOM_CDEG = const(5)  # mean, hundredths of a degree; NO_ROOM when never measured
ROOM_END_CDEG = const(6)
SETPOINT_CDEG = const(7)
DEMAND_W = const(8)
LIMIT_W = const(9)  # mean limit while in the account LIMIT
LIMIT_CAUSE = const(10)  # the cause that stood longest
FAULT_CODE = const(11)  # the last fault that withheld heat
COLD_S = const(12)  # more than half a degree below the set-point
ACCOUNTS_S = const(13)  # first of the seconds by account; their sum is the time with power
NO_ROOM = const(-32768)

_LAYOUT = const("IBIHhhhHHBHHHHHHHH")
_PER_SEGMENT = const(512)
_SEGMENTS = const(10)  # at least 4608 hours: 192 days, more than a heating season
_WAITING = const(4)
_PARTIAL = const("<IIBIHhhhHHBHHHHHHHH")  # the number it will get, then the record
PARTIAL_LENGTH = const(42)

_COLD_MDEG = const(500)
_FULL_PERMILLE = const(970)
_CAUSES = const(32)
_LONGEST_S = const(3600)
_LOOK_BACK = const(240)
_AROUND = const(12)  # records of half a day: more than one hour has, however often power fails
_AT_ONCE = const(16)


class Ledger:
    """Hourly records. `step` once a second allocates nothing; the rest is slow code."""

    def __init__(self, path, note=None):
        self.ring = Ring(path, "ledger", _LAYOUT, _PER_SEGMENT, _SEGMENTS, _WAITING, note)
        self._rated_w = 2000
        self._accounts_s = [0] * _ACCOUNTS
        self._causes_s = [0] * _CAUSES
        self._start_s = None
        self._quality = 0
        self._start_wh = 0
        self._clear()

    def configure(self, cfg):
        """Read the settings: heater.rated_w."""
        self._rated_w = cfg.get("heater.rated_w")

    def step(self, snap, fault_code):
        """One second. fault_code: the fault that withholds heat now, 0 for none (a fault that
        only warns is none)."""
        if self._seconds >= _LONGEST_S:
            return  # the slow code has not closed the hour yet: keep the sums in their range
        self._seconds += 1
        cold = False
        if snap.room_state == signals.OK:
            self._room_cdeg = snap.room_mdeg // 10
            self._room_sum += self._room_cdeg
            self._room_s += 1
            cold = snap.room_mdeg < snap.setpoint_mdeg - _COLD_MDEG
            if cold:
                self._cold_s += 1
        self._setpoint_sum += snap.setpoint_mdeg // 10
        self._demand_sum += snap.demand_w
        if fault_code:
            self._fault_code = fault_code
            self._accounts_s[FAULT] += 1
        elif snap.mode == signals.MODE_OFF:
            self._accounts_s[OFF] += 1
        elif snap.window_open:
            self._accounts_s[WINDOW] += 1
        else:
            self._accounts_s[self._power_account(snap, cold)] += 1

    def _power_account(self, snap, cold):
        full_w = self._rated_w * _FULL_PERMILLE // 1000
        if snap.limit_w < full_w and snap.demand_w > snap.limit_w:
            self._limit_sum += snap.limit_w
            self._causes_s[snap.limit_cause % _CAUSES] += 1
            return LIMIT
        if cold and snap.demand_w >= full_w:
            return FULL
        return REGULATING

    def poll(self, t_s, quality, energy_wh):
        """Close the hour when it is over or the clock has jumped. True: a record was closed.

        t_s: UTC seconds since 1970-01-01, or seconds since boot while quality is 0.
        """
        if self._start_s is None:
            self._begin(t_s, quality, energy_wh)
            return False
        same_hour = t_s // 3600 == self._start_s // 3600 and t_s >= self._start_s
        if same_hour and (quality == 0) == (self._quality == 0):
            self._quality = max(self._quality, quality)
            return False
        closed = self.close(energy_wh)
        self._begin(t_s, quality, energy_wh)
        return closed

    def close(self, energy_wh):
        """End the running record now, before an intended restart. False if it was empty."""
        if self._start_s is None or not self._seconds:
            return False
        taken = self.ring.append(*self._fields(energy_wh))
        self._start_s = None
        self._clear()
        return taken

    def pack(self, energy_wh):
        """The running record as bytes (PARTIAL_LENGTH), to survive a power cut."""
        if self._start_s is None:
            return bytes(PARTIAL_LENGTH)
        return struct.pack(_PARTIAL, self._number(), *self._fields(energy_wh))

    def restore(self, data):
        """At start: the record that was running when the power failed becomes a short record."""
        record = struct.unpack(_PARTIAL, data)
        # A number that is on flash already: this hour was closed after the copy was made.
        if sum(record[ACCOUNTS_S:]) and record[0] >= self.ring.next:
            self.ring.append(*record[1:])

    def total_wh(self):
        """The highest total among the newest records, 0 if there is none."""
        records, _ = self.ring.read(max(0, self.ring.next - 4), 4)
        return max([record[TOTAL_WH] for record in records] + [0])

    def hour(self, t_s):
        """Records that begin in the clock hour of t_s (as in poll), for explain.explain()."""
        number = self._about(t_s)
        found = self._within(max(self.ring.first, number - _AROUND), number + _AROUND, t_s)
        # Where the clock has jumped the order of times is not that of numbers: look at the newest.
        return found or self._within(
            max(self.ring.first, self.ring.next - _LOOK_BACK), self.ring.next, t_s
        )

    def _about(self, t_s):
        # Number of the first record at or after t_s, as if all clocks had been right.
        low, high = self.ring.first, self.ring.next
        while low < high:
            middle = (low + high) // 2
            known = self._dated(middle, high)
            if known is not None and known[T_S] < t_s:
                low = known[0] + 1
            else:
                high = middle
        return low

    def _dated(self, number, end):
        # The first record from `number` on that knows its time, None if there is none.
        while number < end:
            records, number = self.ring.read(number, min(_AT_ONCE, end - number))
            for record in records:
                if record[QUALITY]:
                    return record
        return None

    def _within(self, number, end, t_s):
        found = []
        end = min(end, self.ring.next)
        while number < end:
            records, number = self.ring.read(number, min(_AT_ONCE, end - number))
            for record in records:
                if record[QUALITY] and record[T_S] // 3600 == t_s // 3600:
                    found.append(record)
        return found

    def _number(self):
        return self.ring.next + self.ring.waiting()

    def _fields(self, energy_wh):
        seconds = self._seconds or 1
        limit_s = self._accounts_s[LIMIT] or 1
        given_wh = max(0, min(energy_wh - self._start_wh, 0xFFFF))
        room = self._room_sum // self._room_s if self._room_s else NO_ROOM
        room_end = self._room_cdeg if self._room_s else NO_ROOM
        cause = 0
        for index in range(_CAUSES):
            if self._causes_s[index] > self._causes_s[cause]:
                cause = index
        head = (self._start_s, self._quality, energy_wh, given_wh, room, room_end)
        means = (self._setpoint_sum // seconds, self._demand_sum // seconds)
        limit = (self._limit_sum // limit_s, cause, self._fault_code, self._cold_s)
        return head + means + limit + tuple(self._accounts_s)

    def _begin(self, t_s, quality, energy_wh):
        self._start_s = t_s
        self._quality = quality
        self._start_wh = energy_wh
        self._clear()

    def _clear(self):
        self._seconds = 0
        self._room_sum = 0
        self._room_s = 0
        self._room_cdeg = 0
        self._setpoint_sum = 0
        self._demand_sum = 0
        self._limit_sum = 0
        self._cold_s = 0
        self._fault_code = 0
        for index in range(_ACCOUNTS):
            self._accounts_s[index] = 0
        for index in range(_CAUSES):
            self._causes_s[index] = 0
