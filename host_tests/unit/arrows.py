"""The arrows of the house: which module may import which. `violations` enforces them.

app -> {control, limits, protect, plan, record, link, console} -> signals, lib
"""

import ast
from pathlib import Path

# What a step without I/O may use of MicroPython: no time, no files, no pins, no network.
PURE = {"array", "binascii", "collections", "errno", "math", "micropython", "struct"}
# Everything else a MicroPython 1.25 image for the ESP32 has and the device may use.
BUILT_IN = PURE | set(
    "_thread cryptolib deflate esp esp32 gc hashlib heapq io json machine network ntptime onewire"
    " os platform random re select socket ssl sys time tls uctypes umqtt utime vfs".split()
)
PURE_ROOMS = {"control", "limits", "protect", "plan"}
# They compose: they may know every room. Nobody may know them, but main and one another.
_COMPOSE = "app services typed lasting network integrity why"
COMPOSERS = {f"heater.{name}" for name in _COMPOSE.split()}
HOST_SIDE = {"nuanbu", "host_tests", "tools"}
# Wraps time.ticks_diff, which is arithmetic on its arguments and reads no clock.
PURE_THOUGH_IT_SEES_TIME = {"ticks"}


def violations(repo):
    """One line for every import below `repo` that goes against an arrow; empty when none does."""
    lib = {path.stem: path for path in (repo / "lib").glob("*.py")}
    lib.update({path.parent.name: path for path in (repo / "lib").glob("*/__init__.py")})
    found = []
    for path in sorted((repo / "lib").rglob("*.py")):
        found += _outside(repo, path, BUILT_IN | set(lib))
    for path in sorted((repo / "firmware").rglob("*.py")):
        found += _firmware(repo, path, lib)
    for path in sorted((repo / "boards").glob("*/board.py")):
        found += _outside(repo, path, {"micropython"})
    for path in sorted((repo / "boards").rglob("*.py")):
        found += [
            _line(repo, path, module, "the device knows nothing of the host side")
            for module in imports(path)
            if _top(module) in HOST_SIDE
        ]
    for path in sorted((repo / "tools").rglob("*.py")):
        found += [
            _line(repo, path, module, "tools know nothing of the tests")
            for module in imports(path)
            if _top(module) == "host_tests"
        ]
    return found


def imports(path):
    """Every module that the file at `path` imports anywhere, by full dotted name.

    `from heater import plan` gives heater.plan; `from heater.signals import Inputs` gives
    heater.signals.Inputs, which begins with the module's name. A name that is worked out at
    run time gives "?": nobody could check it.
    """
    names = []
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(path, node.level, node.module)
            names += [f"{base}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Call) and _called(node) in ("__import__", "import_module"):
            known = node.args and isinstance(node.args[0], ast.Constant)
            names.append(str(node.args[0].value) if known else "?")
    return names


def _firmware(repo, path, lib):
    parts = path.relative_to(repo / "firmware").with_suffix("").parts
    name = ".".join(parts).removesuffix(".__init__")
    if parts == ("boot",):
        return _outside(repo, path, {"machine", "board"})
    if parts == ("main",) or name in COMPOSERS:
        return _outside(repo, path, BUILT_IN | set(lib) | {"board", "heater"})
    found = []
    room = parts[1] if len(parts) > 2 else None
    pure = room in PURE_ROOMS
    for module in imports(path):
        reason = _within_heater(module, room) if _top(module) == "heater" else None
        if _top(module) != "heater":
            reason = _foreign(module, pure, room is None, lib)
        if reason:
            found.append(_line(repo, path, module, reason))
    return found


def _within_heater(module, room):
    if module.startswith("heater.signals"):
        return None
    if room and module.startswith(f"heater.{room}."):
        return None
    return "a room imports only heater.signals, its own modules and lib"


def _foreign(module, pure, top_level, lib):
    top = _top(module)
    if top in lib:
        if pure and not _is_pure(lib[top], lib):
            return "a room without I/O cannot use a lib module that does I/O"
        return None
    if top == "board" and top_level:
        return None
    if top not in (PURE if pure else BUILT_IN):
        return "a room without I/O has no such module" if pure else "not on the device"
    return None


def _is_pure(path, lib):
    if path.stem in PURE_THOUGH_IT_SEES_TIME:
        return True
    for module in imports(path):
        top = _top(module)
        if top in lib and lib[top] != path:
            if not _is_pure(lib[top], lib):
                return False
        elif top not in PURE and top not in lib:
            return False
    return True


def _outside(repo, path, allowed):
    return [
        _line(repo, path, module, "not among what this file may import")
        for module in imports(path)
        if _top(module) not in allowed
    ]


def _absolute(path, level, module):
    if not level:
        return module
    parts = path.parts
    base = parts[parts.index("firmware") + 1 : -level] if "firmware" in parts else parts[:-level]
    return ".".join([*base, module] if module else base)


def _called(node):
    return getattr(node.func, "id", getattr(node.func, "attr", None))


def _top(module):
    return module.split(".")[0]


def _line(repo, path, module, reason):
    return f"{Path(path).relative_to(repo)} imports {module}: {reason}"
