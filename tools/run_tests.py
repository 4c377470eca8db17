"""Run everything that `make test` promises, and say what was not checked.

Notebooks are compared output by output (strict) on the pinned Linux set-up with
real data; anywhere else their cells must run, their assertions hold, and their
claims stay in their bands (lax).

    python -m tools.run_tests [--labs | --quick] [--package]

``--labs`` runs only the labs of the notebooks, ``--quick`` none. ``--package`` leaves
out the tests of what only requirements.txt installs: Sphinx, and the list for a room.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

from packaging.requirements import Requirement

from course_utils import datasets, runtime
from tools import health, notebooks
from tools.environment import ONE_THREAD, settle, worker_count
from tools.provenance import ROOT

OF_THE_PINS = ("tests/test_course_map.py", "tests/test_workshop.py")


def unpinned() -> list[str]:
    """List the packages that are not installed as requirements.txt pins them."""
    wanted = {}
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        text = line.split("#")[0].strip()
        if text:
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate():
                wanted[requirement.name] = requirement
    found = runtime.versions(*wanted)
    return [
        f"{name} {found[name]}"
        for name, requirement in wanted.items()
        if not requirement.specifier.contains(found[name], prereleases=True)
    ]


def reasons_to_be_lax() -> list[str]:
    """Say why outputs cannot be expected to be the same here; empty if they can."""
    reasons = []
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        reasons.append(f"this is {platform.system()} on {platform.machine()}")
    if runtime.backend() != "tensorflow":
        reasons.append(f"the backend is {runtime.backend()}")
    elif runtime.device() != "cpu":
        reasons.append("a GPU is in use")
    others = unpinned()
    if others:
        reasons.append(f"not as pinned: {', '.join(others[:5])}")
    return reasons


def pytest(*arguments: str | Path, environment: dict[str, str]) -> int:
    """Run pytest in a process of its own; no tests collected is a failure."""
    command = [sys.executable, "-m", "pytest", *map(str, arguments)]
    print(f"\n$ pytest {' '.join(map(str, arguments))}", flush=True)
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def run_package_tests(environment: dict[str, str]) -> int:
    """Run all tests but those of pages and notebooks, a file to a process."""
    without_log = {k: v for k, v in environment.items() if k != "COURSE_CLAIMS_LOG"}
    left_out = ["tests/pages", *(OF_THE_PINS if "--package" in sys.argv else ())]
    return pytest(
        "tests",
        "course_utils",
        "--doctest-modules",
        *(f"--ignore={path}" for path in left_out),
        *(f"--numprocesses={worker_count()}", "--dist=loadfile"),
        environment={**without_log, **ONE_THREAD},
    )


def lint() -> int:
    """Check the layout and the common mistakes of all code, notebooks included."""
    outcome = 0
    for arguments in (["check", "."], ["format", "--check", "."]):
        print(f"\n$ ruff {' '.join(arguments)}", flush=True)
        command = [sys.executable, "-m", "ruff", *arguments]
        outcome |= subprocess.run(command, cwd=ROOT, check=False).returncode
    return outcome


def run_notebooks(
    paths: list[Path],
    lax_reasons: list[str],
    environment: dict[str, str],
    took: Counter[str] | None = None,
) -> list[str]:
    """Run notebooks as tests, several at a time; return what failed, note the times."""
    lax = [path for path in paths if lax_reasons or _reads_samples(path)]
    strict = [path for path in paths if path not in lax]
    failed = run_in_mode("--nbval", strict, environment, took)
    return failed + run_in_mode("--nbval-lax", lax, environment, took)


def _reads_samples(path: Path) -> bool:
    data = notebooks.data_of(notebooks.read(path))
    return any(datasets.provenance(name) == "sample" for name in data)


def run_in_mode(
    mode: str,
    paths: list[Path],
    environment: dict[str, str],
    took: Counter[str] | None = None,
) -> list[str]:
    """Run notebooks under nbval, the longest first, one thread each.

    Two at a time with a thread each are faster than one with two threads, and the
    number of cores then changes no sum's order.
    """
    if not paths:
        return []
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        outcome = pytest(
            mode,
            "--nbval-current-env",
            "--nbval-cell-timeout=900",
            *(f"--numprocesses={worker_count()}", "--dist=loadscope"),
            *("-p", "no:cacheprovider", "--quiet", "--no-header"),
            f"--junitxml={report}",
            *longest_first(paths),
            environment={**environment, **ONE_THREAD},
        )
        failed = read_report(report, mode, took) if report.exists() else []
    return failed or (["notebooks"] if outcome else [])


def longest_first(paths: list[Path]) -> list[Path]:
    """Sort notebooks by the time they took when they were last executed."""

    def seconds(path: Path) -> float:
        course = notebooks.read(path).metadata.get("course", {})
        return course.get("executed", {}).get("seconds", 0.0)

    return sorted(paths, key=seconds, reverse=True)


def read_report(
    report: Path, mode: str, total: Counter[str] | None = None
) -> list[str]:
    """Print how long each notebook took, and return those that failed."""
    took: Counter[str] = Counter()
    failed = set()
    for case in ElementTree.parse(report).iter("testcase"):
        name = case.get("classname", "").replace(".", "/").replace("/ipynb", ".ipynb")
        took[name] += float(case.get("time", 0))
        if case.find("failure") is not None or case.find("error") is not None:
            failed.add(name)
    for name, seconds in sorted(took.items()):
        print(f"{name}: {mode}, {seconds:.0f} s", flush=True)
    if total is not None:
        total.update(took)
    return sorted(failed)


def summarize(log: Path, lax_reasons: list[str], samples: list[str]) -> None:
    """Say at the end what this run did not check."""
    print("\nWhat was not checked:")
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    records = [json.loads(line) for line in lines]
    tally = Counter(record["status"] for record in records)
    skipped = sorted({r["id"] for r in records if r["status"] == "unchecked"})
    if lax_reasons:
        print(f"- notebooks' outputs word for word, since {'; '.join(lax_reasons)}")
    if samples:
        print(f"- anything about the real data of: {', '.join(samples)} (samples ran)")
    if skipped:
        print(f"- {len(skipped)} published results, for the same reason")
    print("- what pytest lists above as skipped, with the reason")
    print("- the built pages in a browser: that is `make check-pages`")
    print(f"Published results: {tally['passed']} reached, {tally['failed']} missed.")


def main() -> int:
    settle()
    samples = [n for n in datasets.names() if datasets.provenance(n) == "sample"]
    lax_reasons = reasons_to_be_lax()
    strict = "lax" if lax_reasons or samples else "strict"
    print(f"Mode: {strict}.", *[f"- {reason}" for reason in lax_reasons], sep="\n")
    if samples:
        print(f"- SAMPLE DATA instead of the real: {', '.join(samples)}")
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "claims.jsonl"
        environment = {
            **os.environ,
            "COURSE_TEST": "1",
            "COURSE_CLAIMS_LOG": str(log),
            "KERAS_BACKEND": runtime.backend(),
        }
        failed = ["ruff"] if lint() else []
        if run_package_tests(environment):
            failed.append("tests")
        paths = notebooks.all_notebooks()
        if "--labs" in sys.argv:
            paths = [path for path in paths if path.parent.name == "labs"]
        took: Counter[str] = Counter()
        if "--quick" not in sys.argv:
            failed += run_notebooks(paths, lax_reasons, environment, took)
        if not {"--labs", "--quick"} & set(sys.argv):
            health.save(health.last_run(log, took, strict, failed))
        summarize(log, lax_reasons, samples)
    print(f"FAILED: {', '.join(failed)}" if failed else "All passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
