"""Measure how much memory each notebook needs: Binder gives 2 GB.

    python -m tools.memory [--all] [NOTEBOOK ...]

Executes a copy of each notebook that changed since it was measured, and asks its kernel
at the end for the most memory that it ever held. The table is ``binder/memory.csv``.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

from tools import environment, notebooks
from tools.provenance import ROOT

TABLE = ROOT / "binder" / "memory.csv"
LIMIT_MB = 2000
COLUMNS = ("notebook", "peak_mb", "seconds", "digest")
# Linux keeps the peak of this very program, in KiB; elsewhere there is only that of the
# process, which begins at what its parent used (macOS: in bytes).
ASK = """\
import re, resource, sys
if sys.platform == "linux":
    found = re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())
    print(int(found[1]) * 1024 / 1e6)
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)"""


def read(table: Path = TABLE) -> dict[str, dict[str, str]]:
    """Read what was measured, by the notebook's short name."""
    if not table.is_file():
        return {}
    with open(table, encoding="utf-8", newline="") as file:
        return {row["notebook"]: row for row in csv.DictReader(file)}


def write(rows: dict[str, dict[str, str]], table: Path = TABLE) -> None:
    """Write the table, sorted, for those notebooks that there still are."""
    present = set(map(notebooks.short_name, notebooks.all_notebooks()))
    with open(table, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows[name] for name in sorted(rows) if name in present)


def measure(path: Path) -> dict[str, str]:
    """Execute a copy of a notebook; return its row of the table."""
    notebook = notebooks.read(path)
    notebook.cells.append(new_code_cell(ASK))
    client = NotebookClient(
        notebook,
        timeout=900,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
    )
    started = time.monotonic()
    client.execute()
    return {
        "notebook": notebooks.short_name(path),
        "peak_mb": f"{float(last_line(notebook)):.0f}",
        "seconds": f"{time.monotonic() - started:.0f}",
        "digest": notebooks.digest_of(notebooks.read(path)),
    }


def last_line(notebook: nbformat.NotebookNode) -> str:
    """Return what the last cell printed."""
    return notebook.cells[-1].outputs[-1].text.strip()


def stale(rows: dict[str, dict[str, str]]) -> list[Path]:
    """List the notebooks that were not measured as they are now."""
    return [
        path
        for path in notebooks.all_notebooks()
        if rows.get(notebooks.short_name(path), {}).get("digest")
        != notebooks.digest_of(notebooks.read(path))
    ]


def too_large(rows: dict[str, dict[str, str]], limit: float = LIMIT_MB) -> list[str]:
    """Name the notebooks that Binder would end."""
    return [name for name, row in rows.items() if float(row["peak_mb"]) >= limit]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true")
    parser.add_argument("notebooks", nargs="*", type=Path)
    options = parser.parse_args()
    environment.settle()
    os.environ.pop("COURSE_CLAIMS_LOG", None)
    rows = read()
    chosen = [path.resolve() for path in options.notebooks]
    chosen = chosen or (notebooks.all_notebooks() if options.all else stale(rows))
    for path in chosen:
        row = measure(path)
        rows[row["notebook"]] = row
        write(rows)
        print(f"{row['notebook']}: {row['peak_mb']} MB", flush=True)
    large = too_large(rows)
    print(f"Over {LIMIT_MB} MB: {', '.join(large) or 'none'} of {len(rows)}.")
    return 1 if large else 0


if __name__ == "__main__":
    sys.exit(main())
