"""The names of faults: those of the simulated board, those accepted and those documented."""

import ast

import pytest

from nuanbu.errors import UserError
from nuanbu.sim import faults

# What boards/sim calls the dictionary of faults in force.
_HELD = {"faults", "f"}


def _of_faults(node):
    return (isinstance(node, ast.Name) and node.id in _HELD) or (
        isinstance(node, ast.Attribute) and node.attr == "faults"
    )


def _texts(node):
    return {n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and n.value}


def _used(source):
    """Names looked up in the dictionary of faults: `in`, .get(), [] and loops over names."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare) and any(map(_of_faults, node.comparators)):
            found |= _texts(node.left)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "get" and _of_faults(node.func.value):
                found |= _texts(node.args[0])
        elif isinstance(node, ast.Subscript) and _of_faults(node.value):
            found |= _texts(node.slice)
        elif isinstance(node, ast.For) and isinstance(node.target, ast.Name):
            if node.target.id == "fault":
                found |= _texts(node.iter)
    return {name for name in found if isinstance(name, str)}


def test_every_fault_of_the_simulated_board_can_be_named_and_no_other(repo):
    acted_on = set()
    for file in (repo / "boards/sim").glob("*.py"):
        acted_on |= _used(file.read_text(encoding="utf-8"))
    acted_on -= {"fault", "value"}  # parts of the host's order itself
    assert acted_on == set(faults.FAULTS)


def test_the_page_is_up_to_date(repo):
    page = (repo / "docs/cosim.md").read_text(encoding="utf-8")
    assert faults.table() in page, "put what `nuanbu sim faults` prints into docs/cosim.md"


@pytest.mark.parametrize("name", faults.FAULTS)
def test_values_at_and_beyond_the_bounds(name):
    fault = faults.FAULTS[name]
    for value in (0, fault.lowest, fault.highest):
        faults.check(name, value)
    for value in (fault.lowest - 1 or -1, fault.highest + 1, "1", 1.5):
        with pytest.raises(UserError, match=name):
            faults.check(name, value)


def test_an_unknown_fault_is_told_the_known_ones():
    with pytest.raises(UserError, match=r"room_opne.*room_open"):
        faults.check("room_opne", 1)
