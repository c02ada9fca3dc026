# Early start: begin to heat so that the room is warm AT the time asked.
#
# How long a rise takes is learned from every rise of the set-point, with
#   minutes = dead + kelvin * (slow + loaded * strain),  strain = share^2 / (1 - share)
# where share is the part of its rated power that the heater needed in the hour before. It tells
# of frost, wind and district heating without an outdoor sensor. Little of it costs no time, for
# the heater has power to spare; all of it leaves none to warm with. The three numbers are the
# state of a Kalman filter on a random walk (Astrom & Wittenmark, "Adaptive Control", ch. 2).

import math

from micropython import const

_WARM_MDEG = const(500)  # warm: the measured temperature is this close to the set-point
_RISE_MIN_MDEG = const(1000)  # smaller rises teach nothing but noise
_LONGEST_S = const(6 * 3600)
_SHARE_S = const(4096)  # mean of the power over this time
_SHARE_KNOWN_S = const(1800)  # after a start it says little before
_SCALE = const(4096)

_SHARE_MAX = const(800)  # permille; beyond it the strain says more than the heater can

# dead time in min, min/K of an unloaded heater, more min/K by strain
_PRIOR = (6.0, 8.0, 15.0)
_PRIOR_VARIANCE = (25.0, 49.0, 300.0)
_DRIFT = (0.3, 0.1, 1.0)  # variance a rise: the room and its people change
# Two errors in a row of the same sign, both beyond this, are no chance: the room itself changes,
# as one does that was found frozen and thaws for days. It is then followed so much faster.
_TREND_MIN = 3.0
_TREND_DRIFT = 8.0
# Standard deviation of a rise: people, sun, the sensor's steps; and a share of its length, for
# what the law leaves out.
_NOISE_MIN = 2.0
_NOISE_SHARE = 0.03
# A rise further off than this many standard deviations is not the room's doing alone.
_SURPRISE = 3.0
_STATE_VERSION = const(1)
_STATE_SCALE = 1000.0
_STATE_LENGTH = const(10)


