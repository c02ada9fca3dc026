# Runs before everything else, after every reset. Outputs go to their safe level first, before
# any other module is imported: whatever fails later, it fails with the heater off.

import board
from machine import Pin

for _pin, _level in board.SAFE_LEVELS:
    Pin(_pin, Pin.OUT, value=_level)
