# TLS for the connection to the broker, and the time that certificates need before there is any.

import binascii

from micropython import const

from heater.link import realtime

_BUILT_YEAR = const(2026)  # of this firmware: no real clock shows an earlier day
_BUILT_MONTH = const(11)
_NTP_TRIES = const(3)
_NTP_AGAIN_MS = const(5_000)


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


def platform_time():
    """A `CertificateTime` for the platform this runs on."""

    def year():
        return realtime.time.gmtime()[0]

    def ask():
        import ntptime

        ntptime.settime()

    def floor():
        import machine

        machine.RTC().datetime((_BUILT_YEAR, _BUILT_MONTH, 1, 0, 0, 0, 0, 0))

    return CertificateTime(year, ask, floor, _BUILT_YEAR)


class CertificateTime:
    """Gives the platform's clock a time good enough to judge certificates by.

    Nothing but that depends on it: leases and commands go by the server's signed time, so a liar
    on the network can only keep this device from connecting, which it can anyhow. Ways, in turn:
    the clock that survived a reset; NTP; and when that has failed, the day this firmware was made,
    which lets certificates begin but not end.

    year(): of the platform's clock. ask(): sets it by NTP or raises. floor(): sets it to the day
    of the firmware. built_year: no real clock shows an earlier one.
    """

    def __init__(self, year, ask, floor, built_year):
        self.source = ""
        self._year = year
        self._ask = ask
        self._floor = floor
        self._built_year = built_year
        self._tries = 0
        self._next_ms = None

    def ready(self):
        """True when a connection may be tried. Blocks for one NTP question at most."""
        if self.source:
            return True
        if self._year() >= self._built_year and not self._tries:
            self.source = "kept"
            return True
        now_ms = realtime.ticks_ms()
        if self._next_ms is not None and realtime.ticks_diff(self._next_ms, now_ms) > 0:
            return False
        self._tries += 1
        self._next_ms = realtime.ticks_add(now_ms, _NTP_AGAIN_MS)
        try:
            self._ask()
            self.source = "ntp"
        except Exception:
            if self._tries < _NTP_TRIES:
                return False
            self._floor()
            self.source = "firmware"
        return True
