"""The boards of the repository as mappings of names, read without putting them on the path."""

import runpy
from pathlib import Path

BOARDS = Path(__file__).resolve().parents[3] / "boards"
REAL = sorted(p.parent.name for p in BOARDS.glob("*/mpconfigboard.cmake"))


def load(name):
    names = runpy.run_path(str(BOARDS / name / "board.py"))
    return {k: v for k, v in names.items() if k.isupper()}
