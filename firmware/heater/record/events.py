# Codes of what the record room itself has to tell. Other rooms have their own codes; app keeps
# them apart by range. 1..99 belong to this room.

from micropython import const

BOOT = const(1)  # value: reset cause as the board reports it
FILE_DAMAGED = const(2)  # value: slot whose copy was unreadable
FILE_UNWRITABLE = const(3)  # value: bytes that could not be written
SETTINGS_DEFAULT = const(4)  # no readable copy, as in a new heater: defaults in force; value 0
SETTINGS_DROPPED = const(5)  # value: number of stored values this firmware cannot use
SETTINGS_COMMITTED = const(6)  # value: revision
SETTINGS_CONFIRMED = const(7)  # value: revision
SETTINGS_REVERTED = const(8)  # not confirmed in time, or power lost before; value: revision
SETTINGS_MIGRATED = const(9)  # value: schema version it came from
EVENTS_LOST = const(11)  # value: events for which neither flash nor RAM had room
SETTINGS_RESET = const(10)  # factory reset; value: revision
