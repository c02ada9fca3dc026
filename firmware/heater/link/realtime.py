# The clock of the network. Sockets live in real time even where a simulator has put virtual time
# in the place of `time`; `utime` always names MicroPython's own module.

import utime as time

ticks_ms = time.ticks_ms
ticks_add = time.ticks_add
ticks_diff = time.ticks_diff
sleep_ms = time.sleep_ms
