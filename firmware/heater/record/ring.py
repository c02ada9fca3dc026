# A ring of records on flash: fixed length, numbered, each with its own CRC, in segment files of
# which the oldest is overwritten when the last is full.
#
# A record's place follows from its number alone: segment file (number // per_segment) % segments,
# offset (number % per_segment) * length. Nothing else has to be stored, and a fragment left by a
# failed write is simply written over. LittleFS makes each append, and the truncation that starts
# a new segment, all or nothing. A damaged record costs that record.

import binascii
import struct

from heater.record import events

_SPARE_SEGMENTS_READ = 8  # records looked at to find the number of a damaged segment's first


class Ring:
    """Records of one layout in `path`.

    layout: struct format of the fields without byte order; per_segment, segments: the ring keeps
    at least per_segment * (segments - 1) records; waiting: records held in RAM before a flush.
    note(code, value): event journal, for damage found.
    """

    def __init__(self, path, name, layout, per_segment, segments, waiting, note=None):
        self.first = 0  # number of the oldest record on flash
        self.next = 0  # number after the newest on flash
        self.lost = 0  # records dropped since boot because the flash did not take them
        self._stem = path + "/" + name + "."
        self._layout = "<I" + layout
        self._body = struct.calcsize(self._layout)
        self._length = self._body + 4
        self._per_segment = per_segment
        self._segments = segments
        self._waiting = bytearray(waiting * self._length)
        self._count = 0
        self._note = note

    def open(self):
        """Find the ends of the ring at start. Never fails; unreadable segments are left out."""
        bases = []
        for slot in range(self._segments):
            base, size = self._survey(slot)
            if base is not None:
                bases.append(base)
                self.next = max(self.next, base + size)
        # The oldest is the start of the unbroken run of segments that ends with the newest.
        self.first = (self.next - 1) // self._per_segment * self._per_segment if bases else 0
        while self.first - self._per_segment in bases:
            self.first -= self._per_segment

    def append(self, *fields):
        """Take one record into RAM: False if there is no room. It gets its number now."""
        if (self._count + 1) * self._length > len(self._waiting):
            self.lost += 1
            return False
        start = self._count * self._length
        struct.pack_into(self._layout, self._waiting, start, self.next + self._count, *fields)
        body = memoryview(self._waiting)[start : start + self._body]
        struct.pack_into("<I", self._waiting, start + self._body, binascii.crc32(body))
        self._count += 1
        return True

    def waiting(self):
        """Number of records in RAM that are not on flash yet."""
        return self._count

    def room(self):
        """Number of records that still find room in RAM."""
        return len(self._waiting) // self._length - self._count

    def flush(self):
        """Write what waits, one segment at most: the number of file writes done (0 or 1)."""
        if not self._count:
            return 0
        place = self.next % self._per_segment
        count = min(self._count, self._per_segment - place)
        data = memoryview(self._waiting)[: count * self._length]
        try:
            # A segment begins by truncating its file: with the close, the oldest records go.
            mode = "r+b" if place else "wb"
            with open(self._file(self.next // self._per_segment), mode) as file:
                file.seek(place * self._length)
                file.write(data)
        except (OSError, MemoryError):
            self._event(events.FILE_UNWRITABLE, len(data))
            return 0
        self.next += count
        self.first = max(self.first, self._oldest())
        self._count -= count
        rest = self._count * self._length
        self._waiting[:rest] = self._waiting[len(data) : len(data) + rest]
        return 1

    def read(self, number, limit):
        """Up to `limit` tuples (number, fields...) on flash from `number` on; damaged ones are
        left out. Returns (tuples, number to go on with); they end when that is `next`."""
        number = max(number, self.first)
        found = []
        end = min(number + limit, self.next)
        while number < end:
            segment = number // self._per_segment
            stop = min(end, (segment + 1) * self._per_segment)
            self._read_segment(segment, number, stop, found)
            number = stop
        return found, number

    def _read_segment(self, segment, number, stop, found):
        try:
            with open(self._file(segment), "rb") as file:
                file.seek(number % self._per_segment * self._length)
                while number < stop:
                    record = self._unpack(file.read(self._length))
                    if record is not None and record[0] == number:
                        found.append(record)
                    number += 1
        except OSError:
            self._event(events.FILE_DAMAGED, segment)

    def _survey(self, slot):
        # (number of the first record, records) of a segment file; (None, 0) if it has none
        try:
            with open(self._file(slot), "rb") as file:
                size = file.seek(0, 2) // self._length
                file.seek(0)
                for index in range(min(size, _SPARE_SEGMENTS_READ)):
                    record = self._unpack(file.read(self._length))
                    if record is None:
                        continue
                    base = record[0] - index
                    segment = base // self._per_segment
                    if base % self._per_segment == 0 and segment % self._segments == slot:
                        return base, min(size, self._per_segment)
        except OSError:
            return None, 0
        self._event(events.FILE_DAMAGED, slot)
        return None, 0

    def _oldest(self):
        newest_segment = (self.next - 1) // self._per_segment
        return max(0, newest_segment - self._segments + 1) * self._per_segment

    def _unpack(self, data):
        if len(data) != self._length:
            return None
        (crc,) = struct.unpack_from("<I", data, self._body)
        if crc != binascii.crc32(memoryview(data)[: self._body]):
            return None
        return struct.unpack_from(self._layout, data, 0)

    def _file(self, segment):
        return self._stem + str(segment % self._segments)

    def _event(self, code, value):
        if self._note is not None:
            self._note(code, value)
