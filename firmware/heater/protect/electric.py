# What the meter says about element, switches and joints.
#
# A meter value is a mean over its own window, some hundred milliseconds ago, while the switch may
# have moved in between. So each value is compared with the bounds of what was switched on during
# that window: no phase relation between modulator and meter can raise a false alarm.

from micropython import const

from heater.protect import monitors as m

_OK = const(0)
_RING = const(64)  # ticks of history: 6.4 s
_WINDOW = const(8)  # ticks a meter value is averaged over: 800 ms (BL0942, RMS_UPDATE_SEL = 1)
_SLACK = const(3)  # ticks: uncertainty of when the window began and ended
_MASK = const(0xFFFFFF)
_OLDEST_MS = const(4000)  # an older value is no longer compared
_MOSTLY_ON = const(800)  # permille: a switch that is closed anyway cannot be seen to weld
_NO_CURRENT = const(50)  # permille of rated: less counts as no power at all
_EVIDENCE = const(8000)  # permille * s of energy before a power ratio is judged: 8 s full on
_PAIR_S = const(8)  # the two sides of a switching must lie this close: mains drifts
_JOINT_LEARN = const(64)  # switchings before the branch impedance counts as known
_JOINT_BASE_MAX_MOHM = const(1000)  # loop impedance of a poor but sound branch
_JOINT_MAX_MOHM = const(20_000)
_JOINT_STEP_MOHM = const(500)


