# Wi-Fi from the console: the same as Improv does, for the installer's own tool.

from heater.console.server import BAD_PARAMETERS, REFUSED, RequestError

_A_FRAME = 3


def methods(session, wifi):
    """The methods by name. session: `Session`. wifi: `WifiSetup`."""

    def scan(p):
        session.require("installer")
        if not wifi.scan():
            raise RequestError(REFUSED, "busy", "try again")
        return {}

    def found(p):
        """Networks [ssid, dBm, secured], the strongest; null while still looking."""
        networks = wifi.found()
        return {"found": None if networks is None else networks[:_A_FRAME]}

    def join(p):
        session.require("installer")
        ssid, password = p.get("ssid"), p.get("password", "")
        if not isinstance(ssid, str) or not isinstance(password, str) or not ssid:
            raise RequestError(BAD_PARAMETERS, "ssid and password must be texts", "correct it")
        if not wifi.join(ssid, password):
            raise RequestError(REFUSED, "not kept, or busy", "try again")
        return {}

    def state(p):
        return {"joined": wifi.joined()}

    return {"net.scan": scan, "net.found": found, "net.join": join, "net.state": state}
