"""Random settings by way of the host's tools: profiles (JSON), the table of a batch (CSV), the
words of a command line and the lines of the co-simulation.

    python host_tests/fuzz/settings_files.py COUNT SEED [WAY ...]

The installer's tool reads the files and talks to the firmware's own console and settings in
MicroPython. A file is all or nothing: it takes effect when every value in it fits, and else leaves
the heater as it was, with a refusal that says name, value, and what would be allowed.
Prints "profile asked N wrong W unnamed U" and the same for each way; N counts values. The
co-simulation boots the whole firmware and changes only what takes effect without a restart.
"""

import csv
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPO / place) for place in ("host_tests/shims", "firmware", "lib", "tools")]

from heater.plan import check as plan_check  # noqa: E402
from heater.record import table  # noqa: E402
from nuanbu.installer import batch, settings  # noqa: E402
from nuanbu.installer.client import Client  # noqa: E402
from nuanbu.installer.trouble import Trouble  # noqa: E402
from nuanbu.sim import find  # noqa: E402
from nuanbu.sim.serve import Server  # noqa: E402

ROWS = {row[0]: row for row in table.ROWS}
MAY = ("resident", "installer")  # whose settings the installer's tool may change
FACTORY = (*MAY, "company", "factory")  # a heater without a number is still in the factory
BOUNDS = {name for pair in table.NARROWED[1] for name in pair}
FORMS = ("plan.week", "plan.exceptions", "plan.tz")
MOST = 20  # values in a file
TEXTS = ("", "22000", "heat", "CST-8", "mon-sun 06:00 comfort", "mon 25:00 tropical", "暖暖",
         "x" * 70)  # fmt: skip


class Heater:
    """The firmware's console in MicroPython, as the serial port of a Client."""

    def __init__(self):
        script = REPO / "host_tests/fuzz/settings_interfaces.py"
        command = [find.micropython(), "-X", "heapsize=64m", script, REPO, "serve", "installer"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )

    def write(self, data):
        self._process.stdin.write(data)

    def read(self, size):
        return self._process.stdout.read(size)

    def close(self):
        self._process.kill()
        self._process.wait()


def some_value(chance, row):
    if row[1] == "bool":
        return chance.random() < 0.5
    if row[1] == "str":
        return chance.choice(row[3]) if isinstance(row[3], tuple) else chance.choice(TEXTS)
    return chance.randint(row[3], row[4])


def hostile_value(chance, row):
    if row[1] == "int":
        return chance.choice((row[3] - 1, row[4] + 1, 2**40, -1, "warm", "", 0.5, None, [1], True))
    return chance.choice((7, "x" * 900, "a\tb", None, {"v": 1}, 2.5, "sometimes"))


def acceptable(name, value, may=MAY):
    """Whether the table takes the value as it stands, said without the code under test."""
    row = ROWS[name]
    if row[6] not in may:
        return False
    if row[1] == "int":
        return type(value) is int and row[3] <= value <= row[4]
    if row[1] == "bool":
        return type(value) is bool
    if not isinstance(value, str):
        return False
    if isinstance(row[3], tuple):
        return value in row[3]
    octets = value.encode()
    plain = row[3] <= len(octets) <= row[4] and not any(o < 32 or o == 127 for o in octets)
    return plain and not plan_check.refusal(name, value)


def judged(name, value):
    """What the tool makes of a value: texts become the type of the setting, see settings.typed."""
    kind = {"int": int, "bool": bool, "str": str}[ROWS[name][1]]
    if type(value) is kind:
        return value
    try:
        return settings._convert(str(value), kind)
    except ValueError:
        return None


def drawn(chance, running):
    """{name: value} of a file: in half of them one value is hostile. running: no restarts."""
    # The bounds of others are left alone here: what they allow is then known beforehand.
    free = [name for name in ROWS if name not in BOUNDS and ROWS[name][6] in MAY]
    if running:
        free = [name for name in free if not ROWS[name][7]]
    names = chance.sample(free, chance.randint(1, MOST))
    wanted = {name: some_value(chance, ROWS[name]) for name in names}
    dice = chance.random()
    if dice < 0.4:
        name = chance.choice(names)
        wanted[name] = hostile_value(chance, ROWS[name])
    elif dice < 0.5:
        others = [n for n in ROWS if ROWS[n][6] not in MAY and n not in (*BOUNDS, batch.SERIAL)]
        if running:
            others = [n for n in others if not ROWS[n][7]]
        name = chance.choice(others)
        wanted[name] = some_value(chance, ROWS[name])
    return wanted


def bad_ones(wanted, present):
    """What cannot be changed so; a value that is in force already needs no leave."""
    return {
        n: v for n, v in wanted.items()
        if not acceptable(n, judged(n, v)) and judged(n, v) != present[n]
    }  # fmt: skip


