"""The modules that `heater.app` imports at start, those first that others need."""

import ast
from pathlib import Path

_START_UP = {"boot", "main"}  # these run the heater


def imported(repo: Path, top: str = "heater.app") -> list[str]:
    """Module names, leaves first. Imports inside functions are not made at start."""
    found: dict[str, None] = {}
    _visit(repo, top, found, set())
    return list(found)


def all_names(repo: Path) -> list[str]:
    """Every module of the application."""
    names = []
    for root in (repo / "firmware", repo / "lib"):
        for path in root.rglob("*.py"):
            name = ".".join(path.relative_to(root).with_suffix("").parts)
            if name not in _START_UP:
                names.append(name.removesuffix(".__init__"))
    return names


def _visit(repo, name, found, seen):
    path = _path(repo, name)
    if name in seen or path is None:
        return
    seen.add(name)
    if "." in name:
        _visit(repo, name.rpartition(".")[0], found, seen)
    for node in ast.walk(ast.Module(_at_import(ast.parse(path.read_text()).body), [])):
        if isinstance(node, ast.Import):
            for alias in node.names:
                _visit(repo, alias.name, found, seen)
        elif isinstance(node, ast.ImportFrom) and node.module:
            _visit(repo, node.module, found, seen)
            for alias in node.names:
                _visit(repo, f"{node.module}.{alias.name}", found, seen)
    found[name] = None


def _at_import(body):
    return [node for node in body if not isinstance(node, ast.FunctionDef | ast.ClassDef)]


def _path(repo, name):
    for root in ("firmware", "lib"):
        for tail in (".py", "/__init__.py"):
            path = repo / root / (name.replace(".", "/") + tail)
            if path.exists():
                return path
    return None
