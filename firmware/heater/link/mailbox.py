# The only thing the main thread and the network's thread share: a bounded box of finished things.

import _thread


class Mailbox:
    """First in, first out, at most `size` things. Neither end ever waits for the other."""

    def __init__(self, size):
        self.refused = 0  # things that found the box full
        self._lock = _thread.allocate_lock()
        self._items = [None] * size
        self._first = 0
        self._count = 0

    def put(self, item):
        """Put in: False, and counted, if the box is full. Held up only by a `get` in progress,
        which is a few instructions."""
        with self._lock:
            if self._count == len(self._items):
                self.refused += 1
                return False
            self._items[(self._first + self._count) % len(self._items)] = item
            self._count += 1
            return True

    def get(self):
        """Take the oldest, or None: when there is none, and when the other end is just at it.
        Never blocks, so the main thread may call it between two ticks."""
        if not self._count or not self._lock.acquire(False):
            return None
        item = self._items[self._first]
        self._items[self._first] = None
        self._first = (self._first + 1) % len(self._items)
        self._count -= 1
        self._lock.release()
        return item

    def room(self):
        """How many more things find room."""
        return len(self._items) - self._count
