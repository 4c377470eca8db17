"""Run all notebooks on the other backends of Keras, or on a GPU, and write the record.

    python -m tools.backends [jax] [torch] [--only NOTEBOOK ...]
    python -m tools.backends --gpu [--only NOTEBOOK ...]

Each backend has a virtual environment of its own (``.venv-jax``, ``.venv-torch``) with
the pins of requirements.txt, but for TensorFlow, and those of ``requirements-jax.txt``
or ``requirements-torch.txt``. The notebooks run there unchanged and in lax mode: no
error, every assertion holds, and every published result stays in its band. The record
is ``book/reference/backends.json``.

With ``--gpu`` they run on the GPU that is there: with the first backend, among those
that are set up, that computes on it. It is a failure if none does. That record is
``book/reference/gpu.json``. `tools.backends_page` then writes the page.
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

from course_utils import runtime
from tools import environment, health, notebooks, run_tests
from tools.provenance import ROOT

RECORD = ROOT / "book" / "reference" / "backends.json"
GPU_RECORD = ROOT / "book" / "reference" / "gpu.json"
NO_GPU = """No GPU: no backend that is set up computes on one.
- TensorFlow: make test-gpu REQUIREMENTS=requirements-gpu.txt (Linux)
- PyTorch: make test-backends ARGS=torch sets it up; for Linux it comes with CUDA
- JAX: make test-backends ARGS=jax, then .venv-jax/bin/pip install jax[cuda12]
"""
# The tests of the package that a backend could fail; run before the notebooks.
TESTS = tuple(
    f"tests/test_{name}.py" for name in ("runtime", "training", "scratch_torch")
)
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


def computes_on_gpu(python: Path, backend: str) -> bool:
    """Ask a backend, in its environment, whether it computes on a GPU."""
    code = "from course_utils import runtime; print(runtime.device())"
    variables = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [python, "-c", code]
    done = subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )
    return done.returncode == 0 and done.stdout.split()[-1:] == ["gpu"]


def find_gpu() -> tuple[str, Path] | None:
    """Return the first backend that computes on a GPU, and its Python."""
    candidates = {"tensorflow": Path(sys.executable)}
    candidates |= {backend: installed(backend) for backend in LEFT_OUT}
    for backend, python in candidates.items():
        if python and computes_on_gpu(python, backend):
            return backend, python
    return None


def share_compiled(folder: str) -> dict[str, str]:
    """Let JAX keep what it compiles for one notebook, for the next one to use."""
    return {
        "JAX_COMPILATION_CACHE_DIR": folder,
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    }


def run(backend: str, only: list[Path], left_out: dict[str, str]) -> dict:
    """Run the tests and the notebooks on this backend; return the record."""
    paths = only or notebooks.all_notebooks()
    paths = [path for path in paths if notebooks.short_name(path) not in left_out]
    took: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "claims.jsonl"
        more = {"COURSE_TEST": "1", "COURSE_CLAIMS_LOG": str(log)}
        more |= environment.SHARE_GPU | {"KERAS_BACKEND": backend}
        variables = {**os.environ, **more}
        tests = ("-p", "no:cacheprovider", "--quiet", "--no-header", *TESTS)
        outcome = 0 if only else run_tests.pytest(*tests, environment=variables)
        failed = run_tests.run_in_mode("--nbval-lax", paths, variables, took)
        failed = ["tests"] * bool(outcome) + failed
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


def read(place: Path) -> dict:
    """Read the records of a file, one a backend; none where there is no file."""
    return json.loads(place.read_text("utf-8")) if place.exists() else {}


def keep(new: dict, place: Path, key: str, some: bool) -> None:
    """Put a record, of all notebooks or of some, under its key into a file."""
    records = read(place)
    records[key] = merged(records.get(key, {}), new) if some else new
    text = json.dumps(records, indent=1, sort_keys=True) + "\n"
    place.write_text(text, encoding="utf-8")


def inside(backend: str, only: list[Path], gpu: bool) -> int:
    """Run on the backend of this process, and keep the record."""
    new = run(backend, only, {} if gpu else LEFT_OUT.get(backend, {}))
    if gpu:
        new |= {"card": environment.card(), "at_once": environment.worker_count()}
    keep(new, GPU_RECORD if gpu else RECORD, backend, some=bool(only))
    print("Failed:", ", ".join(new["failed"]) or "none")
    return 1 if new["failed"] else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("backends", nargs="*", metavar="BACKEND")
    parser.add_argument("--only", nargs="+", type=Path, default=[])
    parser.add_argument("--gpu", action="store_true")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    unknown = set(options.backends) - set(NAMES)
    if unknown:
        parser.error(f"no such backend here: {', '.join(unknown)}")
    environment.settle()
    if options.inside:
        (backend,) = options.backends
        return inside(backend, [path.resolve() for path in options.only], options.gpu)
    if options.gpu:
        found = find_gpu()
        if found is None:
            print(NO_GPU.strip())
            return 1
        pythons = dict([found])
    else:
        pythons = {name: set_up(name) for name in options.backends or LEFT_OUT}
    outcome = 0
    for backend, python in pythons.items():
        command = [python, "-m", "tools.backends", "--inside", backend]
        command += ["--gpu"] if options.gpu else []
        command += ["--only", *options.only] if options.only else []
        variables = {**os.environ, "KERAS_BACKEND": backend}
        with tempfile.TemporaryDirectory() as folder:
            variables |= share_compiled(folder) if options.gpu else {}
            outcome |= subprocess.run(command, cwd=ROOT, env=variables).returncode
    return outcome


if __name__ == "__main__":
    sys.exit(main())
