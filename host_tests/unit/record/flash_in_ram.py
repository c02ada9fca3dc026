"""Stand-in for heater.record.store.Store where a test changes settings 10^5 times."""


class StoreInRam:
    """Blobs in a dict; `room` false: the flash budget is used up, `works` false: it is dead."""

    def __init__(self, blobs=None):
        self.blobs = {} if blobs is None else blobs
        self.waiting = {}
        self.damaged = 0
        self.room = True
        self.works = True

    def load(self, name):
        return self.waiting.get(name) or self.blobs.get(name)

    def save(self, name, data, by_clock=False):
        if self.works:
            self.waiting.pop(name, None)
            self.blobs[name] = data
        return self.works

    def save_soon(self, name, data):
        self.waiting[name] = data

    def affordable(self):
        return self.room

    def remove(self, name):
        self.blobs.pop(name, None)
