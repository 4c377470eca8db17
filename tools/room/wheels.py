"""Which packages a learner's laptop needs, for its system and its Python.

The versions are the book's pins. A room needs fewer of them than the book's build, so
the list is walked from what learners use, through what each package says it requires,
with the markers of the laptop's system instead of ours.
"""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import notebooks
from tools.provenance import ROOT

WANTED = ("jupyterlab", "keras")


@dataclass(frozen=True)
class System:
    """A kind of laptop.

    Attributes
    ----------
    markers
        What packaging's markers are on it.
    platforms
        pip's names for the wheels that run on it.
    backend
        Its TensorFlow.
    """

    markers: dict[str, str]
    platforms: tuple[str, ...]
    backend: str = "tensorflow"


_GLIBC = tuple(f"manylinux_2_{minor}_x86_64" for minor in range(28, 16, -1))
SYSTEMS = {
    "linux": System(
        {
            "sys_platform": "linux",
            "platform_system": "Linux",
            "platform_machine": "x86_64",
            "os_name": "posix",
        },
        (*_GLIBC, "manylinux2014_x86_64", "linux_x86_64"),
        "tensorflow-cpu",
    ),
    "windows": System(
        {
            "sys_platform": "win32",
            "platform_system": "Windows",
            "platform_machine": "AMD64",
            "os_name": "nt",
        },
        ("win_amd64",),
    ),
    "macos": System(
        {
            "sys_platform": "darwin",
            "platform_system": "Darwin",
            "platform_machine": "arm64",
            "os_name": "posix",
        },
        ("macosx_14_0_arm64", "macosx_12_0_arm64"),
    ),
}


def this_python() -> str:
    """Name the running Python as ``3.11``."""
    return f"{sys.version_info[0]}.{sys.version_info[1]}"


def markers(system: str, python: str) -> dict[str, str]:
    """Say what markers are on a laptop."""
    return {
        **SYSTEMS[system].markers,
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "extra": "",
    }


def pinned(system: str, python: str) -> dict[str, str]:
    """Read the book's pins that hold on a laptop, by name."""
    where, found = markers(system, python), {}
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if text := line.split("#")[0].strip():
            pin = Requirement(text)
            if pin.marker is None or pin.marker.evaluate(where):
                version = next(iter(pin.specifier)).version
                found[canonicalize_name(pin.name)] = version
    return found


def needed(system: str, python: str) -> dict[str, str]:
    """Walk from what learners use to everything that it needs there.

    Returns
    -------
    dict
        Name to pinned version.

    Raises
    ------
    SystemExit
        If something is needed that has no pin.
    """
    pins, where = pinned(system, python), markers(system, python)
    waiting = [Requirement(name) for name in (*WANTED, SYSTEMS[system].backend)]
    waiting += [Requirement(text) for text in notebooks.project()["dependencies"]]
    found: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    while waiting:
        wish = waiting.pop()
        name = canonicalize_name(wish.name)
        if name not in pins:
            raise SystemExit(f"{name} is needed on {system} and has no pin.")
        found[name] = pins[name]
        for extra in {"", *wish.extras}:
            if (name, extra) not in seen:
                seen.add((name, extra))
                waiting += _requirements(name, {**where, "extra": extra})
    return dict(sorted(found.items()))


def _requirements(name: str, where: dict[str, str]) -> list[Requirement]:
    """Read what an installed package requires; of one for another system, nothing."""
    # The two builds of TensorFlow need the same, and one of them is installed here.
    names = [name, "tensorflow-cpu"] if name == "tensorflow" else [name]
    for known in names:
        try:
            texts = importlib.metadata.requires(known) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        parsed = [Requirement(text) for text in texts]
        return [r for r in parsed if r.marker is None or r.marker.evaluate(where)]
    return []


def list_name(system: str, python: str) -> str:
    """Name the file that lists the packages for a laptop."""
    return f"wheels-{system}-{python}.txt"


def write_list(folder: Path, system: str, python: str) -> Path:
    """Write what pip installs on a laptop, the course's own package last."""
    about = notebooks.project()
    lines = [f"{name}=={version}" for name, version in needed(system, python).items()]
    lines.append(f"{about['name']}=={about['version']}")
    path = folder / list_name(system, python)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def build_package(folder: Path) -> Path:
    """Build the course's own wheel into a folder."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    command += ["--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True)
    return next(folder.glob("course_utils-*.whl"))


def download(folder: Path, system: str, python: str) -> None:
    """Download the wheels for a laptop into a folder."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--only-binary", ":all:", "--python-version", python, "--dest"]
    command += [str(folder), "--implementation", "cp"]
    for platform in SYSTEMS[system].platforms:
        command += ["--platform", platform]
    command += [f"{name}=={v}" for name, v in needed(system, python).items()]
    subprocess.run(command, check=True)
