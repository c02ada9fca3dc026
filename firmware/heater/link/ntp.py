# The time of the network, for the plan of a heater whose group server is silent.

from micropython import const

from heater.link import realtime

_DAY_S = const(86_400)
_AGAIN_S = const(600)  # after a question nobody answered, or an answer nobody had room for
_EPOCH_2000_S = 946684800  # Unix time of 2000-01-01, from which the ESP32 counts
_YEAR_1970 = const(1970)


class NetworkTime:
    """Asks NTP, on the network's thread, and hands the answer over.

    tell(utc_s): takes UTC seconds since 1970, True if it could. The answer is not authenticated:
    it goes to the plan, never to the platform's clock, by which certificates are judged.
    question(): asks, in the platform's epoch, or raises; blocks for a second at most. seconds():
    the platform's clock.
    """

    def __init__(self, tell, question=None, seconds=None):
        self._tell = tell
        self._question = question or _question
        self._seconds = seconds or realtime.time.time
        self._asked_s = None
        self._wait_s = _AGAIN_S

    def poll(self):
        """Ask if it is time to: once a day, and ten minutes after a failure. Never raises."""
        now_s = self._seconds()
        # A clock that is set in between jumps; that costs one question at most.
        if self._asked_s is not None and abs(now_s - self._asked_s) < self._wait_s:
            return
        self._asked_s = now_s
        self._wait_s = _AGAIN_S
        try:
            if self._tell(_unix(self._question())):
                self._wait_s = _DAY_S
        except Exception:
            pass  # no network, no answer, no such module: the next time


def _unix(platform_s):
    if realtime.time.gmtime(0)[0] == _YEAR_1970:
        return int(platform_s)
    return int(platform_s) + _EPOCH_2000_S


def _question():
    import ntptime

    return ntptime.time()
