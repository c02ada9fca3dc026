# Trusted time, and the proof that the server is alive now and not a recording: the device sends
# a number nobody could foresee, the server signs it together with its clock.

import binascii
import os

from micropython import const

_AGAIN_S = const(10)  # an unanswered hello is repeated after this
_ROUND_S = const(30)  # a slower answer says too little about the time
_RENEW_S = const(21_600)  # a crystal of 50 ppm drifts 1 s in 5 h 30 min
_WANTED_S = const(60)  # while a server's lease is not in force


class Handshake:
    """Keeps the offset between uptime and UTC. Times in seconds."""

    def __init__(self):
        self.nonce = ""
        self.round_s = 0  # how long the last answer took: the time is uncertain by as much
        self._sent_s = None
        self._welcomed_s = None
        self._offset_s = None

    def begin(self):
        """A new connection: greet again. The time known so far stays known."""
        self._sent_s = None
        self._welcomed_s = None

    def due(self, now_s, wanted=False):
        """True when a hello with a fresh `nonce` is to be sent now. wanted: a server has not
        answered yet, or has been silent."""
        every_s = _WANTED_S if wanted else _RENEW_S
        if self._welcomed_s is not None and now_s - self._welcomed_s < every_s:
            return False
        if self._sent_s is not None and now_s - self._sent_s < _AGAIN_S:
            return False
        self.nonce = str(binascii.hexlify(os.urandom(16)), "utf-8")
        self._sent_s = now_s
        return True

    def answer(self, message, now_s):
        """A signed welcome: None if it is the answer to our nonce, else why not."""
        if not self.nonce or message["nonce"] != self.nonce or self._sent_s is None:
            return "nonce"
        if now_s - self._sent_s > _ROUND_S:
            return "slow"
        if self._welcomed_s is not None and self._welcomed_s >= self._sent_s:
            return None  # another level's server has answered the same hello
        # The answer may have been under way for the whole time since the question. A clock that
        # is fast by that much lets a lease end early, never late.
        self.round_s = now_s - self._sent_s
        self._offset_s = message["now"] + self.round_s - now_s
        self._welcomed_s = now_s
        return None

    def utc_s(self, now_s):
        """Trusted UTC, None while it is not known."""
        return None if self._offset_s is None else self._offset_s + now_s

    def welcomed(self):
        """True when the present connection has been answered."""
        return self._welcomed_s is not None
