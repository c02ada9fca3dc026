# Small files that survive a power cut at any instant.
#
# Every name has two slots, written in turn, so that the new copy is complete before the old one
# is touched; within a slot LittleFS makes "write a temporary file, then rename it" atomic. The
# slot is the lowest bit of the generation number, so nothing but the files themselves has to be
# remembered. A CRC over name, generation and content finds what the file system did not: a
# fragment left by an exception inside `with open()`, a bad flash cell, or an old directory block
# that points at another file's data. A damaged copy costs that copy, never the boot.

import binascii
import os
import struct

from micropython import const

from heater.record import events, wear

_HEADER = const("<2sHIII")  # magic, format, generation, length, CRC-32
_HEADER_LEN = const(16)
_MAGIC = const(b"NB")
_FORMAT = const(1)
_MAX_LEN = const(16384)  # a longer file cannot have come from here: do not read it into RAM


class Store:
    """Blobs by name in one directory.

    path: directory, made if absent. note(code, value): called for what should be in the event
    journal; codes in `heater.record.events`. budget: wear.Budget shared with others.
    """

    def __init__(self, path, note=None, budget=None):
        self.path = path
        self.damaged = 0  # copies found unreadable since boot
        self._note = note
        self._budget = budget or wear.Budget()
        self._generations = {}
        self._waiting = {}
        try:
            os.mkdir(path)
        except OSError:
            pass  # there already; anything worse shows at the first save

    def load(self, name):
        """The newest undamaged content of `name` as bytes, or None when there is none."""
        waiting = self._waiting.get(name)
        if waiting is not None:
            return waiting
        first, second = self._generation(name, 0), self._generation(name, 1)
        for slot in (0, 1) if first > second else (1, 0):
            generation = first if slot == 0 else second
            if generation < 0:
                continue
            data = self._read(name, slot)
            if data is not None:
                self._generations[name] = generation
                return data
            self._damage(slot)
        self._generations[name] = 0
        return None

    def save(self, name, data, by_clock=False):
        """Write now, new copy before old. True when it is on flash, False (old kept) if not.

        by_clock: a regular write that the flash budget allows for by itself.
        """
        self._waiting.pop(name, None)
        if name not in self._generations:
            self.load(name)
        generation = self._generations[name] + 1
        temporary = self.path + "/" + name + ".t"
        if by_clock:
            self._budget.book()
        else:
            self._budget.spend()
        try:
            with open(temporary, "wb") as file:
                file.write(_header(name, generation, data))
                file.write(data)
            os.rename(temporary, self._file(name, generation & 1))
        except (OSError, MemoryError):
            self._event(events.FILE_UNWRITABLE, len(data))
            _remove(temporary)  # on a full flash its fragment takes the room of the next attempt
            return False
        self._generations[name] = generation
        return True

    def save_soon(self, name, data):
        """Write at one of the next polls when the flash budget allows; a later value replaces
        an earlier one that is still waiting."""
        self._waiting[name] = data

    def affordable(self):
        """True while the flash budget has room for a write that could also wait."""
        return self._budget.affordable()

    def waits(self, name):
        """True while `name` has a value that is not on flash yet."""
        return name in self._waiting

    def poll(self):
        """Call in slow code after the tick: at most one file is written. True if one was."""
        if not self._waiting or not self._budget.affordable():
            return False
        name = next(iter(self._waiting))
        return self._save_waiting(name)

    def flush(self):
        """Write all that waits, before an intended restart."""
        for name in list(self._waiting):
            self._save_waiting(name)

    def remove(self, name):
        """Forget `name`. The older copy goes first: a power cut between leaves the present."""
        self.load(name)
        self._waiting.pop(name, None)
        newest = self._generations.pop(name) & 1
        for slot in (1 - newest, newest):
            _remove(self._file(name, slot))

    def _save_waiting(self, name):
        data = self._waiting[name]
        if self.save(name, data):
            return True
        self._waiting[name] = data  # again at a later poll
        return False

    def _file(self, name, slot):
        return self.path + "/" + name + (".b" if slot else ".a")

    def _generation(self, name, slot):
        # -1: no such file, or no header that could be ours
        try:
            with open(self._file(name, slot), "rb") as file:
                header = file.read(_HEADER_LEN)
        except OSError:
            return -1
        if len(header) == _HEADER_LEN:
            magic, version, generation, _, _ = struct.unpack(_HEADER, header)
            if magic == _MAGIC and version == _FORMAT:
                return generation
        self._damage(slot)
        return -1

    def _read(self, name, slot):
        try:
            with open(self._file(name, slot), "rb") as file:
                header = file.read(_HEADER_LEN)
                _, _, generation, length, _ = struct.unpack(_HEADER, header)
                if length > _MAX_LEN:
                    return None
                data = file.read(length + 1)
        except OSError:
            return None
        return data if header == _header(name, generation, data) else None

    def _damage(self, slot):
        self.damaged += 1
        self._event(events.FILE_DAMAGED, slot)

    def _event(self, code, value):
        if self._note is not None:
            self._note(code, value)


def _remove(file):
    try:
        os.remove(file)
    except OSError:
        pass  # was not there


def _header(name, generation, data):
    # The name is part of the check sum but not of the file: another name's content must fail.
    crc = binascii.crc32(name.encode())
    crc = binascii.crc32(struct.pack("<II", generation, len(data)), crc)
    crc = binascii.crc32(data, crc)
    return struct.pack(_HEADER, _MAGIC, _FORMAT, generation, len(data), crc)
