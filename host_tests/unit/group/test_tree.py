"""What must not be accepted is refused in a sentence that names the node and the numbers."""

import pytest

from nuanbu.errors import UserError
from nuanbu.group import files
from nuanbu.group.tree import Heater, Layout, Node, Refused, Tree

NODES = [
    Node("east", "district", firm_w=10_000),
    Node("b7", "building", "east", 6_000),
    Node("b8", "building", "east", 6_000),
    Node("b7u1", "unit", "b7", 5_000, name="u1"),
    Node("b8u1", "unit", "b8", 5_000, name="u1"),
    Node("0301", "household", "b7u1", 3_500),
    Node("0302", "household", "b7u1", 3_500),
    Node("0901", "household", "b8u1", 3_500),
]


def heaters(*places, **more):
    return [Heater(f"h{i}", place, 2000, 600, 100, **more) for i, place in enumerate(places)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"b7": Node("b7", "building", "b7u1")}, "cycle in the tree: b7 -> b7u1 -> b7"),
        ({"b7u1": Node("b7u1", "unit", "east")}, "its parent district east is not one level up"),
        ({"b7": Node("b7", "building", "west")}, "building b7: parent 'west' is not in the tree"),
        ({"b7": Node("b7", "floor", "east")}, "level 'floor'"),
        ({"0302": Node("0302", "household", "b7u1", 1, name="0301")}, "0301 and 0302"),
        ({"b8": Node("b8", "building", "east", name="a/b")}, "'a/b'"),
        ({"0301": Node("0301", "household", "b7u1", -1)}, "firm capacity of -1 W"),
        ({"east": Node("east", "district", "b7")}, "cycle"),
    ],
)
def test_a_tree_that_is_none(change, said):
    with pytest.raises(Refused) as told:
        Tree([change.get(node.id, node) for node in NODES])
    assert said in str(told.value)


def test_a_device_in_two_places_is_named_with_both():
    twice = [Heater("h1", "0301", 2000, 600), Heater("h1", "0901", 2000, 600)]
    with pytest.raises(Refused, match=r"device h1 .* 2 times \(in 0301 and 0901\)"):
        Tree(NODES, twice)


def test_a_device_must_stand_in_a_household():
    with pytest.raises(Refused, match="'b7' is no household"):
        Tree(NODES, heaters("b7"))


def test_total_silence_must_be_safe():
    places = ["0301"] * 5 + ["0302"] * 4  # 9 times 600 W on the unit's 5000 W
    with pytest.raises(Refused, match=r"unit b7u1: fail-safe limits of 5400 W .* is 5000 W"):
        Tree([Node(n.id, n.level, n.parent, 9000 if n.level == "household" else n.firm_w, n.name)
              for n in NODES], heaters(*places))  # fmt: skip


def test_a_frost_floor_above_the_failsafe_counts_for_silence_too():
    with pytest.raises(Refused, match="household 0301: fail-safe limits of 3600 W"):
        Tree(NODES, [Heater(f"h{i}", "0301", 2000, 100, 1800) for i in range(2)])


def test_limits():
    known = Tree(NODES, heaters("0301", "0302", "0901"))
    with pytest.raises(Refused, match=r"building b7: a limit of 199 W, .* are 200 W"):
        known.check_limit("b7", 199)
    assert "below the fail-safe limits of 1200 W" in known.check_limit("b7", 200)
    assert known.check_limit("b7", 1200) == ""
    with pytest.raises(Refused, match="no node b9"):
        known.check_limit("b9", 1000)
    for watts in (-5, 2**31):
        said = f"building b7: a limit of {watts} W, allowed are 200 W, .* to 2147483647 W"
        with pytest.raises(Refused, match=said):
            known.check_limit("b7", watts)


def test_layout_orders_heaters_by_place():
    layout = Layout.of(Tree(NODES, heaters("0901", "0301", "0302", "0301")))
    assert [h.household for h in layout.heaters] == ["0301", "0301", "0302", "0901"]
    assert layout.node_ids == [
        ["0301", "0302", "0901"], ["b7u1", "b8u1"], ["b7", "b8"], ["east"]
    ]  # fmt: skip
    assert [list(s) for s in layout.starts] == [[0, 2, 3], [0, 3], [0, 3], [0]]


def test_files(tmp_path):
    nodes, devices = tmp_path / "tree.csv", tmp_path / "devices.json"
    nodes.write_text(
        "id,level,parent,firm_w,name\neast,district,,9000,\nb,building,east,9000,b7\n"
        "u,unit,b,9000,\nh,household,u,3500,0301\n"
    )
    devices.write_text('[{"id":"x","household":"h","rated_w":2000,"failsafe_w":600,"relay":true}]')
    known = files.read(nodes, devices)
    assert known.segments("h") == ["east", "b7", "u", "0301"]
    assert known.heaters["x"] == Heater("x", "h", 2000, 600, relay=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,household,rated_w,failsafe_w\nx,h,2kW,600\n", "line 2: rated_w is '2kW', a"),
        ("id,household,watt\nx,h,3\n", "line 2: no column 'watt'"),
        ("id,household\nx,h,7\n", "line 2: more cells than the head line"),
        ('id,household\nx,"h\n', "cannot be read: unexpected end of data"),
        ("id,household\nx,h\n", "line 2: nothing in column 'rated_w'"),
    ],
)
def test_files_that_cannot_be_used(tmp_path, text, said):
    path = tmp_path / "devices.csv"
    path.write_text(text)
    with pytest.raises(UserError) as told:
        files.read_heaters(path)
    assert said in str(told.value)


def test_a_refusal_names_line_node_and_numbers(tmp_path):
    nodes, devices = tmp_path / "tree.csv", tmp_path / "devices.csv"
    nodes.write_text(
        "id,level,parent,firm_w\neast,district,,9000\nb7,building,east,1700\n"
        "u,unit,b7,9000\nh,household,u,3500\n"
    )
    head = "id,household,rated_w,failsafe_w\n"
    devices.write_text(head + "x,h,2000,600\ny,h,2000,600\n\nz,h,2000,600\n")
    with pytest.raises(Refused) as told:
        files.read(nodes, devices)
    said = str(told.value)
    assert said.startswith(f"{devices}, line 5: building b7: fail-safe limits of 1800 W")
    assert "firm capacity is 1700 W" in said
    devices.write_text(head + "x,h,2000,600\nx,h,2000,600\n")
    with pytest.raises(Refused, match=r"line 3: x stands in the file twice, also in .*line 2"):
        files.read(nodes, devices)
