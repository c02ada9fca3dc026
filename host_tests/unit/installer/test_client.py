"""The client against a scripted heater: noise, silence, damage, late answers, events."""

import json

import pytest
import serial

from nuanbu.installer.client import FRAME_BYTES, Client
from nuanbu.installer.trouble import Trouble

HELLO = {"product": "nuanbu", "serial": "A1", "uid": "00"}


class Heater:
    """A port; `answer(request, nth)` returns the bytes it says to the nth time it is asked."""

    def __init__(self, answer):
        self._answer = answer
        self._said = b""
        self.asked = []

    def write(self, data):
        if data == b"\n":
            return
        assert len(data) <= FRAME_BYTES and data.endswith(b"\n")
        request = json.loads(data)
        self.asked.append(request)
        nth = len([r for r in self.asked if r["id"] == request["id"]])
        self._said += self._answer(request, nth)

    def read(self, n):
        data, self._said = self._said[:7], self._said[7:]  # in small pieces
        return data

    def close(self):
        pass


def ok(request, result):
    return json.dumps({"id": request["id"], "ok": True, "r": result}).encode() + b"\n"


def refusal(request, code, **facts):
    error = {"c": code, "text": "no", "next": "do", **facts}
    return json.dumps({"id": request["id"], "ok": False, "e": error}).encode() + b"\n"


def client(answer, **options):
    return Client("port", timeout_s=0.05, port=Heater(answer), **options)


def test_noise_late_answers_and_events_are_told_from_the_answer():
    events = []

    def answer(request, nth):
        late = {"id": request["id"] - 1, "ok": True, "r": {"late": 1}}
        noise = b'\xff\x00ets Jul 29 2019 rst:0x1\r\n[1,2]\n{"half": \n'
        event = b'{"ev":"tlm","t":5}\n'
        return noise + json.dumps(late).encode() + b"\n" + event + ok(request, {"right": 1})

    assert client(answer, events=events.append).request("status") == {"right": 1}
    assert events == [{"ev": "tlm", "t": 5}]


def test_a_lost_answer_is_asked_for_again():
    seen = client(lambda request, nth: ok(request, {"n": nth}) if nth == 3 else b"")
    assert seen.request("status") == {"n": 3}


def test_a_frame_damaged_on_its_way_is_sent_again():
    damaged = b'{"id":null,"ok":false,"e":{"c":-32700,"text":"not JSON"}}\n'
    seen = client(lambda request, nth: damaged if nth == 1 else ok(request, {}))
    assert seen.request("status") == {}


def test_what_must_not_be_done_twice_is_sent_once():
    quiet = client(lambda request, nth: b"")
    with pytest.raises(Trouble) as caught:
        quiet.request("cfg.commit")
    assert caught.value.trouble == "no_answer"
    assert len(quiet._port.asked) == 1


def test_something_else_at_the_port():
    with pytest.raises(Trouble) as caught, client(lambda r, n: ok(r, {"product": "x"})):
        pass
    assert caught.value.trouble == "foreign"


@pytest.mark.parametrize(
    ("code", "facts", "trouble"),
    [
        (-32602, {"why": "range", "k": "a.b"}, "rejected"),
        (-32602, {"why": "role"}, "login_needed"),
        (-32003, {"why": "role", "role": "installer"}, "login_needed"),
        (-32003, {"why": "key"}, "login_failed"),
        (-32003, {"why": "wait", "wait_s": 30}, "login_wait"),
        (-32601, {}, "rejected"),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_refusals_have_their_own_troubles(code, facts, trouble, language):
    asked = Client(
        "p", language, timeout_s=0.05, port=Heater(lambda r, n: refusal(r, code, **facts))
    )
    with pytest.raises(Trouble) as caught:
        asked.request("x")
    assert caught.value.trouble == trouble


def test_a_cable_pulled_out():
    class Pulled(Heater):
        def read(self, n):
            raise serial.SerialException("device disconnected")

    with pytest.raises(Trouble) as caught:
        Client("p", port=Pulled(lambda r, n: b"")).request("status")
    assert caught.value.trouble == "unplugged"
