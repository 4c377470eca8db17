"""What every tool settles before it starts."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from course_utils import runtime

# For processes that run side by side.
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
}
# Processes that share a GPU: none may take all of its memory.
SHARE_GPU = {
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
}


def worker_count() -> int:
    """Say how many processes run side by side."""
    return min(4, os.cpu_count() or 1)


def card() -> str:
    """Name the GPU, as its driver does."""
    command = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "a GPU"
    return done.stdout.splitlines()[0].strip()


def settle() -> None:
    """Quiet the logs, and make the data folder's path good in every folder.

    A notebook runs in its own folder, where a relative path would point elsewhere.
    """
    runtime.quiet_logs()
    folder = os.environ.get("COURSE_DATA_DIR")
    if folder:
        os.environ["COURSE_DATA_DIR"] = str(Path(folder).expanduser().resolve())
