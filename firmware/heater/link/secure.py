# TLS for the connection to the broker, and the time that certificates need before there is any.

import binascii

from micropython import const

from heater.link import realtime

_BUILT_S = 1_793_491_200  # 2026-11-01, of this firmware: no real clock shows an earlier day
_2000_S = 946_684_800  # where the ESP32 port begins to count
_NTP_TRIES = const(3)
_NTP_AGAIN_MS = const(5_000)
_NTP_LATER_MS = const(600_000)  # a question may hold this thread for many seconds
_MONTH_S = const(2_592_000)
_GUESS_MONTHS = const(146)


def context(keys):
    """A TLS context that insists on the broker's certificate. keys: `Keys` with "ca", and with
    "cert" and "cert_key" if this device has a certificate of its own. ValueError: not usable."""
    import tls

    authority = keys.text("ca")
    if not authority:
        raise ValueError("no certificate of an authority")
    made = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
    made.verify_mode = tls.CERT_REQUIRED  # type: ignore
    made.load_verify_locations(_der(authority))
    if keys.text("cert") and keys.text("cert_key"):
        made.load_cert_chain(_der(keys.text("cert")), _der(keys.text("cert_key")))
    return made


def _der(pem):
    # The binary form is understood by every build of MicroPython, PEM is not.
    lines = [line.strip() for line in pem.split("\n")]
    start = [i for i in range(len(lines)) if lines[i].startswith("-----BEGIN")]
    if not start:
        raise ValueError("not PEM")
    body = []
    for line in lines[start[-1] + 1 :]:
        if line.startswith("-----END"):
            break
        body.append(line)
    return binascii.a2b_base64("".join(body))


def platform_time(known_s):
    """A `CertificateTime` for the platform this runs on. known_s: the latest time this heater has
    known, Unix seconds, 0 for none."""
    time = realtime.time
    epoch_s = 0 if time.gmtime(0)[0] == 1970 else _2000_S

    def now_s():
        return time.time() + epoch_s

    def ask():
        import ntptime

        ntptime.settime()

    def set_clock(utc_s):
        import machine

        year, month, day, hour, minute, second = time.gmtime(utc_s - epoch_s)[:6]
        machine.RTC().datetime((year, month, day, 0, hour, minute, second, 0))

    return CertificateTime(now_s, ask, set_clock, max(known_s, _BUILT_S))


class CertificateTime:
    """Gives the platform's clock a time good enough to judge certificates by.

    Nothing but that depends on it: leases and commands go by the server's signed time, so a liar
    on the network can only keep this device from connecting, which it can anyhow. Ways, in turn:

    - the clock that survived a reset, if it shows no earlier day than this heater has known;
    - NTP;
    - when that has failed three times, a guess: the latest time this heater has known. Whenever
      a broker's certificate is refused under it, the guess moves on by a month, for a certificate
      may have been renewed meanwhile; after twelve years it begins anew. Authority and name of
      the broker are checked under every guess, the dates then are not;
    - and after the first welcome the time of the server, whatever it was before.

    now_s(), set_clock(utc_s): the platform's clock, Unix seconds. ask(): sets it by NTP or raises.
    `source`: "", "kept", "ntp", "guess" or "server".
    """

    def __init__(self, now_s, ask, set_clock, known_s):
        self.source = ""
        self._now_s = now_s
        self._ask = ask
        self._set_clock = set_clock
        self._known_s = known_s
        self._months = 0  # by which the guess has moved on
        self._tries = 0
        self._next_ms = None

    def ready(self):
        """True when a connection may be tried. Blocks for one NTP question at most."""
        if not self.source and not self._tries and self._now_s() >= self._known_s:
            self.source = "kept"
        if self.source and self.source != "guess":
            return True
        now_ms = realtime.ticks_ms()
        if self._next_ms is not None and realtime.ticks_diff(self._next_ms, now_ms) > 0:
            return self.source == "guess"
        self._tries += 1
        try:
            self._ask()
            self.source = "ntp"
        except Exception:
            if self._tries >= _NTP_TRIES and not self.source:
                self.source = "guess"
                self._set_clock(self._known_s)
        again_ms = _NTP_LATER_MS if self.source else _NTP_AGAIN_MS
        self._next_ms = realtime.ticks_add(now_ms, again_ms)
        return self.source != ""

    def refused(self, error):
        """A connection has failed: a ValueError is what TLS says of a certificate."""
        if type(error) is not ValueError or self.source == "server":
            return
        if self.source == "guess":
            self._months = (self._months + 1) % _GUESS_MONTHS
            self._set_clock(self._known_s + self._months * _MONTH_S)
        elif self.source:
            self.source = ""  # the clock may be the cause: ask anew
            self._tries = 1
            self._next_ms = None

    def told(self, utc_s):
        """The server's signed time."""
        if self.source != "server":
            self.source = "server"
            self._set_clock(utc_s)
