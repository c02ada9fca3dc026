# Runs in MicroPython: the unmodified firmware on the simulated board, with one exception raised
# at one call somewhere in it, and a judge in place of the host.
#
#   micropython raising.py BOARD_DIR FIRMWARE_DIR LIB_DIR FLASH_FILE KIND CALL
#
# KIND is "count" (raise nothing, print how many calls there are), "heap" (no allocation may
# succeed within that call) or the name of an exception. CALL counts the calls of methods of the
# firmware and its drivers between virtual seconds 8 and 12.
# Prints one line: "calls N", "fine" or what went wrong.

import sys

_board_dir, _firmware, _lib, _flash, _kind, _call = sys.argv[1:7]
sys.path[:] = [_board_dir, _firmware, _lib, ".frozen"]

import board  # noqa: E402
import flash  # noqa: E402
import micropython  # noqa: E402
import world  # noqa: E402

ARM_MS = 8_000
DISARM_MS = 12_000
RECOVERED_MS = 75_000
STEP_MS = 100
KINDS = {
    "MemoryError": MemoryError,
    "OSError": OSError,
    "ValueError": ValueError,
    "RuntimeError": RuntimeError,  # the interpreter's own, when the stack is exhausted
    "KeyError": KeyError,
}
PINS = (board.PIN_CONTACTOR, board.PIN_SWITCH, board.PIN_SWITCH_2, board.PIN_LEAK_TEST)


class Verdict(BaseException):
    """Ends the run; the firmware must not catch it."""


class Judge:
    def __init__(self, kind, target):
        self.kind = kind
        self.target = target
        self.calls = 0
        self.armed = False
        self.raised_ms = -1
        self.originals = []
        self.heat_uj = 0

    # --- the calls

    def arm(self):
        """Put a counter around every method of the firmware and its drivers."""
        self.armed = True
        for name in list(sys.modules):
            module = sys.modules[name]
            path = getattr(module, "__file__", "")
            if path.startswith((_firmware, _lib)):
                for word in dir(module):
                    thing = getattr(module, word)
                    if isinstance(thing, type) and not issubclass(thing, BaseException):
                        self.wrap(thing)

    def wrap(self, cls):
        for word, function in list(cls.__dict__.items()):
            if not word.startswith("__") and type(function) is type(lambda: 0):
                if word == "note_exception":
                    setattr(cls, word, self.noted(function))
                else:
                    setattr(cls, word, self.counted(function))
                self.originals.append((cls, word, function))

    def disarm(self):
        self.armed = False
        for cls, word, function in self.originals:
            if word != "note_exception":
                setattr(cls, word, function)

    def counted(self, function):
        def call(*args, **kwargs):
            self.calls += 1
            if self.armed and self.calls == self.target:
                return self.strike(function, args, kwargs)
            return function(*args, **kwargs)

        return call

    def strike(self, function, args, kwargs):
        self.disarm()
        self.raised_ms = world.now_ms
        if self.kind != "heap":
            raise KINDS[self.kind]("injected")
        micropython.heap_lock()
        try:
            return function(*args, **kwargs)
        finally:
            micropython.heap_unlock()

    def noted(self, function):
        def call(guard):
            # The executive reports an exception only after everything is off.
            for pin in PINS:
                if world.get_pin(pin):
                    raise Verdict("pin %d still high after an exception" % pin)
            if world.now_ms - self.raised_ms > STEP_MS:
                raise Verdict("off %d ms after the exception" % (world.now_ms - self.raised_ms))
            return function(guard)

        return call

    # --- in place of the host, every 100 ms

    def exchange(self):
        world.settle()
        now = world.now_ms
        if now == ARM_MS:
            self.arm()
        elif now == DISARM_MS and self.armed:
            self.disarm()
            if self.kind == "count":
                raise Verdict("calls %d" % self.calls)
        elif now == RECOVERED_MS - 10_000:
            self.heat_uj = world._energy_uj
        elif now >= RECOVERED_MS:
            self.end()
        world._deadline_ms = now + STEP_MS

    def end(self):
        heater = sys.modules["heater.app"].running
        faults = [f["code"] for f in heater.fault_list()]
        if faults:
            raise Verdict("a minute later still at fault: %s" % faults)
        if world._energy_uj - self.heat_uj < 10_000 * 100_000:  # 100 W over 10 s
            raise Verdict("a minute later still cold")
        raise Verdict("fine")

    def reset(self, cause):
        for pin, level in board.SAFE_LEVELS:
            world.set_pin(pin, level)
        raise Verdict("reset by the watchdog" if cause == 3 else "fine")


def run(path):
    with open(path) as f:
        exec(compile(f.read(), path, "exec"), {"__name__": "__main__"})


judge = Judge(_kind, int(_call))
world.room_mdeg = 15_000
world.body_mdeg = 30_000
world.exchange = judge.exchange
world.reset = judge.reset
world._deadline_ms = STEP_MS
flash.mount(_flash, board.DATA_DIR)
try:
    run(_firmware + "/boot.py")
    run(_firmware + "/main.py")
    print("the firmware ended")
except Verdict as verdict:
    print(verdict)
