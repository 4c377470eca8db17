"""Check the built pages in headless Chromium; install it where that is possible."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.environment import worker_count
from tools.provenance import ROOT

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """Return the path of a Chromium or Chrome, the system's first."""
    named = os.environ.get("CHROMIUM")
    found = [named] if named else [path for n in NAMES if (path := shutil.which(n))]
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    if not found and mac.exists():
        found = [str(mac)]
    return found[0] if found else None


def install_chromium() -> None:
    """Install the distribution's Chromium where we may: Debian, as root."""
    if sys.platform == "linux" and shutil.which("apt-get") and os.geteuid() == 0:
        print("No Chromium found; installing Debian's ...", flush=True)
        quiet = {"stdout": subprocess.DEVNULL}
        subprocess.run(["apt-get", "update", "-q"], check=False, **quiet)
        command = ["apt-get", "install", "-y", "-q", "--no-install-recommends"]
        command += ["chromium"]
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(command, check=False, env=environment, **quiet)


def main() -> int:
    if find_chromium() is None:
        install_chromium()
    browser = find_chromium()
    if browser is None:
        print(
            "The pages are checked in Chromium, and none was found. Install Chromium "
            "or Chrome (Debian and Ubuntu: sudo apt-get install chromium; macOS: "
            "brew install --cask google-chrome), or set CHROMIUM to its path.",
            file=sys.stderr,
        )
        return 1
    environment = {**os.environ, "CHROMIUM": browser}
    command = [sys.executable, "-m", "pytest", "tests/pages", "-q"]
    # The tests of one page run on one worker, which then visits it once.
    command += [f"--numprocesses={worker_count()}", "--dist=loadgroup"]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
