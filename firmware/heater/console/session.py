# Who speaks at the serial port. Whoever holds the cable stands before the heater, so nothing is
# locked until somebody sets a key; from then on the installer's settings need a log-in: the heater
# draws a nonce, the tool answers with HMAC-SHA256(key, role + " " + nonce). The key itself crosses
# the wire only when it is set, and is never told.

import binascii
import json
import os

from micropython import const

from heater.console.server import LOGIN, RequestError

ROLES = ("resident", "installer", "factory")
_FILE = const("access")
_NONCE_BYTES = const(16)
_IDLE_S = const(600)  # a log-in ends by itself this long after the last request
_FREE_TRIES = const(5)
_WAIT_S = const(30)  # after them, doubled by every further failure
_LONGEST_S = const(3600)


class Session:
    """One port's session.

    store: blobs by name, `load(name)`, `save(name, data)`. mac(key, data): HMAC-SHA256. now_s():
    seconds since boot. serial(): the heater's serial number, "" while it is still in the works.
    """

    def __init__(self, store, mac, now_s, serial):
        self.failures = 0  # since boot or the last good log-in
        self._store = store
        self._mac = mac
        self._now_s = now_s
        self._serial = serial
        self._keys = {}
        self._nonce = None
        self._role = None
        self._used_s = 0
        self._blocked_s = 0  # uptime until which no log-in is looked at
        data = store.load(_FILE)
        if data is not None:
            try:
                self._keys = json.loads(data)
            except ValueError:
                # Nobody can log in with a key that cannot be read; a locked heater stays locked.
                self._keys = {"installer": "", "factory": ""}

    def role(self):
        """The role that this port speaks for now: "resident", "installer" or "factory"."""
        if self._role is not None:
            if self._now_s() - self._used_s <= _IDLE_S:
                self._used_s = self._now_s()
                return self._role
            self._role = None
        if "installer" in self._keys:
            return "resident"
        return "installer" if self._serial() or "factory" in self._keys else "factory"

    def require(self, role):
        """RequestError LOGIN unless this session may do what `role` may."""
        if ROLES.index(self.role()) < ROLES.index(role):
            raise RequestError(
                LOGIN, "this needs the role " + role, "log in", {"why": "role", "role": role}
            )

    def locked(self):
        """Roles that have a key."""
        return sorted(self._keys)

    def wait_s(self):
        """Seconds until the next log-in is looked at."""
        return max(0, self._blocked_s - self._now_s())

    def challenge(self):
        """A fresh nonce in hex, good for one log-in."""
        self._nonce = str(binascii.hexlify(os.urandom(_NONCE_BYTES)), "utf-8")
        return self._nonce

    def login(self, role, answer):
        """Take the role if `answer` (hex) fits the last challenge, else RequestError LOGIN."""
        nonce, self._nonce = self._nonce, None
        wait_s = self.wait_s()
        if wait_s:
            raise RequestError(
                LOGIN, "too many failures", "wait", {"why": "wait", "wait_s": wait_s}
            )
        if nonce is None:
            raise RequestError(LOGIN, "no challenge", "ask auth.begin", {"why": "nonce"})
        key = self._keys.get(role)
        if not key or not _same(self._expected(key, role, nonce), answer):
            self.failures += 1
            over = self.failures - _FREE_TRIES
            if over >= 0:
                self._blocked_s = self._now_s() + min(_WAIT_S << min(over, 7), _LONGEST_S)
            raise RequestError(LOGIN, "wrong role or key", "try again", {"why": "key"})
        self.failures = 0
        self._role = role
        self._used_s = self._now_s()

    def logout(self):
        """Give the role up."""
        self._role = None

    def set_key(self, role, key):
        """Set the key of a role, 64 hex digits, or remove it ("").

        A session sets the keys of its own role and of those below. None, or why not as a word:
        "unknown", "form", "storage". RequestError LOGIN if the session may not.
        """
        if role not in ROLES or role == "resident":
            return "unknown"
        self.require(role)
        if key:
            try:
                if len(binascii.unhexlify(key)) != 32:
                    return "form"
            except ValueError:
                return "form"
        mine = self.role()
        keys = dict(self._keys)
        keys.pop(role, None)
        if key:
            keys[role] = key
        if not self._store.save(_FILE, json.dumps(keys).encode()):
            return "storage"
        self._keys = keys
        self._role = mine  # who has just set a lock is inside
        self._used_s = self._now_s()
        return None

    def _expected(self, key, role, nonce):
        message = (role + " " + nonce).encode()
        return str(binascii.hexlify(self._mac(binascii.unhexlify(key), message)), "utf-8")


def _same(wanted, given):
    # Every digit is looked at, so that the time tells nothing about the first wrong one.
    if not isinstance(given, str) or len(given) != len(wanted):
        return False
    differs = 0
    for i in range(len(wanted)):
        differs |= ord(wanted[i]) ^ ord(given[i])
    return differs == 0
