# The serial console: one JSON request a line, one JSON answer a line.
#
#   > {"id": 7, "m": "cfg.set", "p": {"k": "control.setpoint_mdeg", "v": 21000}}
#   < {"id": 7, "ok": true, "r": {}}
#   < {"id": 7, "ok": false, "e": {"c": -32602, "text": "...", "next": "..."}}
#
# A line that does not begin with "{" is for people: `help`, `status`, `why`. Error codes below
# -32000 are those of JSON-RPC 2.0.

import json

from heater.console.frames import IMPROV

MALFORMED = -32700
NO_METHOD = -32601
BAD_PARAMETERS = -32602
INTERNAL = -32603
REFUSED = -32001  # understood, but not allowed now
LOGIN = -32003  # this session may not: log in, or wait


class RequestError(Exception):
    """A refusal to be told to the peer: code, plain sentence, next step, and facts by key."""

    def __init__(self, code, text, next_step="", facts=None):
        self.code = code
        self.text = text
        self.next_step = next_step
        self.facts = facts


def integer(p, key, low, high, default):
    """Parameter `key` of `p`, an integer from `low` to `high`; RequestError for anything else."""
    value = p.get(key, default)
    if type(value) is not int or not low <= value <= high:
        raise RequestError(BAD_PARAMETERS, "%s must be an integer" % key, "correct it",
                           {"k": key, "low": low, "high": high})  # fmt: skip
    return value


class Console:
    """Serves the port behind `lines`, a LineReader. `methods` maps a name to a callable that takes
    the parameters (a dict).

    `words` maps a human command to a callable that takes the words after it and returns text.
    `improv`, when given, is asked to answer Improv Wi-Fi packets: `packet(data)` returns bytes to
    send, as does `poll()`, which is called while it is `busy`.
    """

    def __init__(self, lines, methods, words, improv=None):
        self._lines = lines
        self._port = lines.port
        self._improv = improv
        self._telemetry = dict
        self._every = 0  # polls from one telemetry event to the next, 0: none
        self._until = 0
        self._methods = methods
        self._words = words
        self.refused = 0

    def poll(self):
        """Serve at most one request and one event; once a tick. True when there was a request."""
        if self._every:
            self._until -= 1
            if self._until <= 0:
                self._until = self._every
                self._send(self._telemetry())
        if self._improv is not None and self._improv.busy:
            self._port.write(self._improv.poll())
        frame = self._lines.poll()
        return False if frame is None else self.serve(frame)

    def serve(self, frame):
        """Answer one frame as LineReader gives it; returns True."""
        if frame[:1] == b"{" or not frame:
            self._send(self._answer(frame))
        elif frame.startswith(IMPROV):
            if self._improv is not None:
                self._port.write(self._improv.packet(frame))
        else:
            self._port.write(self._word(frame).encode() + b"\n")
        return True

    def subscribe(self, make, every):
        """Send the dict that `make()` returns at every `every`-th poll; 0 ends it."""
        self._telemetry = make
        self._every = every
        self._until = every

    def _send(self, message):
        self._port.write(json.dumps(message).encode() + b"\n")

    def _word(self, line):
        try:
            said = line.decode().split()
            speak = self._words.get(said[0])
        except (UnicodeError, IndexError):
            return "? help"
        if speak is None:
            return "? " + said[0][:16] + " (help)"
        try:
            return speak(said[1:])
        except Exception as e:  # as in a method: never worth the console, nor the heat
            return "defect in this word: " + repr(e)

    def _answer(self, line):
        request_id = None
        try:
            try:
                request = json.loads(line)
            except ValueError:
                raise RequestError(MALFORMED, "not a JSON object of at most 240 bytes",
                                   "send one request a line") from None  # fmt: skip
            if not isinstance(request, dict):
                raise RequestError(MALFORMED, "not a JSON object", 'send {"id":1,"m":"hello"}')
            request_id = request.get("id")
            name = request.get("m")
            method = self._methods.get(name) if isinstance(name, str) else None
            if method is None:
                raise RequestError(NO_METHOD, "no such method", 'ask {"id":1,"m":"methods"}')
            parameters = request.get("p", {})
            if not isinstance(parameters, dict):
                raise RequestError(BAD_PARAMETERS, "p is not an object", "send p as {}")
            return {"id": request_id, "ok": True, "r": method(parameters)}
        except RequestError as e:
            self.refused += 1
            error = {"c": e.code, "text": e.text}
            if e.next_step:
                error["next"] = e.next_step
            if e.facts:
                error.update(e.facts)
            return {"id": request_id, "ok": False, "e": error}
        except Exception as e:  # a defect in one method must not cost the console
            self.refused += 1
            text = "defect in this method: " + repr(e)
            return {"id": request_id, "ok": False, "e": {"c": INTERNAL, "text": text}}
