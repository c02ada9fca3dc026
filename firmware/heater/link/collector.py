# A room-temperature collector (室温采集器): a thermometer elsewhere in the room, over MQTT.

from micropython import const

from heater import signals

_SKEW_S = const(60)
_RANGE_LOW_MDEG = const(-35_000)
_RANGE_HIGH_MDEG = const(50_000)
_STEP_MDEG = const(5_000)  # a room does not jump by more between two readings
_APART_MDEG = const(12_000)  # nor differ by more from the sensor at the heater
_AGREE = const(3)  # readings in a row that make a jump believable


class Collector:
    """The newest believable reading. Temperatures in millidegrees.

    Freshness and priority are settings (link.collector_*). `fill` writes it into Inputs.
    """

    def __init__(self):
        self.mdeg = 0
        self.first = False  # prefer it to the own sensor
        self.refused = 0
        self._used = False
        self._fresh_s = 0
        self._epoch = 0
        self._seq = -1
        self._measured_s = None  # uptime
        self._jump_mdeg = 0
        self._jumps = 0

    def configure(self, cfg):
        """Reads link.enabled, link.collector, link.collector_fresh_s, link.collector_first."""
        self._used = cfg.get("link.enabled") and cfg.get("link.collector") != ""
        self._fresh_s = cfg.get("link.collector_fresh_s")
        self.first = cfg.get("link.collector_first")

    def offer(self, message, now_s, utc_s, own_mdeg, own_ok):
        """An authentic reading: None if it is used, else why not."""
        reason = self._judge(message, now_s, utc_s, own_mdeg, own_ok)
        if reason is None or reason == "jump":
            self._epoch, self._seq = message["epoch"], message["seq"]
        if reason is not None:
            self.refused += 1
            return reason
        self.mdeg = message["room_mdeg"]
        self._measured_s = now_s - max(0, utc_s - message["t"])
        return None

    def saved(self):
        """What must survive a restart, for `restore`."""
        return [self._epoch, self._seq]

    def restore(self, saved):
        """Put back what `saved()` gave."""
        self._epoch, self._seq = saved

    def fill(self, inp):
        """Write reading, state and age into `inp`. Once a second; allocates nothing."""
        if not self._used:
            inp.remote_state = signals.NOT_FITTED
        elif self._measured_s is None:
            inp.remote_state = signals.STARTING
        else:
            age_s = inp.uptime_s - self._measured_s
            fresh = age_s <= self._fresh_s
            inp.remote_state = signals.OK if fresh else signals.STALE
            inp.remote_mdeg = self.mdeg
            inp.remote_age_ms = age_s * 1000 if fresh else self._fresh_s * 1000

    def _judge(self, message, now_s, utc_s, own_mdeg, own_ok):
        if utc_s is None:
            return "no_time"
        if message["epoch"] < self._epoch:
            return "old_epoch"
        if message["epoch"] == self._epoch and message["seq"] <= self._seq:
            return "replayed"
        # What was measured before this start may have been used before it: the number that would
        # tell is on flash only now and then.
        if utc_s - message["t"] > min(self._fresh_s, now_s):
            return "expired"
        if message["t"] > utc_s + _SKEW_S:
            return "future"
        mdeg = message["room_mdeg"]
        if not _RANGE_LOW_MDEG <= mdeg <= _RANGE_HIGH_MDEG:
            return "range"
        if own_ok and abs(mdeg - own_mdeg) > _APART_MDEG:
            return "apart"
        if self._measured_s is not None and abs(mdeg - self.mdeg) > _STEP_MDEG:
            return self._jump(mdeg)
        self._jumps = 0
        return None

    def _jump(self, mdeg):
        # One wild reading is noise; several that agree with each other are a moved collector.
        if self._jumps and abs(mdeg - self._jump_mdeg) > _STEP_MDEG:
            self._jumps = 0
        self._jumps += 1
        self._jump_mdeg = mdeg
        if self._jumps < _AGREE:
            return "jump"
        self._jumps = 0
        return None
