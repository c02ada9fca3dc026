"""CPython's stand-in for MicroPython's module of this name: says nothing, changes nothing.

Code of the device that uses these runs unchanged under CPython; what they mean on the device
(constants folded, machine code, a locked heap) is tested under MicroPython itself.
"""


def const(value):
    return value


def _as_it_is(function):
    return function


native = viper = _as_it_is


def opt_level(level=0):
    return level


def heap_lock():
    return 0


def heap_unlock():
    return 0


def alloc_emergency_exception_buf(size):
    """The buffer exists only where the heap can be locked."""


def schedule(function, argument):
    function(argument)