class Electric:
    def __init__(self):
        self.rated_w = 2000
        self.rated_mv = 220_000
        self.permille = (0, 400, 600, 1000)  # power of each stage, share of rated
        self.full_w = 2000  # power to be expected at full stage and present voltage
        self.mean_permille = 0  # switched on, mean of the last second
        self.ratio = 0  # latest metered power, permille of full_w
        self._sum = [0] * _RING  # running sum of permille * ticks
        self._at = 0
        self._total = 0
        self._on = 0  # permille switched on now
        self._stage = 0
        self._contactor = 0
        self._stage_at = 0  # when they last moved
        self._contactor_at = 0
        self._expected = 0  # permille * s, sliding
        self._seen = 0
        self._off_mv = 0
        self._off_s = -1000
        self._joint_16 = 0  # smoothed branch impedance, mOhm * 16
        self.joint_base_mohm = 0  # learned
        self.joint_count = 0
        self._armed = 0  # 1: an off value waits for the next on value

    def configure(self, cfg, board):
        self.rated_w = cfg.get("heater.rated_w")
        self.rated_mv = cfg.get("heater.rated_mv")
        low, high = board.STAGE_PERMILLE
        self.permille = (0, low, high, 1000)

    def learned(self):
        """The branch impedance, as a list of integers."""
        return [self._joint_16, self.joint_base_mohm, self.joint_count]

    def restore(self, values):
        """Take back `learned()`. Raises ValueError when it is none."""
        if len(values) != 3 or not 0 <= values[1] <= _JOINT_BASE_MAX_MOHM:
            raise ValueError("joint")
        self._joint_16, self.joint_base_mohm, self.joint_count = values

    def tick(self, out):
        """Remember what the outputs were during the last tick. Every tick."""
        if out.stage != self._stage or out.contactor != self._contactor:
            self._moved(out)
        at = (self._at + 1) & 0x3FFFFFF
        self._at = at
        self._total = total = (self._total + self._on) & _MASK
        self._sum[at & 63] = total

    def _moved(self, out):
        if out.contactor != self._contactor:
            self._contactor = out.contactor
            self._contactor_at = self._at
        self._stage = out.stage
        self._stage_at = self._at
        self._on = self.permille[out.stage] if out.contactor else 0

    def _since(self, at):
        return (self._at - at) & 0x3FFFFFF

    def mean(self):
        """Work out `mean_permille`. Once a second."""
        at = self._at
        self.mean_permille = ((self._sum[at & 63] - self._sum[(at - 10) & 63]) & _MASK) // 10

    def second(self, inp, signal):
        """Judge the latest meter value. Once a second, after `mean`; writes its signals."""
        at = self._at
        signal[m.R_METER_LOST] = inp.meter_state
        age_ms = inp.meter_age_ms
        if inp.meter_state != _OK or age_ms > _OLDEST_MS:
            if inp.meter_state == _OK:
                signal[m.R_METER_LOST] = 4  # STALE
            signal[m.R_SWITCH_WELDED] = 0
            signal[m.R_CONTACTOR_WELDED] = 0
            signal[m.R_OVER_POWER] = 0
            return
        # 242 V at 220 V rated: 1100 permille; squared 1210; times 3500 W fits 31 bits.
        volt = inp.mains_mv * 100 // (self.rated_mv // 10)
        full_w = self.rated_w * (volt * volt // 1000) // 1000
        self.full_w = full_w
        signal[m.R_MAINS_HIGH] = inp.mains_mv
        signal[m.R_MAINS_LOW] = -inp.mains_mv
        if full_w < 50:
            return  # next to no voltage: nothing to compare, mains_low has it
        ratio = inp.power_w * 1000 // full_w
        self.ratio = ratio
        signal[m.R_OVER_POWER] = ratio

        age = age_ms // 100
        newest = age - _SLACK
        if newest < 0:
            newest = 0
        oldest = age + _WINDOW + _SLACK
        on = (self._sum[(at - newest) & 63] - self._sum[(at - oldest) & 63]) & _MASK
        hi = on // _WINDOW  # all of the on-time may lie within the window
        lo = 1000 - ((oldest - newest) * 1000 - on) // _WINDOW  # or all of the off-time
        if hi > 1000:
            hi = 1000
        if lo < 0:
            lo = 0
        self._welds(ratio - hi if hi < _MOSTLY_ON else 0, oldest, signal)
        if hi:
            self._element(ratio, hi, lo, signal)
        self._joint(inp, ratio, hi, lo, signal)

    def _welds(self, excess, ticks, signal):
        # Power beyond what was on. With the contactor open all the while it is the contactor,
        # otherwise the switch.
        settled = self._since(self._contactor_at) > ticks
        both_off = self._stage == 0 and self._since(self._stage_at) > ticks
        signal[m.R_CONTACTOR_WELDED] = excess if settled and not self._contactor else 0
        signal[m.R_SWITCH_WELDED] = excess if settled and (self._contactor or both_off) else 0

    def _element(self, ratio, hi, lo, signal):
        if ratio >= _NO_CURRENT:
            signal[m.R_ELEMENT_OPEN] = 0
        else:
            signal[m.R_ELEMENT_OPEN] += lo
            if signal[m.R_ELEMENT_OPEN] > 1_000_000:
                signal[m.R_ELEMENT_OPEN] = 1_000_000
            return
        self._expected += (hi + lo) // 2
        self._seen += ratio
        if self._expected >= _EVIDENCE:
            signal[m.R_ELEMENT_WEAK] = 1000 - self._seen * 1000 // self._expected
            self._expected //= 2
            self._seen //= 2

    def _joint(self, inp, ratio, hi, lo, signal):
        # dU/dI across each switching is the impedance of the branch: cable, terminals, plug.
        # A loose terminal adds to it long before it burns (I^2 R: 0.3 Ohm at 9 A are 24 W).
        if hi == 0:
            self._off_mv = inp.mains_mv
            self._off_s = inp.uptime_s
            self._armed = 1
            return
        if lo < 1000 or not self._armed or inp.current_ma < 1000:
            return
        self._armed = 0
        if inp.uptime_s - self._off_s > _PAIR_S:
            return
        mohm = (self._off_mv - inp.mains_mv) * 1000 // inp.current_ma
        if mohm > _JOINT_MAX_MOHM:
            mohm = _JOINT_MAX_MOHM
        elif mohm < -_JOINT_MAX_MOHM:
            mohm = -_JOINT_MAX_MOHM
        if self.joint_count == 0:
            self._joint_16 = mohm * 16
        else:
            # A step of the mains between the two values looks like Ohms: one pair moves the mean
            # by no more than this, and steps go both ways.
            change = mohm - self._joint_16 // 16
            if change > _JOINT_STEP_MOHM:
                change = _JOINT_STEP_MOHM
            elif change < -_JOINT_STEP_MOHM:
                change = -_JOINT_STEP_MOHM
            self._joint_16 += change
        now = self._joint_16 // 16
        if self.joint_count < _JOINT_LEARN:
            self.joint_count += 1
            # A joint that is bad from the first day must not be learned as good.
            self.joint_base_mohm = min(max(now, 0), _JOINT_BASE_MAX_MOHM)
            return
        signal[m.R_JOINT_WARM] = now - self.joint_base_mohm
        signal[m.R_JOINT_HOT] = now - self.joint_base_mohm
