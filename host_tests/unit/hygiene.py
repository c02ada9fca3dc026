"""What must not be in the repository, however useful it was while writing: `faults` finds it."""

import re
import subprocess

TOP_LEVEL = set(
    "firmware boards lib host_tests tools docs .ci Makefile README.md README.zh-CN.md LICENSE"
    " pyproject.toml .editorconfig .gitignore package.json CHANGELOG.md CONTRIBUTING.md".split()
)
# Paths of one machine, and hosts that a mirror of the reader's own may stand in for. Written in
# pieces, so that this file is not a finding.
_MACHINE_PATH = re.compile(r"(?<![\w.$}~-])/(?:work|root|home/\w+|Users/\w+)" + r"/\w")
_HOSTS = re.compile(
    r"pypi\." r"org|python" r"hosted\.org|npmjs\." r"org|deb\.debian\." r"org|archive\.ubuntu\."
    r"com|ports\.ubuntu\." r"com|golang\." r"org"
)  # fmt: skip
_TEXT = (".py", ".pyi", ".md", ".toml", ".json", ".txt", ".yml", ".yaml", ".sh", ".html", ".j2")
_CODE = (".py",)
LONG_LINES = 400
TOO_LONG_LINES = 500
README_LINES = 120


def listed(repo):
    """Every file that is or would be committed, as paths relative to `repo`."""
    words = ["git", "-C", repo, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    return [name for name in sorted(set(said.split("\0"))) if name and (repo / name).is_file()]


def faults(repo, names):
    """One line for each thing in the files `names` that must not be in the repository."""
    found = []
    for name in names:
        top = name.split("/")[0]
        if top not in TOP_LEVEL:
            found.append(f"{name}: {top} is no part of the house")
        if not (name.endswith(_TEXT) or top in ("Makefile", ".ci")):
            continue
        text = (repo / name).read_text(encoding="utf-8")
        lines = text.splitlines()
        for number, line in enumerate(lines, 1):
            for pattern, what in ((_MACHINE_PATH, "a path of one machine"), (_HOSTS, "a host")):
                match = pattern.search(line)
                if match:
                    found.append(f"{name}:{number}: {what}: {match[0]}")
        if name.endswith(_CODE) and len(lines) > TOO_LONG_LINES:
            found.append(f"{name}: {len(lines)} lines, more than {TOO_LONG_LINES}")
        if top.startswith("README") and len(lines) > README_LINES:
            found.append(f"{name}: {len(lines)} lines, more than {README_LINES}")
    return found


def long_files(repo, names):
    """Code files that are due to be split, though nothing fails yet."""
    code = [name for name in names if name.endswith(_CODE)]
    return [name for name in code if len((repo / name).read_text().splitlines()) > LONG_LINES]
