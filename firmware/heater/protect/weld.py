# A welded switch told by the body alone: what heat does the body take up while everything is off?
# What it gains beyond its learned balance, over what full power would have added, is the share of
# rated power that flows although the switch is open.

from micropython import const

from heater.protect.balance import (
    LONG,
    MASK,
    PART,
    SHORT,
    STEP_S,
    SUM_LONG,
    SUM_SHORT,
    UNIT,
    Balance,
)

_SWIFT = const(2)  # lags up to here: 45 s
_CLEAR = const(6)  # full power must add so many mean errors within a window
_LEAST_MDEG = const(400)
_RESTED_S = const(600)  # off for so long: nothing moves, noise alone is left
_SHARE = const(600)  # permille of rated power: noise, mains and model leave less than half of it
# A blanket thrown over a hot body in that very minute keeps most of its loss from it; the rest is
# for a loss that is known to a third.
_COVER_PERMILLE = const(1300)
_TRY_SHARE = const(500)  # to open the contactor and see: healthy homes stay below 400
_SURE_SHARE = const(800)  # to name it at once, while what was before still moves the body
_SLOW_SHARE = const(300)  # one stage of two that welds shows in the mean of five minutes
_SLOW_STEPS = const(60)
_FADE_STEPS = (4, 9, 18, 28, 40)  # two lags: so long what flowed before the contactor opened lasts
_GONE_PERMILLE = const(400)  # of what was too much is left: then it was the switch
_TRIALS = const(2)  # and once more: by then what was wrong in the model has faded
_CERTAIN = const(2000)
_SAY_STEPS = const(3)  # so long it is said
# A slow emitter that gets more than was asked for: a cover, or a voltage that nobody measures? Of
# what it loses while it rests, which no voltage changes, a blanket keeps eight tenths.
LOOK = const(2)  # of `hold`: heat alone is withheld
_LOOK_PERMILLE = const(250)  # beyond what was asked for
_LOOK_STEPS = const(12)  # for so long
_LOOKED_STEPS = const(1440)  # nothing found: not again for two hours
_KEPT_PERMILLE = const(450)
_BLANKET_STEPS = const(18)  # so long it is said
_BLANKET = const(1500)


