# The leakage current over days: a heating element takes up damp, insulation ages. A trend that
# will reach the trip value within a fortnight is worth a visit before the heater goes dark.

from micropython import const

from heater.protect import monitors as m

_MINUTES_A_DAY = const(1440)
_DAYS = const(7)  # days of history behind the trend
_AHEAD_DAYS = const(14)


class Leakage:
    def __init__(self):
        self._second = 0
        self._sum = 0
        self._minutes = 0
        self._day_sum = 0
        self.days = [-1] * _DAYS  # daily means in uA, oldest first, -1: not yet known

    def restore(self, days):
        """Take back `days`. Raises ValueError when it is none."""
        if len(days) != _DAYS:
            raise ValueError("leakage")
        self.days = days

    def second(self, leak_ua, ok, signal):
        """Take one reading a second while the sensor is sound; writes its signals."""
        signal[m.R_LEAK_RISING] = leak_ua if ok else 0
        if not ok:
            return
        self._sum += leak_ua
        self._second += 1
        if self._second < 60:
            return
        self._day_sum += self._sum // 60  # 30 mA for a day: 43 million, within 31 bits
        self._sum = 0
        self._second = 0
        self._minutes += 1
        if self._minutes < _MINUTES_A_DAY:
            return
        mean = self._day_sum // _MINUTES_A_DAY
        self._minutes = 0
        self._day_sum = 0
        days = self.days
        for i in range(_DAYS - 1):
            days[i] = days[i + 1]
        days[_DAYS - 1] = mean
        if days[0] >= 0:
            slope = (mean - days[0]) * _AHEAD_DAYS // (_DAYS - 1)
            # Doubling within the fortnight: noise of a few uA is no trend.
            signal[m.R_LEAK_TREND] = mean + slope if slope > mean // 2 else 0
