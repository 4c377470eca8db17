"""Pin the packages of requirements/*.in, for every platform.

    python -m tools.lock [--keep]

The newest that the files allow; ``--keep`` leaves the pins that still fit, and adds
what is new.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tools.provenance import ROOT

FILES = {
    "book.in": "requirements.txt",
    "gpu.in": "requirements-gpu.txt",
    "pages.in": "requirements-pages.txt",
    "slides.in": "requirements-slides.txt",
}


def main() -> int:
    upgrade = [] if "--keep" in sys.argv[1:] else ["--upgrade"]
    uv = Path(sys.executable).with_name("uv")
    for source, target in FILES.items():
        command = [uv, "pip", "compile", "--quiet", *upgrade, "--universal"]
        command += ["--python-version", "3.11", "--custom-compile-command", "make lock"]
        # The pins must not say where this machine gets its packages from.
        command += ["--no-emit-index-url", "--no-emit-find-links"]
        if source in {"pages.in", "slides.in"}:
            # Added on top of the book's pins, so it must agree with them.
            command += ["--constraints", "requirements.txt"]
        command += [f"requirements/{source}", "--output-file", target]
        subprocess.run(command, cwd=ROOT, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
