import json

from heater.console import methods_settings
from heater.console.frames import LineReader
from heater.console.server import Console, RequestError


class Wire:
    def __init__(self):
        self.data = b""
        self.sent = b""

    def any(self):
        return len(self.data)

    def readinto(self, buf):
        n = min(len(buf), len(self.data))
        buf[:n] = self.data[:n]
        self.data = self.data[n:]
        return n

    def write(self, data):
        self.sent += data


class Settings:
    """As many long and short settings as a test wants."""

    def __init__(self, values):
        self.values = values
        self.staged = {}

    def names(self):
        return sorted(self.values)

    def row(self, name):
        return (name, "str", "secret" if name.startswith("secret") else "", 0, 900, "", "", False)

    def get(self, name):
        return self.values[name]

    def stage(self, name, value, who):
        self.staged[name] = (value, who)


def asked(methods, *lines):
    wire = Wire()
    console = Console(LineReader(wire), methods, {"help": lambda said: "words"})
    for line in lines:
        wire.data += line + b"\n"
    while console.poll() or wire.data:
        pass
    return [json.loads(line) for line in wire.sent.split(b"\n")[:-1]]


def dumped(values):
    """Everything that cfg.dump tells, asked for the way a tool does; and the longest answer."""
    methods = methods_settings.methods(Settings(values), lambda: "installer", None)
    at = start = longest = 0
    found = {}
    while True:
        request = {"id": 1, "m": "cfg.dump", "p": {"at": at, "from": start}}
        answer = asked(methods, json.dumps(request).encode())[0]
        longest = max(longest, len(json.dumps(answer).encode()))
        answer = answer["r"]
        found.update(answer.get("v", {}))
        if "k" in answer:
            found[answer["k"]] = found.get(answer["k"], "") + answer["part"]
        at, start = answer["next"], answer.get("from", 0)
        if at == answer["of"]:
            return found, longest


def test_every_request_gets_one_answer_whatever_it_is():
    hostile = [b"{", b'{"id":1}', b'{"id":2,"m":7}', b'{"id":3,"m":"x","p":[]}', b"x" * 300]
    answers = asked({"x": lambda p: {}}, *hostile)
    assert [answer["ok"] for answer in answers] == [False] * 5
    assert [answer["id"] for answer in answers] == [None, 1, 2, 3, None]


def test_a_defect_in_a_method_costs_its_request_only():
    answers = asked({"bad": lambda p: p["no"], "good": lambda p: {"a": 1}},
                    b'{"id":1,"m":"bad"}', b'{"id":2,"m":"good"}')  # fmt: skip
    assert not answers[0]["ok"] and answers[1]["r"] == {"a": 1}


def test_telemetry_comes_every_so_many_polls_beside_the_answers():
    wire = Wire()
    console = Console(LineReader(wire), {"a": lambda p: {"yes": 1}}, {})
    console.subscribe(lambda: {"ev": "tlm"}, 3)
    wire.data = b'{"id":9,"m":"a"}\n'
    for _ in range(9):
        console.poll()
    lines = [json.loads(line) for line in wire.sent.split(b"\n")[:-1]]
    assert len([line for line in lines if line.get("ev") == "tlm"]) == 3
    assert [line for line in lines if "id" in line] == [{"id": 9, "ok": True, "r": {"yes": 1}}]
    console.subscribe(None, 0)
    assert not console.poll() and len(wire.sent.split(b"\n")) == 5


def test_a_dump_tells_every_setting_in_frames_that_hold_up_nothing():
    values = {"a%02d.some_name_mdeg" % i: i * 1000 for i in range(40)}
    values["b.week"] = "mon-sun 06:00 comfort " * 30
    values["c.last"] = True
    found, longest = dumped(values)
    assert found == values
    assert longest <= 240
    values["b.week"] = "周一至周五" * 50
    assert dumped(values)[0] == values


def test_secrets_are_not_dumped():
    assert dumped({"secret.one": "hush", "secret.two": ""})[0] == {
        "secret.one": "***",
        "secret.two": "",
    }


def test_a_long_text_goes_in_by_parts_in_order_only():
    settings = Settings({"plan.week": ""})
    methods = methods_settings.methods(settings, lambda: "installer", lambda refusal: None)
    part = methods["cfg.part"]
    part({"k": "plan.week", "v": "abc", "at": 0})
    try:
        part({"k": "plan.week", "v": "xyz", "at": 1})
        raise AssertionError("a part out of order was taken")
    except RequestError:
        pass
    part({"k": "plan.week", "v": "abc", "at": 0})
    part({"k": "plan.week", "v": "def", "at": 3, "end": True})
    assert settings.staged == {"plan.week": ("abcdef", "installer")}


def test_improv_packets_and_lines_share_the_port():
    class Improv:
        busy = True

        def packet(self, frame):
            return b"<" + frame[9:-1] + b">\n"

        def poll(self):
            return b""

    wire = Wire()
    console = Console(LineReader(wire), {}, {"help": lambda said: "words"}, Improv())
    wire.data = b"help\nIMPROV\x01\x03\x03a\n{\x00\nhelp\n"
    for _ in range(4):
        console.poll()
    assert wire.sent == b"words\n<a\n{>\nwords\n"


def test_improv_packets_mean_nothing_where_there_is_no_improv():
    wire = Wire()
    console = Console(LineReader(wire), {}, {"help": lambda said: "words"})
    wire.data = b"IMPROV\x01\x03\x01a\x00\nhelp\n"
    for _ in range(3):
        console.poll()
    assert wire.sent == b"words\n"


def test_a_word_gets_what_was_said_after_it_and_its_defect_costs_nothing():
    def breaks(said):
        raise KeyError(said[0])

    wire = Wire()
    console = Console(LineReader(wire), {}, {"echo": "+".join, "break": breaks})
    wire.data = b"echo 2027-01-20 03:00\nbreak it\nnothing\n"
    for _ in range(6):
        console.poll()
    lines = wire.sent.split(b"\n")
    assert lines[0] == b"2027-01-20+03:00"
    assert b"defect" in lines[1] and b"KeyError" in lines[1]
    assert lines[2].startswith(b"? nothing")
