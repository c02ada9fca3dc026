"""The test bench `rig` beside these files, importable by plain name as under MicroPython."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
