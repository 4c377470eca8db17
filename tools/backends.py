"""Run all notebooks on the other backends of Keras, and write what came of it.

    python -m tools.backends [jax] [torch] [--only NOTEBOOK ...] [--page]

Each backend has a virtual environment of its own (``.venv-jax``, ``.venv-torch``) with
the pins of requirements.txt, but for TensorFlow, and those of ``requirements-jax.txt``
or ``requirements-torch.txt``. The notebooks run there unchanged and in lax mode: no
error, every assertion holds, and every published result stays in its band. The record
is ``book/reference/backends.json``, and the page is written from it and from that of
the last whole run of the tests on TensorFlow, which ran in the same way: two notebooks
at a time, one thread each. ``--page`` only writes the page.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pandas as pd

from course_utils import claims, runtime
from tools import environment, health, notebooks, run_tests
from tools.provenance import ROOT

RECORD = ROOT / "book" / "reference" / "backends.json"
PAGE = ROOT / "book" / "reference" / "backends.md"
# What `python -m benchmarks.bench_labs --record` measured.
SPEED = ROOT / "book" / "reference" / "speed.csv"
# What is written into an environment once all is installed: its pins.
STAMP = "installed.txt"
NAMES = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
# What would take over ten minutes on a backend, with the reason.
LEFT_OUT: dict[str, dict[str, str]] = {"jax": {}, "torch": {}}


def pinned_without_tensorflow() -> str:
    """Read the pins of requirements.txt, but for TensorFlow and what only it needs."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return re.sub(r"(?m)^tensorflow(-cpu)?==.*\n(    #.*\n)*", "", text)


def folder_of(backend: str) -> Path:
    """Return the folder of a backend's virtual environment."""
    return ROOT / f".venv-{backend}"


def installed(backend: str) -> Path | None:
    """Return the Python of a backend's environment, if that is set up."""
    place = folder_of(backend)
    return place / "bin" / "python" if (place / STAMP).is_file() else None


def set_up(backend: str) -> Path:
    """Make the virtual environment of a backend where it is missing or out of date."""
    place = folder_of(backend)
    python = place / "bin" / "python"
    more = ROOT / f"requirements-{backend}.txt"
    wanted = pinned_without_tensorflow() + more.read_text(encoding="utf-8")
    stamp = place / STAMP
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    print(f"Setting up {place.name} ...", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pins = place / "wanted.txt"
    pins.write_text(wanted, encoding="utf-8")
    subprocess.run([*pip, "--requirement", pins], cwd=ROOT, check=True)
    subprocess.run([*pip, "--no-deps", "--editable", "."], cwd=ROOT, check=True)
    stamp.write_text(wanted, encoding="utf-8")
    return python


def run(backend: str, only: list[Path]) -> dict:
    """Run the notebooks on the backend of this process; return the record."""
    paths = only or notebooks.all_notebooks()
    left_out = LEFT_OUT.get(backend, {})
    paths = [path for path in paths if notebooks.short_name(path) not in left_out]
    took: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "claims.jsonl"
        more = {"COURSE_TEST": "1", "COURSE_CLAIMS_LOG": str(log)}
        variables = {**os.environ, **more, "KERAS_BACKEND": backend}
        failed = run_tests.run_in_mode("--nbval-lax", paths, variables, took)
        record = health.last_run(log, took, "lax", failed)
    return record | {"versions": runtime.versions()}


def merged(old: dict, new: dict) -> dict:
    """Put the record of some notebooks over one of all."""
    ran = set(new["notebooks"])
    failed = {name for name in old.get("failed", []) if name not in ran}
    return new | {
        "failed": sorted({*failed, *new["failed"]}),
        "notebooks": old.get("notebooks", {}) | new["notebooks"],
        "claims": old.get("claims", {}) | new["claims"],
    }


def read() -> dict:
    """Read the records, one a backend."""
    return json.loads(RECORD.read_text("utf-8")) if RECORD.exists() else {}


def page() -> str:
    """Write the page from the records."""
    records = {"tensorflow": json.loads(health.RECORD.read_text("utf-8"))} | read()
    parts = [_head(records), _times(records), _speed(), _results(records)]
    return "\n\n".join(parts) + "\n"


def _head(records: dict) -> str:
    lines = [
        "(backends)=\n# One book, three backends\n",
        "Keras 3 computes with TensorFlow, JAX or PyTorch; the environment variable "
        "`KERAS_BACKEND` chooses. Every notebook runs on all three without a change; "
        "the few cells that are about one of them say so and are skipped on the "
        "others. What the pages show was computed with TensorFlow. `make "
        "test-backends` runs all notebooks on the other two, checks that every "
        "assertion holds and that every published result stays in its band, and "
        "writes this page.\n",
    ]
    for name, record in records.items():
        if name == "tensorflow":
            continue
        versions = ", ".join(f"{k} {v}" for k, v in record["versions"].items())
        failed = [Path(path).stem for path in record["failed"]]
        lines.append(
            f"- **{NAMES[name]}** on {record['date']}: {len(record['notebooks'])} "
            f"notebooks, {len(record['claims'])} results; failed: "
            f"{', '.join(failed) or 'none'}. Versions: {versions}."
        )
        lines += [
            f"  - `{short}` was left out: {reason}"
            for short, reason in LEFT_OUT.get(name, {}).items()
        ]
    return "\n".join(lines)


def _times(records: dict) -> str:
    rows = [
        "## How long each notebook takes\n",
        "Seconds, two notebooks at a time on two cores, one thread each; with the "
        "time that the compilers take, which for JAX is a large part. Exercises are "
        "added up in the last row.\n",
        f"| Notebook | {' | '.join(NAMES[name] for name in records)} |",
        f"| --- |{' ---: |' * len(records)}",
    ]
    exercises = Counter()
    for path in notebooks.all_notebooks():
        name = path.relative_to(ROOT).as_posix()
        found = {b: r["notebooks"].get(name, {}) for b, r in records.items()}
        took = {b: entry.get("seconds") for b, entry in found.items()}
        if notebooks.is_exercise(path):
            exercises.update({b: s or 0 for b, s in took.items()})
            continue
        where = path.relative_to(PAGE.parents[1]).with_suffix("").as_posix()
        short = notebooks.short_name(path)
        cells = [
            "left out"
            if short in LEFT_OUT.get(b, {})
            else _seconds(took[b], name in records[b]["failed"])
            for b in records
        ]
        link = f"[{short}](../{where})"
        rows.append(f"| {link} | {' | '.join(cells)} |")
    sums = [f"{exercises[b]} s" for b in records]
    rows.append(f"| all exercises | {' | '.join(sums)} |")
    return "\n".join(rows)


def _seconds(took: int | None, failed: bool) -> str:
    if took is None:
        return "not run"
    return f"{took} s{' (failed)' if failed else ''}"


def _speed() -> str:
    table = pd.read_csv(SPEED)
    ratio = table.pivot(index="way", columns="network", values="ratio")
    took = table.pivot(index="way", columns="network", values="ms")
    share = table.pivot(index="way", columns="network", values="share")
    networks, ways = table["network"].unique(), table["way"].unique()
    rows = [
        "(backends-speed)=\n## How fast the labs' networks train\n",
        "Milliseconds an update, on two cores with a thread for each, and in brackets "
        "how many times as long as a loop written by hand in PyTorch takes, whose "
        "recurrent layers are one fused kernel (`make bench`; the ratios were taken "
        "round by round). Data are random, so nothing here depends on what is "
        "learned.\n",
        f"| | {' | '.join(networks)} |",
        f"| --- |{' ---: |' * len(networks)}",
    ]
    for way in ways:
        cells = [f"{took.loc[way, n]:.3g} ({ratio.loc[way, n]:.2g})" for n in networks]
        rows.append(f"| {way} | {' | '.join(cells)} |")
    best = share.loc[[way for way in ways if "hand" not in way]].max()
    by_hand = share.loc[[way for way in ways if "hand" in way]].max()
    rows += [
        "",
        "As a share of what the machine can do at best, a product of two matrices of "
        f"1,024 by 1,024: the fastest way through Keras reaches {best.min():.0f} to "
        f"{best.max():.0f} %, the loop by hand {by_hand.min():.0f} to "
        f"{by_hand.max():.0f} %. The steps of a recurrent layer wait for each other, "
        "and each is a small product.",
    ]
    return "\n".join(rows)


def _results(records: dict) -> str:
    published = claims.load()
    others = [name for name in records if name != "tensorflow"]
    asked = sorted({claim for name in others for claim in records[name]["claims"]})
    out = [c for c in asked if any(_outside(records[b], c) for b in others)]
    rows = ["## What they agree on\n"]
    if not out:
        rows.append(
            f"All {len(asked)} results that notebooks check by themselves stay in "
            "their bands on every backend."
        )
    else:
        rows += [
            f"Of {len(asked)} results, these leave their band on a backend:\n",
            f"| Result | Band | {' | '.join(NAMES[name] for name in records)} |",
            f"| --- | ---: |{' ---: |' * len(records)}",
        ]
    for name in out:
        claim = published[name]
        low, high = claim.band
        shown = [_shown(records[b], name, claim) for b in records]
        note = claim.note.replace("|", "\\|").replace("$", "\\$")
        rows.append(f"| {note} | {low:g} to {high:g} | {' | '.join(shown)} |")
    return "\n".join(rows)


def _outside(record: dict, name: str) -> bool:
    return record["claims"].get(name, [0, "passed"])[1] == "failed"


def _shown(record: dict, name: str, claim: claims.Claim) -> str:
    value, status = record["claims"].get(name, [None, ""])
    if value is None:
        return "-"
    text = claim.show(value)
    return f"**{text}**" if status == "failed" else text


def write() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("backends", nargs="*", metavar="BACKEND")
    parser.add_argument("--only", nargs="+", type=Path, default=[])
    parser.add_argument("--page", action="store_true")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    unknown = set(options.backends) - set(LEFT_OUT)
    if unknown:
        parser.error(f"no such backend here: {', '.join(unknown)}")
    if options.page:
        write()
        return 0
    environment.settle()
    if options.inside:
        (backend,) = options.backends
        new = run(backend, [path.resolve() for path in options.only])
        records = read()
        if options.only:
            new = merged(records.get(backend, {}), new)
        records[backend] = new
        text = json.dumps(records, indent=1, sort_keys=True) + "\n"
        RECORD.write_text(text, encoding="utf-8")
        write()
        print("Failed:", ", ".join(new["failed"]) or "none")
        return 1 if new["failed"] else 0
    outcome = 0
    for backend in options.backends or list(LEFT_OUT):
        command = [set_up(backend), "-m", "tools.backends", "--inside", backend]
        if options.only:
            command += ["--only", *options.only]
        variables = {**os.environ, "KERAS_BACKEND": backend}
        outcome |= subprocess.run(command, cwd=ROOT, env=variables).returncode
    return outcome


if __name__ == "__main__":
    sys.exit(main())