class Weld(Balance):
    """`share`: permille of rated power that flows although everything is off, as the body tells;
    `verdict`: the same in permille of the share that only a weld can give; `hold`: 1 while the
    contactor is to be open until it is known what helps, LOOK while only heat is withheld for it.
    """

    def __init__(self):
        Balance.__init__(self)  # super() makes a closure, which cannot lie in an image
        self.share = 0
        self.verdict = 0
        self._off_s = 0
        self._second = 0
        self._power = 0
        self._mdeg = 0
        self._first_mdeg = 0
        self._before = 0  # share of a step ago
        self._slow_16 = 0
        self._slow_n = 0
        self._welded_64 = 0
        self._welded = [0] * (MASK + 1)
        self.hold = 0
        self._much = 0  # steps of too much heat
        self._look = 0  # 1: for which heat is withheld
        self._looked = 0  # steps until the next look
        self._blanket = 0  # steps in which a cover is said that a look has found
        self._helpless = 0  # 1: it did not help, so it was a cover
        self._ended = 0  # so often it has helped
        self._said = 0  # steps since it was certain
        self._too_much = 0
        self._opened = 0  # steps
        self._steps = SHORT

    def forget(self):
        """The body was not read: begin a new window."""
        self._filled = 0
        self._off_s = 0
        self._second = 0
        self._rest()
        self.hold = 0

    def second(self, body_mdeg, room_mdeg, permille, scale_permille, contactor, sound, judge):
        """Once a second. permille: switched on, mean of the last second; scale_permille: power at
        the present voltage over rated; contactor: 1 while closed; sound: the heater does as told
        and may be learned from; judge: False where a meter knows better.
        """
        if not judge:
            self._mains = 1000  # it is measured
        if self._second == 0:
            self._first_mdeg = body_mdeg
            self._mdeg = 0
            self._power = 0
        self._mdeg += body_mdeg - self._first_mdeg
        self._power += permille
        if (permille and self.hold != LOOK) or not judge:
            self._off_s = 0
            self._rest()
            self.hold = 0
        elif contactor or self.hold or self.verdict >= _CERTAIN:
            self._off_s += 1
        else:  # nothing can flow
            self._off_s = 0
            self._anew()
            self.verdict = 0
        self._second += 1
        if self._second < STEP_S:
            return
        self._second = 0
        body = self._first_mdeg + self._mdeg // STEP_S
        self._step(body, body - room_mdeg, self._power // STEP_S * scale_permille // 1000)
        # A weld of now would have fed the body with the same lag since it was switched off.
        at = self._at
        self._welded_64 += (64_000 - self._welded_64) * PART[self.best] // 1024
        before = self._welded[(at - 1) & MASK]
        self._welded[at] = (before + self._welded_64 // 64) & 0xFFFFFF
        self._wait -= 1
        self._looked -= 1 if self._looked else 0
        self._blanket -= 1 if self._blanket else 0
        if self._off_s <= STEP_S * 2:
            self._weigh()
        else:
            self._fade()
        # What a weld gives or a cover keeps must not be learned as normal.
        sound = sound and not self.hold and self.share < _SLOW_SHARE and self.verdict < 1000
        sound = sound and not self._odd(not judge)
        if sound and self._wait <= 0 and self._filled > SHORT:
            self._wait = SHORT
            self._learn()
        if self.hold == LOOK and self._off_s >= SHORT * STEP_S:
            self._judge()  # it may as well be a switch that has welded while it heated
        if self.hold:
            self._try(contactor)
        elif self.verdict >= _CERTAIN:
            self._said += 1
            if self._said > _SAY_STEPS:  # it is named and latched; now it may be mended
                self._rest()
        elif self._off_s >= SHORT * STEP_S and self.known():
            self._judge()
        elif judge and self._off_s <= STEP_S * 2:
            self._suspect()

    def covered(self, metered):
        """As Balance.covered, and what a look at the heater at rest has found."""
        return _BLANKET if self._blanket else Balance.covered(self, metered)

    def _suspect(self):
        # Where a voltage could explain it as well, and a quick body does not tell soon anyhow.
        if self.best <= _SWIFT or self.missing > -_LOOK_PERMILLE or not self.sure():
            self._much = 0
            return
        self._much += 1
        if self._much >= _LOOK_STEPS and not self._looked:
            self._much = 0
            self._look = 1
            self.hold = LOOK
            self._opened = 0
            self._steps = LONG

    def _judge(self):
        best = self.best
        least = self.error_16[best] * _CLEAR // 16
        # After a long rest nothing moves and noise alone is left.
        rested = self._off_s > _RESTED_S
        steps = SHORT
        full = self._expected(best, SUM_SHORT[best] // UNIT, 0)
        if full < _LEAST_MDEG or not (rested or full > least // 2):
            steps = LONG
            full = self._expected(best, SUM_LONG[best] // UNIT, 0)
            if full < max(least, 2 * _LEAST_MDEG):
                return
        if self._filled <= steps or self._off_s < steps * STEP_S:
            return
        # A weld may begin at any moment, but until what flowed before has faded it is one that did
        # not open.
        if self._off_s < (steps + _FADE_STEPS[best]) * STEP_S:
            full = self._expected(best, self._over(self._welded, steps), 0)
        more = self._more(steps)
        self.share = share = more * 1000 // full
        twice = min(share, self._before)
        self._before = share
        if self._slow_n < _SLOW_STEPS:
            self._slow_n += 1
        self._slow_16 += (share * 16 - self._slow_16) // self._slow_n
        slow = self._slow_16 // 16 if self._slow_n == _SLOW_STEPS else 0
        # What a blanket over it would keep from being lost, in the same unit.
        loss = self._over(self._loss, steps)
        kept = -self._expected(best, 0, loss) * _COVER_PERMILLE // full
        sure = _SHARE if rested else _SURE_SHARE
        verdict = slow * 1000 // max(_SLOW_SHARE, kept)
        # A window shorter than the lag tells of the lag, not of the heat: not enough to name it.
        if rested or steps == LONG or best <= _SWIFT:
            verdict = max(verdict, twice * 1000 // max(sure, kept))
        # The contactor was open and it went on: a cover explains as much again.
        self.verdict = max(0, verdict // 2 if self._helpless else verdict)
        # It may be either: open the contactor, which nobody needs now, and see whether that helps.
        if self.verdict <= 1000 and not self._helpless and (
            twice > _TRY_SHARE or slow > _SLOW_SHARE
        ):
            self.hold = 1
            self._opened = 0
            self._too_much = more
            self._steps = steps

    def _more(self, steps):
        # What the body has gained beyond what is known, mdeg.
        best = self.best
        flow = self._over(self._flow[best], steps) * self._mains // 1000
        return self._change(steps) - self._expected(best, flow, self._over(self._loss, steps))

    def _try(self, contactor):
        # Without the contactor: has it ended? If so, close it again; a weld comes back.
        if contactor and self.hold != LOOK:
            return
        self._opened += 1
        steps = self._steps
        if self._opened < steps + _FADE_STEPS[self.best]:
            return
        more = self._more(steps) * 1000
        kept = self._too_much * _GONE_PERMILLE
        if self.hold == LOOK:
            kept = -self._expected(self.best, 0, self._over(self._loss, steps))
            kept = max(kept, _LEAST_MDEG) * _KEPT_PERMILLE
        look = self._look
        self._look = 0
        if more > kept:
            # A cover: by what it kept while it rested and what it had too much while it heated.
            if look or (self.missing < -_LOOK_PERMILLE and self.sure()):
                self._blanket = _BLANKET_STEPS
            if not look:
                self._helpless = 1
        elif self.hold == LOOK:
            self._looked = _LOOKED_STEPS  # it was the voltage
        elif self._ended < _TRIALS:
            self._ended += 1
        else:
            self.verdict = _CERTAIN
            self._said = 0
        self.hold = 0
        self._off_s = 0
        self._anew()

    def _anew(self):
        self.share = 0
        self._before = 0
        self._slow_16 = 0
        self._slow_n = 0
        self._welded_64 = 0

    def _rest(self):
        self._anew()
        self.verdict = 0
        self._look = 0
        self._helpless = 0
        self._ended = 0
