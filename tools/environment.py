"""What every tool settles before it starts."""

from __future__ import annotations

import os
from pathlib import Path

from course_utils import runtime

# For processes that run side by side.
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
}


def worker_count() -> int:
    """Say how many processes run side by side."""
    return min(4, os.cpu_count() or 1)


def settle() -> None:
    """Quiet the logs, and make the data folder's path good in every folder.

    A notebook runs in its own folder, where a relative path would point elsewhere.
    """
    runtime.quiet_logs()
    folder = os.environ.get("COURSE_DATA_DIR")
    if folder:
        os.environ["COURSE_DATA_DIR"] = str(Path(folder).expanduser().resolve())