def named(text, bad):
    """Whether a refusal names one of the bad settings, its value, and what is allowed."""
    for name, value in bad.items():
        shown = str(judged(name, value) if judged(name, value) is not None else value)
        parts = [word[:12] for word in shown.split()] or [""]
        row = ROWS[name]
        if row[6] not in MAY:
            allowed = row[6]  # who may
        elif isinstance(row[3], tuple):
            allowed = row[3][0]
        elif row[1] == "bool":
            allowed = "true"
        else:
            allowed = str(row[3])
        # Texts of a known form say what is expected instead, or what a part of them must be.
        if row[1] == "bool" and "allowed: 0 to 1" in text:
            allowed = "0 to 1"
        told = allowed in text or (name in FORMS and "docs/plan.md" in text)
        if name in text and told and any(part in text for part in parts):
            return True
    return False


def write_profile(path, wanted):
    path.write_text(json.dumps(wanted), encoding="utf-8")
    return wanted


def read_profile(client, path):
    wanted = settings.typed(settings.load(path, "en"), settings.read(client), "en", client)
    settings.apply(client, wanted)


def write_batch(path, wanted):
    """As a table holds it: texts, and an empty cell leaves the setting alone."""
    cells = {n: str(v).strip() for n, v in wanted.items()}
    with open(path, "w", newline="", encoding="utf-8") as file:
        sheet = csv.DictWriter(file, [batch.SERIAL, *cells])
        sheet.writeheader()
        sheet.writerow({batch.SERIAL: "N1", **cells})
    return {n: v for n, v in cells.items() if v}


def read_batch(client, path):
    (row,) = batch.load(path, "en")
    row.serial = ""  # the heater has none, and a table without numbers is refused
    batch.Batch([row], "en")._configure(client, row)


def write_words(path, wanted):
    """As somebody types them: name=value."""
    cells = {n: str(v).strip() for n, v in wanted.items()}
    path.write_text("\n".join(f"{n}={v}" for n, v in cells.items()), encoding="utf-8")
    return cells


def read_words(client, path):
    pairs = path.read_text(encoding="utf-8").split("\n")
    settings.apply(client, settings.parse(pairs, settings.read(client), "en", client))


class CoSimulation:
    """`nuanbu sim serve` as a heater that is asked and told."""

    def __init__(self):
        self._server = Server()
        self._ask({"do": "open", "board": "sim"})

    def _ask(self, request):
        return self._server.answer(json.dumps(request))

    def read(self, names):
        return {n: self._ask({"do": "get", "name": n})["value"] for n in names}

    def write(self, wanted):
        """What it said against it, "" for nothing."""
        answer = self._ask({"do": "set", "settings": wanted})
        return "" if answer["ok"] else f"{answer['error']} {answer['hint']}"

    def close(self):
        self._server.close()


def shown(value):
    """How the firmware itself tells of a value in a refusal: "null" not at all."""
    if isinstance(value, list | dict):
        return type(value).__name__
    return "" if value is None else value


def by_cosimulation(count, seed):
    chance = random.Random(f"cosim {seed}")
    asked = wrong = unnamed = 0
    heater = CoSimulation()
    while asked < count:
        wanted = drawn(chance, running=True)
        asked += len(wanted)
        before = heater.read(wanted)
        # Numbers and texts arrive as they are, at a port that speaks for the factory.
        bad = {n: v for n, v in wanted.items() if not acceptable(n, v, FACTORY)}
        told = heater.write(wanted)
        after = heater.read(wanted)
        if after != (before if bad else wanted) or bool(told) != bool(bad):
            wrong += 1
            apart = {n: v for n, v in after.items() if v != (before if bad else wanted)[n]}
            print("cosim wrong", wanted, bad, told, apart)
        if told and not named(told, {n: shown(v) for n, v in bad.items()}):
            unnamed += 1
            print("cosim unnamed", bad, told)
    heater.close()
    print(f"cosim asked {asked} wrong {wrong} unnamed {unnamed}", flush=True)


def way(name, count, seed, write, read):
    chance = random.Random(f"{name} {seed}")
    asked = wrong = unnamed = 0
    heater = Heater()
    client = Client("heater", port=heater)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        while asked < count:
            wanted = write(path, drawn(chance, running=False))
            asked += len(wanted)
            before = settings.read(client)
            bad = bad_ones(wanted, before)
            told = ""
            try:
                read(client, path)
            except Trouble as trouble:
                told = f"{trouble} {trouble.hint}"
            after = settings.read(client)
            fine = {n: judged(n, v) for n, v in wanted.items()}
            held = all(after[n] == v for n, v in fine.items()) if not bad else after == before
            if not held or bool(told) != bool(bad):
                wrong += 1
                print(name, "wrong", wanted, bad, told)
            if bad and told and not named(told, bad):
                unnamed += 1
                print(name, "unnamed", bad, told)
    heater.close()
    print(f"{name} asked {asked} wrong {wrong} unnamed {unnamed}", flush=True)


if __name__ == "__main__":
    count, seed, ways = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    if not ways or "profile" in ways:
        way("profile", count, seed, write_profile, read_profile)
    if not ways or "batch" in ways:
        way("batch", count, seed, write_batch, read_batch)
    if not ways or "words" in ways:
        way("words", count, seed, write_words, read_words)
    if not ways or "cosim" in ways:
        by_cosimulation(count, seed)
