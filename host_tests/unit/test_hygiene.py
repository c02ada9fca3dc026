"""Nothing of one machine, no host of a registry, no stray file, no endless module."""

import warnings

import pytest
from hygiene import README_LINES, TOO_LONG_LINES, faults, listed, long_files


@pytest.mark.filterwarnings("default")
def test_the_repository_is_clean(repo):
    if not (repo / ".git").exists():
        pytest.skip("not a git checkout: nothing says which files belong to the repository")
    names = listed(repo)
    assert faults(repo, names) == []
    for name in long_files(repo, names):
        warnings.warn(f"{name} is long: split it by role", stacklevel=1)


CASES = [
    ("docs/a.md", "see /wo" + "rk/main/x", "a path of one machine"),
    ("tools/a.py", "p = '/ho" + "me/anna/heater'", "a path of one machine"),
    ("tools/a.toml", "index = 'py" + "pi.org/simple'", "a host"),
    (".ci/run", "curl https://deb.deb" + "ian.org/debian", "a host"),
    ("scratch/a.py", "", "scratch is no part of the house"),
    ("lib/a.py", "x = 1\n" * (TOO_LONG_LINES + 1), "501 lines"),
    ("README.md", "x\n" * (README_LINES + 1), "121 lines"),
]


@pytest.mark.parametrize(("name", "text", "said"), CASES)
def test_a_planted_fault_is_found(tmp_path, name, text, said):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    found = faults(tmp_path, [name])
    assert len(found) == 1 and said in found[0]


def test_what_may_stand(tmp_path):
    (tmp_path / "docs").mkdir()
    text = "mount /sys/class, /network/x, $HOME/work/a, topic nb/v1/work/unit, ./root/lib\n"
    (tmp_path / "docs/a.md").write_text(text)
    (tmp_path / "lib.py").write_text("x = 1\n" * TOO_LONG_LINES)
    assert faults(tmp_path, ["docs/a.md"]) == []
    assert long_files(tmp_path, ["lib.py"]) == ["lib.py"]
