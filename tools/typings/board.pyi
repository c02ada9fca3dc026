# Which pins and parts there are is each board's own matter: boards/*/board.py.
from typing import Any

def __getattr__(name: str) -> Any: ...
