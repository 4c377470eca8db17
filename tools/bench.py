"""Measure speed, as ratios within one run: run every benchmarks/bench_*.py."""

from __future__ import annotations

import os
import subprocess
import sys

from tools.environment import settle
from tools.provenance import ROOT


def main() -> int:
    settle()
    outcome = 0
    for path in sorted((ROOT / "benchmarks").glob("bench_*.py")):
        print(f"\n== {path.stem}", flush=True)
        module = f"benchmarks.{path.stem}"
        command = [sys.executable, "-m", module]
        run = subprocess.run(command, cwd=ROOT, env=dict(os.environ), check=False)
        outcome |= run.returncode
    return outcome


if __name__ == "__main__":
    sys.exit(main())
