"""Try the bundle of `make room` with the network blocked from start to finish.

    python -m tools.room [--quick]

Linux only: in a network namespace of its own (``unshare --net``), where there is no
interface but the loopback, the bundle is unpacked into a fresh folder and used as a
learner would: set up from its wheels, checked, opened in JupyterLab, a student notebook
and a chapter with real data executed, an exercise solved. ``--quick`` leaves out the
chapter.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from pathlib import Path

from tools import notebooks
from tools.provenance import ROOT
from tools.room import wheels

ARCHIVE = ROOT / "_build" / "workshop.zip"
INSIDE = "COURSE_ROOM_INSIDE"
STUDENT = "exercises/multilayer_perceptron.ipynb"
CHAPTER = "recurrent/sequences.ipynb"
PORT = 8923
# The tables of the experiments travel with the package.
TABLES = "assert len(c.table('energy_models')) > 10"


def interfaces() -> list[str]:
    """List the network interfaces that this process has."""
    lines = Path("/proc/self/net/dev").read_text(encoding="ascii").splitlines()[2:]
    return sorted(line.split(":")[0].strip() for line in lines)


def raise_loopback() -> None:
    """Switch the loopback on: a kernel and its front end talk over it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        request = struct.pack("16sH14s", b"lo", 0x1 | 0x40, b"")
        fcntl.ioctl(link, 0x8914, request)  # SIOCSIFFLAGS: up and running


def block_network() -> int:
    """Start this program again where there is no network."""
    command = ["unshare", "--net"]
    if os.geteuid():
        command += ["--map-root-user"]
    command += [sys.executable, "-m", "tools.room", *sys.argv[1:]]
    return subprocess.run(command, env={**os.environ, INSIDE: "1"}, cwd=ROOT).returncode


