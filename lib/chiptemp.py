# The controller's own temperature, from the sensor on its die. Good to some 5 K: it tells a hot
# enclosure, not a room.

from sensor_state import OK, RANGE


class ChipTemp:
    """`read` is esp32.mcu_temperature (whole degC; C3, S3), or esp32.raw_temperature of the first
    ESP32 with `fahrenheit` (whole degF). After `poll`: `mdeg` and `state` (OK or RANGE)."""

    def __init__(self, read, fahrenheit=False):
        self._read = read
        self._fahrenheit = fahrenheit
        self.mdeg = 0
        self.state = RANGE

    def poll(self):
        """Read the sensor; once a second is plenty."""
        t = self._read()
        mdeg = (t - 32) * 5000 // 9 if self._fahrenheit else t * 1000
        self.state = OK if -40_000 <= mdeg <= 125_000 else RANGE
        self.mdeg = mdeg
