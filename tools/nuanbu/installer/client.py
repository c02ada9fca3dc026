"""The console protocol from the tool's side: one request, one answer, then the next."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import serial

from nuanbu.installer import transport
from nuanbu.installer.trouble import STEPS_ZH, WHY, Trouble, chinese
from nuanbu.installer.words import label

FRAME_BYTES = 240
_TIMEOUT_S = 3.0
_TRIES = 3  # of a request that got no answer, or was damaged on its way
_POLL_S = 0.002
_AGAIN_S = 60.0  # for a heater to start, or a cable to be plugged in again
_RETRY_S = 0.5
_MEASURE_S = 0.05  # between two questions for measurements
_MALFORMED = -32700
_LOGIN = -32003
# A repeated request must not do its work twice. These do theirs once and then refuse, which the
# caller could not tell from a refusal: so they are sent once.
_ONCE = ("cfg.commit", "cfg.confirm", "cfg.revert", "cfg.part", "key.put", "auth.login",
         "sys.restart")  # fmt: skip


class Client:
    """One heater at one port. Raises Trouble for everything that goes wrong.

    timeout_s: for one answer. events: called with each unasked message, such as telemetry.
    """

    def __init__(
        self,
        name: str,
        language: str = "en",
        *,
        timeout_s: float = _TIMEOUT_S,
        events: Callable[[dict], None] | None = None,
        port: Any = None,
    ):
        self.name = name
        self.language = language
        self.events = events
        self.writes = 0  # requests that change something, for --dry-run to be provable
        self._timeout_s = timeout_s
        self._port = port or transport.open_port(name, language)
        # A port in virtual time brings its own clock, and its own way to wait.
        self.clock: Callable[[], float] = getattr(self._port, "clock", time.monotonic)
        self.pause: Callable[[float], None] = getattr(self._port, "pause", time.sleep)
        self.poll_s: float = getattr(self._port, "poll_s", _MEASURE_S)
        self._id = int(time.time() * 1000) % 1_000_000  # late answers to an earlier run differ
        self._received = b""
        self.about: dict = {}

    def __enter__(self) -> Client:
        try:
            self.greet()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        transport.close_port(self._port)

    def greet(self) -> dict:
        """Find the beginning of a line and learn who is there."""
        # Whatever an earlier program left half said becomes a line of its own.
        self._write(b"\n")
        self.about = self.request("hello")
        if self.about.get("product") != "nuanbu":
            raise Trouble("foreign", self.language, port=self.name)
        return self.about

    def request(self, method: str, **parameters: Any) -> dict:
        """The result of one request.

        Raises Trouble: no_answer, unplugged, rejected, login_needed, login_failed, login_wait.
        """
        self._id += 1
        message: dict[str, Any] = {"id": self._id, "m": method}
        if parameters:
            message["p"] = parameters
        line = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        if len(line) > FRAME_BYTES:
            raise ValueError(f"request {method} of {len(line)} bytes")
        for _ in range(1 if method in _ONCE else _TRIES):
            self._write(line)
            answer = self._answer()
            if answer is None or answer.get("e", {}).get("c") == _MALFORMED:
                continue
            if answer["ok"]:
                return answer["r"]
            raise self._refusal(answer["e"])
        raise Trouble("no_answer", self.language, port=self.name, seconds=f"{self._timeout_s:g}")

    def come_back(self, within_s: float = _AGAIN_S) -> None:
        """Wait for the heater after its power was cut: a port of its own is opened again.

        Raises Trouble when neither port nor heater is there after `within_s`.
        """
        until_s = self.clock() + within_s
        while True:
            try:
                self.greet()
                return
            except Trouble as trouble:
                if self.clock() > until_s:
                    raise
                if trouble.trouble == "unplugged":
                    self._open_again()
                self.pause(_RETRY_S)

    def listen(self, seconds: float) -> None:
        """Serve `events` for so long."""
        for _ in self._messages(seconds):
            pass

    # --- inside

    def _open_again(self) -> None:
        try:
            port = transport.open_port(self.name, self.language)
        except Trouble:
            return  # not there yet
        transport.close_port(self._port)
        self._port = port
        self._received = b""

    def _answer(self) -> dict | None:
        for message in self._messages(self._timeout_s):
            damaged = message.get("id") is None and "ok" in message
            if message.get("id") == self._id or damaged:
                return message
        return None

    def _messages(self, seconds: float) -> Iterator[dict]:
        # Every JSON object that is no event; lines of another kind are noise.
        until_s = self.clock() + seconds
        while True:
            line, found, rest = self._received.partition(b"\n")
            if not found:
                if self.clock() > until_s:
                    return
                self._received += self._read()
                continue
            self._received = rest
            try:
                message = json.loads(line)
            except ValueError:
                continue
            if not isinstance(message, dict):
                continue
            if "ev" in message:
                if self.events:
                    self.events(message)
            else:
                yield message

    def _read(self) -> bytes:
        try:
            data = self._port.read(4096)
        except (serial.SerialException, OSError):
            raise Trouble("unplugged", self.language, port=self.name) from None
        if not data:
            self.pause(_POLL_S)
        return data

    def _write(self, data: bytes) -> None:
        try:
            self._port.write(data)
        except (serial.SerialException, OSError):
            raise Trouble("unplugged", self.language, port=self.name) from None

    def _refusal(self, error: dict) -> Trouble:
        why = error.get("why")
        text = str(error.get("text", error))
        if error.get("c") == _LOGIN or why == "role":
            if why == "wait":
                return Trouble("login_wait", self.language, seconds=error.get("wait_s"))
            if why in ("key", "nonce"):
                return Trouble("login_failed", self.language)
            # Of a setting the text tells name, value and who may: "a.b=7: ... (company may)".
            who = re.search(r"\((\w+) may\)", text)
            role = who[1] if who else error.get("role", "installer")
            what = text.partition(": ")[0] if "k" in error else label("this", self.language)
            return Trouble("login_needed", self.language, what=what, role=role)
        step = error.get("next", "-")
        if self.language == "zh" and why in WHY:
            text, step = chinese(text, why), STEPS_ZH[why]
        return Trouble("rejected", self.language, why=text, step=step)
