"""Set up this computer for the course from this folder, without a network; start it.

    python start.py            set up where needed, check, open JupyterLab
    python start.py --check    set up and check only

Everything stays in this folder: delete it, and nothing is left. Standard library only.
"""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOM = HERE / "room"
SYSTEMS = {"linux": "linux", "win32": "windows", "darwin": "macos"}


def package_list() -> Path:
    """Find the list for this computer, or stop and say which there are."""
    system = SYSTEMS.get(sys.platform, sys.platform)
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    path = HERE / f"wheels-{system}-{version}.txt"
    if not path.is_file():
        known = sorted(p.stem.replace("wheels-", "") for p in HERE.glob("wheels-*.txt"))
        sys.exit(
            f"This folder is for {', '.join(known)}; this is {system}-{version}. Start "
            "it with one of those Pythons, as in `python3.11 start.py`."
        )
    return path


def interpreter() -> Path:
    """Return the Python of the room's own environment, made where it is missing."""
    place = ROOM / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not place.is_file():
        print("Setting up (some minutes, once) ...", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(ROOM)], check=True)
    return place


def install(python: Path) -> None:
    """Install from the folder `wheels`, or from the network where there is none."""
    listed = package_list()
    done = ROOM / "installed.txt"
    if done.is_file() and done.read_text() == listed.read_text():
        return
    command = [str(python), "-m", "pip", "install", "--quiet"]
    command += ["--disable-pip-version-check", "--requirement", str(listed)]
    command += ["--find-links", str(HERE / "wheels")]
    if (HERE / "wheels" / "complete.txt").is_file():
        command.append("--no-index")
    subprocess.run(command, check=True, cwd=HERE)
    done.write_text(listed.read_text())


def main() -> int:
    """Set up, check, and open JupyterLab unless asked not to."""
    python = interpreter()
    install(python)
    variables = dict(os.environ)
    if (HERE / "data").is_dir():
        variables["COURSE_DATA_DIR"] = str(HERE / "data")
    check = [str(python), "-m", "course_utils.runtime", "check"]
    outcome = subprocess.run(check, env=variables, cwd=HERE / "notebooks", check=False)
    if "--check" in sys.argv or outcome.returncode > 1:
        return outcome.returncode
    lab = [str(python), "-m", "jupyterlab", *sys.argv[1:]]
    return subprocess.run(lab, env=variables, cwd=HERE / "notebooks").returncode


if __name__ == "__main__":
    sys.exit(main())