def environment(home: Path) -> dict[str, str]:
    """Write the environment of a learner who has nothing of ours."""
    ours = ("PIP_", "COURSE_", "PYTHON", "VIRTUAL_ENV", "XDG_", "JUPYTER", "UV_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    return {**kept, "HOME": str(home), "PIP_CONFIG_FILE": os.devnull}


class Room:
    """The unpacked bundle, and a learner in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "a room"
        self.variables = environment(folder)
        with zipfile.ZipFile(ARCHIVE) as archive:
            archive.extractall(self.folder)
        self.python = self.folder / "room" / "bin" / "python"

    def run(self, *command: str | Path, worst: int = 0, **more: str) -> str:
        """Run a command in the room; stop where it fails."""
        done = subprocess.run(
            [str(part) for part in command],
            cwd=self.folder / "notebooks",
            env={**self.variables, **more},
            capture_output=True,
            text=True,
            check=False,
        )
        if not 0 <= done.returncode <= worst:
            raise SystemExit(f"{done.stdout}{done.stderr}\nThat failed: {command}")
        return done.stdout + done.stderr

    def set_up(self) -> str:
        """Set up and check, as START-HERE says."""
        return self.run(sys.executable, self.folder / "start.py", "--check", worst=1)

    def prove_that_nothing_comes_in(self) -> None:
        """Ask for a data set with an empty cache: it must not be had."""
        said = self.run(
            *(self.python, "-m", "course_utils.datasets", "fetch", "gdp"),
            worst=1,
            COURSE_CACHE_DIR=str(self.folder / "empty"),
        )
        if "was not fetched" not in said:
            raise SystemExit(f"A download went through, so nothing is proven: {said}")

    def open_in_jupyterlab(self) -> int:
        """Start JupyterLab, and open every notebook through it; return how many."""
        command = [str(self.python), "-m", "jupyterlab", "--no-browser", "--allow-root"]
        command += [f"--port={PORT}", "--IdentityProvider.token=room"]
        server = subprocess.Popen(
            command,
            cwd=self.folder / "notebooks",
            env=self.variables,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(f"http://127.0.0.1:{PORT}/api/status?token=room")
            if "JupyterLab" not in _get("/lab"):
                raise SystemExit("JupyterLab's page does not come.")
            folder = self.folder / "notebooks"
            paths = sorted(folder.rglob("*.ipynb"))
            for path in paths:
                found = json.loads(_get(f"/api/contents/{path.relative_to(folder)}"))
                if found["type"] != "notebook":
                    raise SystemExit(f"{path} is no notebook to Jupyter.")
            return len(paths)
        finally:
            server.terminate()
            server.wait(20)

    def execute(self, name: str) -> str:
        """Execute a notebook of the room; return everything that it printed."""
        target = self.folder / "executed.ipynb"
        command = [self.python, "-m", "nbconvert", "--to", "notebook", "--execute"]
        command += ["--output", target, self.folder / "notebooks" / name]
        data = self.folder / "data"
        self.run(*command, COURSE_DATA_DIR=str(data) if data.is_dir() else "")
        cells = json.loads(target.read_text(encoding="utf-8"))["cells"]
        outputs = [o for cell in cells for o in cell.get("outputs", [])]
        return "".join("".join(output.get("text", [])) for output in outputs)

    def solve(self, name: str) -> str:
        """Put the book's solutions into a student notebook, and execute it."""
        solved = notebooks.read(ROOT / "book" / name)
        place = self.folder / "notebooks" / "solved.ipynb"
        place.write_text(json.dumps(solved), encoding="utf-8")
        return self.execute("solved.ipynb")


def _get(path: str) -> str:
    address = f"http://127.0.0.1:{PORT}{path}?token=room"
    with urllib.request.urlopen(address, timeout=20) as answer:
        return answer.read().decode()


def _wait_for(address: str, seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise SystemExit("JupyterLab did not start.")


def expect(text: str, *parts: str) -> None:
    """Stop unless a text has all these parts."""
    missing = [part for part in parts if part not in text]
    if missing:
        raise SystemExit(f"{text}\nExpected {missing} there.")


def size(folder: Path) -> float:
    """Add up the files of a folder, in MB."""
    return (
        sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    )


def main() -> int:
    if os.environ.get(INSIDE) != "1":
        if shutil.which("unshare") is None:
            print("This needs Linux and `unshare`, of util-linux.", file=sys.stderr)
            return 1
        return block_network()
    raise_loopback()
    if interfaces() != ["lo"]:
        raise SystemExit(f"The network is not blocked: {interfaces()}.")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="room-") as folder:
        room = Room(Path(folder))
        print(
            "Interfaces: lo only. Unpacked; setting up from the wheels ...", flush=True
        )
        print(room.set_up())
        room.prove_that_nothing_comes_in()
        room.run(room.python, "-c", "from course_utils import claims as c; " + TABLES)
        print(
            f"{room.open_in_jupyterlab()} notebooks opened in JupyterLab.", flush=True
        )
        expect(room.execute(STUDENT), "Nothing written yet", "0 of 3")
        expect(room.solve(STUDENT), "Right: perceptrons.parity", "3 of 3")
        print("A student notebook fails kindly unsolved, and is right when solved.")
        if "--quick" not in sys.argv:
            said = room.execute(CHAPTER)
            if "sample" in said.lower() and "SampleDataWarning" in said:
                raise SystemExit(
                    "The chapter ran on a sample, not on the bundle's data."
                )
            print(f"{CHAPTER} executed on the bundle's data.")
        for part in sorted(room.folder.iterdir()):
            if part.is_dir() and part.name != "room":
                print(f"{part.name + '/':12}{size(part):8.1f} MB")
        print(f"{'room/':12}{size(room.folder / 'room'):8.1f} MB when set up")
    print(
        f"The zip: {ARCHIVE.stat().st_size / 1e6:.0f} MB. For {wheels.this_python()}."
    )
    print(f"All of it worked without a network, in {time.monotonic() - started:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
