"""Build the HTML book from the committed notebooks; any warning is an error."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from tools.provenance import ROOT

HTML = ROOT / "_build" / "html"


def main() -> int:
    started = time.monotonic()
    # --all: without it, a page whose warning failed the last build counts as built.
    options = ["-W", "-n", "--keep-going", "--all"]
    code = subprocess.run(
        [Path(sys.executable).parent / "jupyter-book", "build", ".", *options],
        cwd=ROOT,
        check=False,
    ).returncode
    if code:
        print("The book was NOT built: see the warnings above.", file=sys.stderr)
        return code
    pages = len([p for p in HTML.rglob("*.html") if "_static" not in p.parts])
    took = time.monotonic() - started
    print(f"\nThe book: {pages} pages in {took:.0f} s. Open {HTML / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
