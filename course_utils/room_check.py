"""Is this computer ready for the course? One command for each laptop of a room.

    python -m course_utils.runtime check

says it line by line (Python, packages, backend and device, memory, disk, data, and a
training of ten seconds with its measured speed), and at the end in one sentence. Its
exit status is 0 for ready, 1 for usable with a restriction, 2 for not usable.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from course_utils import __version__, runtime

__all__ = ["Finding", "examine", "main", "verdict"]

OLDEST, FIRST_TOO_NEW = (3, 11), (3, 14)
PACKAGES = ("numpy", "pandas", "scipy", "scikit-learn", "matplotlib", "keras")
FRONT_ENDS = ("jupyterlab", "notebook", "google-colab")
MEMORY_GB = 2.0
"""What the largest notebook of the book needs; measured, see the instructors' page."""
DISK_GB = 0.5
"""For the data sets and what a reader saves."""
TRAINING_S = 10.0
REFERENCE_STEPS = 100.0
"""Updates a second of `_network` where the book's run times were recorded: one core."""
SLOW = 0.4
"""Below this share of the reference a plan's run times no longer hold."""

READY, RESTRICTED, UNUSABLE = 0, 1, 2
_SIGNS = {READY: "ok", RESTRICTED: "note", UNUSABLE: "STOP"}


@dataclass(frozen=True)
class Finding:
    """What one look at the computer found.

    Attributes
    ----------
    name
        What was looked at.
    level
        0 for fine, 1 for a restriction, 2 for something that must be mended.
    text
        What was found, and what to do about it.
    """

    name: str
    level: int
    text: str

    def __str__(self) -> str:
        """Write it as a line of the report."""
        return f"{_SIGNS[self.level]:5}{self.name:11}{self.text}"


def python_version(found: Sequence[int] = sys.version_info) -> Finding:
    """Compare Python's version with those that the book supports.

    Parameters
    ----------
    found
        Major and minor number first.

    Returns
    -------
    Finding

    Examples
    --------
    >>> python_version((3, 10, 2)).level
    2
    """
    given = ".".join(map(str, found[:3]))
    where = f"{platform.system()} on {platform.machine()}, {runtime.platform_name()}"
    if OLDEST <= tuple(found[:2]) < FIRST_TOO_NEW:
        return Finding("Python", READY, f"{given}, {where}")
    text = f"{given}: the course needs 3.11, 3.12 or 3.13; install one of them."
    return Finding("Python", UNUSABLE, text)


def packages() -> Finding:
    """Look for the packages that the notebooks import."""
    wanted = (*PACKAGES, *runtime.versions())
    found = runtime.versions(*dict.fromkeys(n for n in wanted if n != "python"))
    absent = [name for name, version in found.items() if version == "absent"]
    if absent:
        text = f"missing: {', '.join(absent)}. Install: pip install {' '.join(absent)}"
        return Finding("packages", UNUSABLE, text)
    listed = [f"{k} {v}" for k, v in found.items() if k != "python"]
    return Finding(
        "packages", READY, f"course_utils {__version__}, {', '.join(listed)}"
    )


def front_end() -> Finding:
    """Look for a program to open notebooks with."""
    found = runtime.versions(*FRONT_ENDS)
    here = [f"{n} {found[n]}" for n in FRONT_ENDS if found[n] != "absent"]
    if here:
        return Finding("Jupyter", READY, ", ".join(here))
    text = "none found; install one (pip install jupyterlab), or use an editor's own."
    return Finding("Jupyter", RESTRICTED, text)


def backend() -> Finding:
    """Load the backend, and name the device that it computes on."""
    runtime.quiet_logs()
    try:
        name, device = runtime.backend(), runtime.device()
    # Whatever an import of a broken installation raises, the report goes on.
    except Exception as error:
        text = f"cannot be loaded ({type(error).__name__}: {error}); install it anew."
        return Finding("backend", UNUSABLE, text)
    return Finding("backend", READY, f"{name} on the {device.upper()}")


def memory(free: float | None = None) -> Finding:
    """Compare the free memory with what the largest notebook needs.

    Parameters
    ----------
    free
        Bytes; by default they are measured.

    Returns
    -------
    Finding

    Examples
    --------
    >>> memory(8e9).text
    '8.0 GB free'
    >>> memory(1e9).level
    1
    """
    free = free_memory() if free is None else free
    if free is None:
        return Finding("memory", READY, f"not known here; {MEMORY_GB:g} GB are enough")
    text = f"{free / 1e9:.1f} GB free"
    if free >= MEMORY_GB * 1e9:
        return Finding("memory", READY, text)
    text += f"; the largest notebook needs {MEMORY_GB:g} GB: close other programs."
    return Finding("memory", RESTRICTED, text)


def free_memory() -> float | None:
    """Measure the memory that a new program could have.

    Returns
    -------
    float or None
        Bytes; None where this system does not say.
    """
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        fields = dict(line.split(":", 1) for line in lines)
        return 1024.0 * int(fields["MemAvailable"].split()[0])
    except (OSError, KeyError, ValueError):
        return _free_memory_of_windows() if os.name == "nt" else _memory_of_unix()


def _memory_of_unix() -> float | None:
    # macOS does not tell what is free without a tool of its own: half is a fair guess.
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2
    except (AttributeError, OSError, ValueError):
        return None


def _free_memory_of_windows() -> float | None:
    import ctypes

    class Status(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ulong), ("load", ctypes.c_ulong)] + [
            (name, ctypes.c_ulonglong)
            for name in ("total", "free", "pages", "page", "virtual", "v", "extended")
        ]

    status = Status(length=ctypes.sizeof(Status))
    done = ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
    return float(status.free) if done else None


