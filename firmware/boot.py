# Runs before everything else, after every reset. Outputs go to their safe level first, before
# any other module is imported: whatever fails later, it fails with the heater off.

from machine import Pin
import board

for _pin, _level in board.SAFE_LEVELS:
    Pin(_pin, Pin.OUT, value=_level)
