"""Renew tools/requirements*.txt from tools/pyproject.toml: `make lock`, then read the diff.

pip resolves in the present .venv but installs nothing.
"""

import json
import subprocess
import sys
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[1]
_BUILD = "setuptools"  # the build backend, pinned so that the editable install needs no network


def resolved(*requirements):
    """{name: version} of everything pip would install for `requirements`."""
    report = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
        + ["--report", "-", *requirements],
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    found = [row["metadata"] for row in json.loads(report)["install"]]
    return {row["name"].lower().replace("_", "-"): row["version"] for row in found}


def main():
    run = resolved(_BUILD, f"{TOOLS}")
    run.pop("nuanbu")
    pins = [f"{name}=={version}" for name, version in run.items()]
    test = resolved(f"{TOOLS}[test]", *pins)
    write("requirements.txt", run)
    write("requirements-test.txt", {k: v for k, v in test.items() if k not in (*run, "nuanbu")})


def write(name, versions):
    rows = [f"{package}=={version}\n" for package, version in sorted(versions.items())]
    head = "# Written by `make lock` from pyproject.toml.\n"
    (TOOLS / name).write_text(head + "".join(rows))


if __name__ == "__main__":
    main()
