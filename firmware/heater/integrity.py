# Whether program and settings are still what they were: the program against the SHA-256 that its
# build left beside it, the settings in RAM against their own of the last change. One small piece
# after a tick, the first round from the start on, then one an hour; protection hears the result.
# What reads the program takes heap for the minutes of a round only.

import os
import sys

import esp32
from micropython import const

_LIST = const("/program.sum")  # written by the build where the application lies as files
_HOUR_S = const(3600)
_AT_START = const(8)  # pieces after a tick until the proof test is done: nothing can heat yet

STATES = ("unchecked", "checking", "sound", "damaged")
UNCHECKED = const(0)  # nothing on this board to compare with
CHECKING = const(1)
SOUND = const(2)
DAMAGED = const(3)


class Integrity:
    """`state`: of the program, an index into STATES; `done_s`: uptime of the last round's end;
    `due_s`: `step` has something to do from this uptime on."""

    def __init__(self, guard, settings):
        self._guard = guard
        self._settings = settings
        self._revision = -1
        self._digest = ""
        self._sources = []  # of the round under way
        self._at = -1  # source under work, -1: none
        self._compared = False  # in this round
        self.due_s = 0
        self.rounds = 0
        self.done_s = 0
        self.state = CHECKING if _listed() or hasattr(esp32, "Partition") else UNCHECKED

    def step(self, uptime_s):
        """The next piece, 512 bytes of flash, or a few of them before the first heat. After
        a tick; allocates a little."""
        if self._at < 0:
            if uptime_s < self.due_s:
                return
            self._check_settings()
            self._compared = False
            self._sources = _sources()
            if self._sources:
                self._begin(0)
            else:
                self.due_s = uptime_s + _HOUR_S
            return
        source = self._sources[self._at]
        try:
            for _ in range(1 if self._guard.proof.passed else _AT_START):
                if not source.step():
                    break
            else:
                return
            sound = source.sound
        except OSError:
            sound = False  # flash that cannot be read has no sound program
        self._ended(sound, uptime_s)

    def condition(self):
        """The state of the program as a word, the rounds so far and the uptime of the last."""
        return {"program": STATES[self.state], "rounds": self.rounds, "time_s": self.done_s}

    def _begin(self, at):
        self._at = at
        try:
            self._sources[at].begin()
        except OSError:
            self._sources[at].sound = False  # the next step ends it

    def _ended(self, sound, uptime_s):
        if sound:
            self._compared = True
        if sound is False:
            self.state = DAMAGED
            self._guard.note_program(False)
        elif self._at + 1 < len(self._sources):
            self._begin(self._at + 1)
            return
        elif self._compared:
            self.state = SOUND
            self._guard.note_program(True)
        else:
            self.state = UNCHECKED
        self._at = -1
        self._sources = []
        sys.modules.pop("progsum", None)
        self.due_s = uptime_s + _HOUR_S
        self.rounds += 1
        self.done_s = uptime_s

    def _check_settings(self):
        # Values that change without a commit are no settings any more but a defect of memory.
        settings = self._settings
        digest = settings.hash()
        if settings.revision != self._revision:
            self._revision = settings.revision
            self._digest = digest
        elif digest != self._digest:
            self._guard.note_settings(False)


def _sources():
    # Files first: the boot loader has just verified the image, nobody has the files.
    from progsum import Files, Image

    sources = []
    if _listed():
        sources.append(Files(_LIST))
    partition = getattr(esp32, "Partition", None)
    if partition is not None:
        sources.append(Image(partition(partition.RUNNING)))
    return sources


def _listed():
    # Beside an image's own application in use (boards/frozen/_boot.py) lies at most half of one.
    if sys.path[0] == ".frozen":
        return False
    try:
        os.stat(_LIST)
    except OSError:
        return False  # the application is frozen into the image
    return True
