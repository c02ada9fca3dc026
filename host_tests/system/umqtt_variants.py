"""umqtt.simple as later MicroPython images freeze it, rebuilt from the one that set-up fetches.

The package index has 1.3.4 only. What 1.4.0 to 1.8.0 do otherwise at the seams that the link uses
is known from their change logs, and is written here as changes to 1.3.4, one step a version. So
these are not the originals: `make soak` takes those from the clone of micropython-lib that
MICROPYTHON_LIB= names (tools/setup/get_umqtt.py), and uses these where there is none.
"""

from pathlib import Path


def _replaced(source, changes):
    for old, new in changes:
        if old not in source:
            raise ValueError(f"umqtt.simple 1.3.4 without {old!r}: has it changed?")
        source = source.replace(old, new)
    return source


def _v1_4(source):
    """Modules without u; `ssl` is an object with wrap_socket, there is no ssl_params."""
    return _replaced(
        source,
        [
            ("import usocket as socket", "import socket"),
            ("import ustruct as struct", "import struct"),
            ("from ubinascii import", "from binascii import"),
            ("ssl=False, ssl_params={}", "ssl=None"),
            ("        self.ssl_params = ssl_params\n", ""),
            ("            import ussl\n", ""),
            ("        if self.user is not None:\n", "        if self.user:\n"),
            (
                "ussl.wrap_socket(self.sock, **self.ssl_params)",
                "self.ssl.wrap_socket(self.sock, server_hostname=self.server)",
            ),
            # A message tells its kind to whoever waits for one.
            ("        elif op & 6 == 4:\n            assert 0\n",
             "        elif op & 6 == 4:\n            assert 0\n        return op\n"),
        ],
    )  # fmt: skip


def _v1_5(source):
    """connect() takes a time-out and hands it to the socket, None as well."""
    return _replaced(
        source,
        [
            ("def connect(self, clean_session=True):",
             "def connect(self, clean_session=True, timeout=None):"),
            ("        self.sock = socket.socket()\n",
             "        self.sock = socket.socket()\n        self.sock.settimeout(timeout)\n"),
        ],
    )  # fmt: skip


def _v1_6(source):
    """ssl=True with ssl_params is understood again, beside the object."""
    return _replaced(
        source,
        [
            ("ssl=None):", "ssl=None, ssl_params={}):"),
            ("        self.ssl = ssl\n",
             "        self.ssl = ssl\n        self.ssl_params = ssl_params\n"),
            ("        if self.ssl:\n",
             "        if self.ssl is True:\n            import ssl as library\n\n"
             "            self.sock = library.wrap_socket(self.sock, **self.ssl_params)\n"
             "        elif self.ssl:\n"),
        ],
    )  # fmt: skip


def _v1_7(source):
    """unsubscribe(): one more method, which the link does not use."""
    return source + (
        "\n    def unsubscribe(self, topic):\n"
        "        raise NotImplementedError  # only its name is of interest here\n"
    )


def _v1_8(source):
    """connect() closes a socket that is left from before; long topics can be subscribed."""
    return _replaced(
        source,
        [
            ("        self.sock = socket.socket()\n",
             "        if self.sock:\n            self.sock.close()\n"
             "        self.sock = socket.socket()\n"),
            ('        struct.pack_into("!BH", pkt, 1, 2 + 2 + len(topic) + 1, self.pid)\n',
             "        pid = self.pid\n"
             "        rest = 5 + len(topic)\n"
             "        if rest > 127:\n"
             "            pkt[1:] = bytes((rest & 127 | 128, rest >> 7))\n"
             "        else:\n"
             "            pkt[1:] = bytes((rest,))\n"
             '        pkt += struct.pack("!H", pid)\n'),
            ("assert resp[1] == pkt[2] and resp[2] == pkt[3]\n                if resp[3]",
             "assert resp[1] << 8 | resp[2] == pid\n                if resp[3]"),
        ],
    )  # fmt: skip


STEPS = (("1.4.0", _v1_4), ("1.5.0", _v1_5), ("1.6.0", _v1_6), ("1.7.0", _v1_7), ("1.8.0", _v1_8))
VERSIONS = ("1.3.4", *(version for version, _ in STEPS))


def build(original: Path, shelf: Path) -> dict[str, Path]:
    """Write every variant of `original` (simple.py of 1.3.4) under `shelf`: name -> folder."""
    source = original.read_text()
    made = {}
    for version, step in STEPS:
        source = step(source)
        folder = shelf / f"like-{version}"
        (folder / "umqtt").mkdir(parents=True, exist_ok=True)
        (folder / "umqtt/simple.py").write_text(source)
        made[version] = folder
    return made


def best(version: str, tools: Path, shelf: Path) -> Path:
    """The folder of this version: as set-up brought it, else the stand-in, built in `shelf`."""
    for place in (tools / "umqtt", tools / "umqtt-later"):
        if (place / version / "umqtt/simple.py").exists():
            return place / version
    return build(tools / "umqtt/1.3.4/umqtt/simple.py", shelf)[version]