def disk(free: float | None = None) -> Finding:
    """Look at the room for data where the cache lies.

    Parameters
    ----------
    free
        Bytes; by default they are measured.

    Returns
    -------
    Finding
    """
    from course_utils.datasets import fetch

    folder = fetch.cache_dir()
    place = next(p for p in (folder, *folder.parents) if p.exists())
    free = shutil.disk_usage(place).free if free is None else free
    text = f"{free / 1e9:.1f} GB free at {place}"
    if free >= DISK_GB * 1e9:
        return Finding("disk", READY, text)
    return Finding("disk", RESTRICTED, f"{text}; {DISK_GB:g} GB are needed.")


def data(names: Sequence[str] = ()) -> Finding:
    """Hash the data sets that are here; say which are missing or wrong.

    Parameters
    ----------
    names
        By default all.

    Returns
    -------
    Finding
    """
    from course_utils import datasets
    from course_utils.datasets import fetch

    wanted = list(names) or datasets.names()
    try:
        missing = [name for name in wanted if fetch.locate(name) is None]
    except datasets.DataError as error:
        return Finding("data", UNUSABLE, str(error))
    if not missing:
        return Finding("data", READY, f"{len(wanted)} of {len(wanted)} here, verified")
    text = (
        f"not here: {', '.join(missing)}. They are downloaded on first use; without a "
        "network samples stand in. Fetch them: python -m course_utils.datasets fetch"
    )
    return Finding("data", RESTRICTED, text)


def training(seconds: float = TRAINING_S) -> Finding:
    """Train a small recurrent network for some seconds, and measure its speed.

    Parameters
    ----------
    seconds
        How long; the first updates, which compile, do not count.

    Returns
    -------
    Finding
    """
    try:
        speed, before, after = _train(seconds)
    except Exception as error:
        text = f"does not run: {type(error).__name__}: {error}"
        return Finding("training", UNUSABLE, text)
    return judge_training(speed, before, after)


def judge_training(speed: float, before: float, after: float) -> Finding:
    """Say in plain words what a measured training means for the course.

    Parameters
    ----------
    speed
        Updates a second.
    before, after
        The loss at the beginning and at the end.

    Returns
    -------
    Finding

    Examples
    --------
    >>> judge_training(2 * REFERENCE_STEPS, 0.5, 0.1).level
    0
    >>> judge_training(REFERENCE_STEPS, 0.5, 0.6).level
    2
    """
    if not (math.isfinite(after) and after < before):
        text = f"the loss went from {before:.2f} to {after:.2f} instead of falling."
        return Finding("training", UNUSABLE, f"{text} The backend computes wrongly.")
    share = speed / REFERENCE_STEPS
    text = f"{speed:.0f} updates a second, {share:.1f} times the book's machine"
    if share >= SLOW:
        return Finding("training", READY, f"{text}; loss {before:.2f} to {after:.2f}")
    text += f": run times in the book are about {1 / share:.0f} times as long here."
    return Finding("training", RESTRICTED, text)


def _train(seconds: float) -> tuple[float, float, float]:
    """Learn to add up a sequence; return updates a second, first and last loss."""
    import numpy as np

    x, y = _sums(np.random.default_rng(0))
    network = _network()
    before = float(network.test_on_batch(x, y))
    for _ in range(5):
        network.train_on_batch(x, y)
    updates, started = 0, time.perf_counter()
    while (took := time.perf_counter() - started) < seconds:
        network.train_on_batch(x, y)
        updates += 1
    return updates / took, before, float(network.test_on_batch(x, y))


def _sums(generator: object) -> tuple:
    x = generator.normal(size=(32, 33, 1)).astype("float32")
    return x, x.mean(axis=1) * 5


def _network() -> object:
    import keras

    keras.utils.set_random_seed(0)
    layers = [keras.Input((33, 1)), keras.layers.LSTM(32), keras.layers.Dense(1)]
    network = keras.Sequential(layers)
    network.compile("adam", "mse")
    return network


def examine(names: Sequence[str] = (), seconds: float = TRAINING_S) -> list[Finding]:
    """Look at everything, printing each finding as it comes.

    Parameters
    ----------
    names
        The data sets that must be here; by default all.
    seconds
        How long to train; 0 leaves the training out.

    Returns
    -------
    list of Finding
    """
    looks: list[Callable[[], Finding]] = [python_version, packages, front_end]
    looks += [backend, memory, disk, lambda: data(names)]
    if seconds > 0:
        looks.append(lambda: training(seconds))
    found = []
    for look in looks:
        finding = look()
        print(finding, flush=True)
        found.append(finding)
        if look in (python_version, packages) and finding.level == UNUSABLE:
            break
    return found


def verdict(findings: Sequence[Finding]) -> str:
    """Say in one sentence whether the computer is ready.

    Parameters
    ----------
    findings
        At least one.

    Returns
    -------
    str
    """
    for level, text in (
        (UNUSABLE, "NOT READY. Mend first: {}."),
        (RESTRICTED, "Usable, but read the notes on: {}."),
    ):
        names = [finding.name for finding in findings if finding.level == level]
        if names:
            return text.format(", ".join(names))
    return "Ready for the course."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments
        Without the program's name; by default those of this process.

    Returns
    -------
    int
        0 ready, 1 usable with a restriction, 2 not usable.
    """
    parser = argparse.ArgumentParser(
        prog="python -m course_utils.runtime",
        description="Check whether this computer is ready for the course.",
    )
    parser.add_argument("command", choices=["check"])
    parser.add_argument("--data", nargs="*", default=[], metavar="NAME")
    parser.add_argument("--seconds", type=float, default=TRAINING_S, help="of training")
    options = parser.parse_args(arguments)
    findings = examine(options.data, options.seconds)
    print(verdict(findings))
    return max(finding.level for finding in findings)
