"""Test the book on the oldest and on the newest packages that it allows.

    python -m tools.versions oldest | newest [--quick | --labs]

``pyproject.toml`` promises ranges. This finds the ends of them, installs one into a
virtual environment of its own (``.venv-oldest`` or ``.venv-newest``) beside the pinned
tools that run tests, and runs the tests there. What follows the command goes on to
`tools.run_tests`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tools.provenance import ROOT

RESOLUTIONS = {"oldest": "lowest-direct", "newest": "highest"}
# What runs tests, at the pins: it is the book's packages that are tried.
TEST_TOOLS = (
    "distributed",
    "hypothesis",
    "ipykernel",
    "ipywidgets",
    "nbclient",
    "nbconvert",
    "nbformat",
    "nbgrader",
    "nbval",
    "packaging",
    "pytest",
    "pytest-xdist",
    "ruff",
)


def pins(names: tuple[str, ...] = TEST_TOOLS) -> list[str]:
    """Pick lines of requirements.txt by their package."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    found = dict(re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE))
    return [f"{name}=={found[name]}" for name in names]


def resolve(which: str, folder: Path, extra: str = "tensorflow") -> Path:
    """Write the packages of one end of the ranges, for this Python, into a file.

    Parameters
    ----------
    which
        ``"oldest"`` or ``"newest"``.
    folder
        Where the file is written.
    extra
        The extra of pyproject.toml that brings the backend.
    """
    tools = folder / "tools.in"
    tools.write_text("\n".join(pins()) + "\n", encoding="utf-8")
    target = folder / f"{which}.txt"
    uv = Path(sys.executable).with_name("uv")
    version = ".".join(map(str, sys.version_info[:2]))
    command = [uv, "pip", "compile", "--quiet", "pyproject.toml", tools]
    command += ["--extra", extra, "--resolution", RESOLUTIONS[which], "--upgrade"]
    command += ["--python-version", version, "--output-file", target]
    subprocess.run(command, cwd=ROOT, check=True)
    return target


def set_up(which: str) -> Path:
    """Make the virtual environment of one end anew; return its Python."""
    place = ROOT / f".venv-{which}"
    subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
    python = place / "bin" / "python"
    wanted = resolve(which, place)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--requirement", wanted], cwd=ROOT, check=True)
    subprocess.run([*pip, "--no-deps", "--editable", "."], cwd=ROOT, check=True)
    return python


def show(python: Path) -> None:
    """Print the versions that matter most."""
    code = "from course_utils import runtime; print(runtime.versions())"
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run([python, "-c", code], cwd=ROOT, env=environment, check=True)


def main() -> int:
    which, *options = sys.argv[1:] or [""]
    if which not in RESOLUTIONS:
        print(__doc__, file=sys.stderr)
        return 2
    python = set_up(which)
    show(python)
    command = [python, "-m", "tools.run_tests", "--package", *options]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
