# A stream on which every operation ends: the socket that umqtt.simple gets.
#
# umqtt.simple trusts its socket completely. It loops until an answer comes, it takes a short read
# for a whole one, and its `setblocking(True)` throws a time-out away on the ESP32 (but not on the
# unix port, so tests do not show it). Here the socket never blocks; each operation of the client
# (connect, publish, one incoming packet ...) gets one deadline for all of its reads and writes
# together, so that not even one byte a second can stretch it. A read gives exactly what was asked
# for or raises OSError. TLS is treated the same: its handshake is driven by the first write.

import errno

from micropython import const

from heater.link import realtime

_STEP_MS = const(5)  # how often a stream that is not ready is tried again

NO_DEADLINE = const(-1)


class Wire:
    """Wraps a connected, non-blocking stream with `readinto`, `write` and `close`.

    cap: longest read in bytes; more raises OSError(EINVAL). Not thread-safe: one thread owns it.
    """

    def __init__(self, stream, cap=4096):
        self._stream = stream
        self._cap = cap
        self._end_ms = 0
        self._given_back = b""

    def begin(self, limit_ms):
        """From now on all reads and writes together may take this long."""
        self._end_ms = realtime.ticks_add(realtime.ticks_ms(), limit_ms)

    def ready(self, wait_ms):
        """True when a byte is there, False when none came within wait_ms. OSError: closed."""
        if self._given_back:
            return True
        self.begin(wait_ms)
        one = bytearray(1)
        while True:
            n = self._stream.readinto(one)
            if n:
                self._given_back = bytes(one)
                return True
            if n == 0:
                raise OSError(errno.ECONNRESET)
            if self._left_ms() <= 0:
                return False
            self._pause()

    def read(self, n):
        """Exactly n bytes. OSError: closed before, deadline passed, or n too large."""
        if not 0 <= n <= self._cap:
            raise OSError(errno.EINVAL)
        data = bytearray(n)
        have = len(self._given_back)
        if have:
            have = min(have, n)
            data[:have] = self._given_back[:have]
            self._given_back = self._given_back[have:]
        view = memoryview(data)
        while have < n:
            got = self._stream.readinto(view[have:])
            if got == 0:
                raise OSError(errno.ECONNRESET)
            if got:
                have += got
            self._check_deadline(have < n)
            if got is None:
                self._pause()
        return bytes(data)

    def write(self, data, n=None):
        """All of data, or its first n bytes."""
        view = memoryview(data)
        if n is not None:
            view = view[:n]
        done = 0
        while done < len(view):
            sent = self._stream.write(view[done:])
            if sent:
                done += sent
            self._check_deadline(done < len(view))
            if not sent:
                self._pause()
        return done

    def give_back(self, data):
        """The next read begins with these bytes."""
        self._given_back = data + self._given_back

    def close(self):
        """Never raises."""
        try:
            self._stream.close()
        except OSError:
            pass

    # umqtt.simple calls these on its way; here they have nothing to do.

    def setblocking(self, flag):
        pass

    def settimeout(self, seconds):
        pass

    def connect(self, address):
        pass

    def _left_ms(self):
        return realtime.ticks_diff(self._end_ms, realtime.ticks_ms())

    def _check_deadline(self, unfinished):
        if unfinished and self._left_ms() <= 0:
            raise OSError(errno.ETIMEDOUT)

    def _pause(self):
        left_ms = self._left_ms()
        realtime.sleep_ms(_STEP_MS if left_ms > _STEP_MS else max(left_ms, 1))


def dial(socket, host, port, tls, limit_ms, cap=4096):
    """Resolve, connect and wrap: a Wire on which `limit_ms` is running.

    socket: the module. tls: None, or any object with `wrap_socket(sock, server_hostname=,
    do_handshake_on_connect=)`. The name is asked for again each time, for brokers do move. Of all
    operations only the name resolution cannot be given a deadline: lwIP ends it by itself after
    about 7 s per name server.
    """
    address = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0][-1]
    started_ms = realtime.ticks_ms()
    raw = socket.socket()
    try:
        raw.settimeout(limit_ms / 1000)
        raw.connect(address)
        raw.setblocking(False)
        stream = raw
        if tls is not None:
            stream = tls.wrap_socket(raw, server_hostname=host, do_handshake_on_connect=False)
    except BaseException:
        raw.close()
        raise
    wire = Wire(stream, cap)
    wire.begin(limit_ms - realtime.ticks_diff(realtime.ticks_ms(), started_ms))
    return wire