class EarlyStart:
    """Learns how long this room takes to warm up, and says how long before to begin.

    Attributes:
      enabled   0: lead_s is always 0 (setting plan.early_start)
      rises     rises learned from, at most 30000
      due       1 when a rise is over: learn_due() is to be called, outside the tick
    """

    def __init__(self):
        self.enabled = 1
        self.rises = 0
        self.due = 0
        self.rated_w = 2000
        self._estimate = list(_PRIOR)
        self._variance = [[0.0] * 3 for _ in range(3)]
        for i in range(3):
            self._variance[i][i] = _PRIOR_VARIANCE[i]
        self._dead_s = self._slow_s = self._loaded_s = 0  # the estimate in s and s/K
        self._round()
        self._power = 0  # mean power, W * _SCALE
        self._power_s = 0  # over so many seconds, at most _SHARE_S
        self._goal_mdeg = 0  # of the rise under way, 0: none
        self._begun_s = 0
        self._took_s = 0
        self._kelvin_mdeg = 0
        self._strain = 0
        self._setpoint_mdeg = 0
        self._last_min = 0.0  # error of the last rise

    def lead_s(self, room_mdeg, target_mdeg):
        """Seconds that the room will take from `room_mdeg` to `target_mdeg`, 0 to 6 h."""
        gap_mdeg = target_mdeg - _WARM_MDEG - room_mdeg
        if gap_mdeg <= 0 or not self.enabled:
            return 0
        per_kelvin_s = self._slow_s + self._loaded_s * self._strain_permille() // 1000
        lead_s = self._dead_s + gap_mdeg // 10 * per_kelvin_s // 100
        return min(max(lead_s, 0), _LONGEST_S)

    def step(self, uptime_s, room_mdeg, setpoint_mdeg, power_w, undisturbed):
        """Follow what happens, once a second. Allocates nothing.

        setpoint_mdeg  in force
        power_w        mean power of the element over the second
        undisturbed    1 while the room temperature is known, no limit holds the heater back and
                       no window is open
        """
        if setpoint_mdeg != self._setpoint_mdeg:
            rise_mdeg = setpoint_mdeg - self._setpoint_mdeg
            self._setpoint_mdeg = setpoint_mdeg
            self._goal_mdeg = 0
            gap_mdeg = setpoint_mdeg - _WARM_MDEG - room_mdeg
            known = self._power_s >= _SHARE_KNOWN_S
            if known and rise_mdeg >= _RISE_MIN_MDEG and gap_mdeg >= _RISE_MIN_MDEG:
                self._goal_mdeg = setpoint_mdeg
                self._begun_s = uptime_s
                self._kelvin_mdeg = gap_mdeg
                self._strain = self._strain_permille()
        if self._goal_mdeg:
            if not undisturbed:
                self._goal_mdeg = 0
            elif room_mdeg >= self._goal_mdeg - _WARM_MDEG:
                self._end(uptime_s - self._begun_s)
            elif uptime_s - self._begun_s >= _LONGEST_S:
                self._end(_LONGEST_S)
        else:
            if self._power_s < _SHARE_S:
                self._power_s += 1
            self._power += (power_w * _SCALE - self._power) // self._power_s

    def _end(self, took_s):
        self._goal_mdeg = 0
        self._took_s = took_s
        self.due = 1

    def learn_due(self):
        """Learn from the rise that is over. Slow code."""
        self.due = 0
        self.learn(self._kelvin_mdeg, self._strain, self._took_s)

    def _strain_permille(self):
        share = min(self._power // _SCALE * 1000 // self.rated_w, _SHARE_MAX)
        return share * share // (1000 - share)

    def learn(self, rise_mdeg, strain_permille, took_s):
        """Learn from one rise: by how much, under which strain, in how many seconds."""
        kelvin = rise_mdeg / 1000.0
        x = (1.0, kelvin, kelvin * strain_permille / 1000.0)
        estimate, variance = self._estimate, self._variance
        told = sum(a * b for a, b in zip(estimate, x))
        error = took_s / 60.0 - told
        trend = error * self._last_min > 0 and min(abs(error), abs(self._last_min)) > _TREND_MIN
        self._last_min = error
        for i in range(3):
            variance[i][i] += _DRIFT[i] * (_TREND_DRIFT if trend else 1.0)
        px = [sum(a * b for a, b in zip(row, x)) for row in variance]
        noise = _NOISE_MIN + _NOISE_SHARE * abs(told)
        total = noise * noise + sum(a * b for a, b in zip(px, x))
        most = _SURPRISE * math.sqrt(total)
        error = min(max(error, -most), most)
        for i in range(3):
            estimate[i] += px[i] / total * error
        for i in range(3):
            for j in range(3):
                variance[i][j] -= px[i] * px[j] / total
        if self.rises < 30000:
            self.rises += 1
        self._round()

    def _round(self):
        dead, slow, loaded = self._estimate
        self._dead_s = int(dead * 60)
        self._slow_s = min(max(int(slow * 60), 60), 7200)
        self._loaded_s = min(max(int(loaded * 60), 0), 7200)

    def state(self):
        """What to keep over a power cut: a list of integers."""
        v = self._variance
        values = self._estimate + [v[0][0], v[0][1], v[0][2], v[1][1], v[1][2], v[2][2]]
        return [self.rises] + [int(value * _STATE_SCALE) for value in values]

    def restore(self, state):
        """Take back what `state` gave. Returns False, and changes nothing, if it is not such."""
        if len(state) != _STATE_LENGTH or not 0 <= state[0] <= 30000:
            return False
        values = [value / _STATE_SCALE for value in state[1:]]
        a, b, c, d, e, f = values[3:]
        # variances are positive and bound their covariances (Cauchy-Schwarz)
        if min(a, d, f) <= 0 or b * b > a * d or c * c > a * f or e * e > d * f:
            return False
        self.rises = state[0]
        self._estimate = values[:3]
        self._variance = [[a, b, c], [b, d, e], [c, e, f]]
        self._round()
        return True
