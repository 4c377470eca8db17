"""Run the experiments whose code or data changed.

    python tools/experiments.py run [--all] [NAME ...] | status

An experiment is a file ``experiments/NAME.py`` with

- ``DATA``: the names of its data sets,
- ``run() -> pandas.DataFrame``: one row a run, with its seed,
- ``results(table) -> dict``: claim id to the number that the table gives for it,
- ``GPU = True``, where it would take hours without one: then it is run on one only.

Its table is written to ``experiments/NAME.csv``, below lines that say what it was
made with. The runs go through `joblib`: over two processes of this machine, or, where
``DASK_SCHEDULER_ADDRESS`` names a Dask cluster, over its workers. A worker needs the
repository, its pinned packages and the data. The rows are the same where each array of
weights has a seed of its own, as in ``choosing_a_cell``; after a global seed they may
not be, since other threads of a Dask worker draw from Python's generator as well.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pandas as pd

from tools import environment, provenance
from tools.provenance import ROOT

FOLDER = ROOT / "experiments"


def names() -> list[str]:
    """List the experiments."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if path.stem[0] != "_")


def load(name: str) -> ModuleType:
    return importlib.import_module(f"experiments.{name}")


def digest(name: str) -> str:
    """Hash the code and the data of an experiment."""
    source = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    without = provenance.FETCHING | provenance.SHOWING
    return provenance.digest(source, load(name).DATA, without)


def is_current(name: str, folder: Path = FOLDER) -> bool:
    """Tell whether the committed table was made by the present code and data."""
    path = folder / f"{name}.csv"
    if not path.is_file():
        return False
    first = path.read_text(encoding="utf-8").splitlines()[:4]
    return f"# digest: {digest(name)}" in first


@contextlib.contextmanager
def workers() -> Iterator[None]:
    """Let joblib use the Dask cluster that ``DASK_SCHEDULER_ADDRESS`` names, if any."""
    address = os.environ.get("DASK_SCHEDULER_ADDRESS")
    if not address:
        yield
        return
    import joblib
    from distributed import Client

    # Named, since a bare Client() may start a small cluster of its own unnoticed.
    with Client(address) as client, joblib.parallel_config(backend="dask"):
        print(f"on {len(client.ncores())} workers of {client.scheduler.address}")
        yield


def run(name: str) -> None:
    """Run an experiment, write its table, and check its claims."""
    from course_utils import claims, datasets, runtime

    # An experiment trains several networks at once, one thread each: faster than one
    # after another with several threads, which wait for each other.
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
    os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")
    experiment = load(name)
    samples = [d for d in experiment.DATA if datasets.provenance(d) == "sample"]
    if samples:
        raise SystemExit(
            f"{name} needs the real data of {', '.join(samples)}; "
            "set COURSE_DATA_DIR or let them be downloaded."
        )
    on = ""
    if getattr(experiment, "GPU", False):
        os.environ.update(environment.SHARE_GPU)
        if runtime.device() != "gpu":
            print(f"{name}: left as it is; it needs a GPU and there is none")
            return
        on = f", on one {environment.card()}"
    print(f"{name}: running{on}", flush=True)
    with workers():
        table = experiment.run()
    versions = ", ".join(f"{key} {value}" for key, value in runtime.versions().items())
    path = FOLDER / f"{name}.csv"
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"# experiment: {name}, by `make experiments`\n")
        file.write(f"# digest: {digest(name)}\n# versions: {versions}{on}\n")
        table.to_csv(file, index=False, float_format="%.6g", lineterminator="\n")
    for claim, value in experiment.results(pd.read_csv(path, comment="#")).items():
        claims.check(claim, value)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=["run", "status"])
    parser.add_argument("--all", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    environment.settle()
    stale = [name for name in names() if not is_current(name)]
    if options.command == "status":
        for name in names():
            print(f"{name}: {'stale' if name in stale else 'current'}")
        return 1 if stale else 0
    chosen = options.names or (names() if options.all else stale)
    if not chosen:
        print("Every experiment is current; ALL=1 runs them all the same.")
    for name in chosen:
        run(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
