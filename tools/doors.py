"""Open a notebook the way Colab and Binder do, in environments shaped like theirs.

    python -m tools.doors [colab] [binder] [--notebook NOTEBOOK]

``colab``: Python 3.12 with the packages of ``requirements/colab.txt``; one notebook,
alone in an empty folder, unchanged. Its first cell installs the package from the
book's address at its tag; git takes that address from a clone of this repository
instead (``url.<base>.insteadOf``), so that what is about to be published is what is
tried. NumPy, TensorFlow and Keras must be untouched afterwards.

``binder``: what repo2docker would run in its image (its own ``--no-build`` output),
run in a fresh environment of the Python it names, and one notebook opened there.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

from tools import environment, notebooks
from tools.provenance import ROOT

NOTEBOOK = ROOT / "book" / "labs" / "energy_rnn.ipynb"
COLAB = ROOT / "requirements" / "colab.txt"
COLAB_PYTHON = "3.12"
HOST_PACKAGES = ("numpy", "tensorflow", "tensorflow_cpu", "keras")
REPO2DOCKER = "jupyter-repo2docker==2026.4.0"
# A remark of Colab's old debugger on its Python; it is not the notebook's.
DEBUGGER = "0.00s - "
# What belongs to this checkout and must not help the notebook along.
OURS = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "COURSE_CACHE_DIR")


def run(*command: str | Path, worst: int = 0, **options: object) -> str:
    """Run a command, show it, return what it printed; stop on a worse exit status."""
    print("$", *(Path(part).name if n == 0 else part for n, part in enumerate(command)))
    sys.stdout.flush()
    done = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **options,
    )
    if not 0 <= done.returncode <= worst:
        raise SystemExit(f"{done.stdout[-3000:]}\nThat failed: {command}")
    return done.stdout


def find_python(version: str) -> str:
    """Find an interpreter of one version: a name on the path, or pyenv's."""
    folder = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [*sorted(folder.glob(f"{version}.*/bin/python")), f"python{version}"]
    for name in found:
        code = "import sys; print('%d.%d' % sys.version_info[:2])"
        try:
            said = subprocess.run(
                [name, "-c", code], capture_output=True, text=True, check=False
            )
        except OSError:
            continue
        if said.stdout.strip() == version:
            return str(name)
    raise SystemExit(f"No Python {version} found: put python{version} on the path.")


def make_environment(version: str, folder: Path) -> Path:
    """Make a virtual environment; return its interpreter."""
    run(find_python(version), "-m", "venv", folder)
    return folder / "bin" / "python"


def clone_with_tag(folder: Path) -> Path:
    """Clone this repository as committed, with the book's tag on its last commit."""
    run("git", "clone", "--quiet", "--no-hardlinks", ROOT, folder)
    tag = f"v{notebooks.project()['version']}"
    run("git", "-C", folder, "tag", "--force", tag)
    return folder


def clean_environment(python: Path, **more: str) -> dict[str, str]:
    """Write what a process sees that knows that virtual environment and no other."""
    kept = {key: value for key, value in os.environ.items() if key not in OURS}
    path = f"{python.parent}{os.pathsep}{kept.get('PATH', '')}"
    return {**kept, "PATH": path, "VIRTUAL_ENV": str(python.parent.parent), **more}


def redirect(repository: str, clone: Path) -> dict[str, str]:
    """Make git take the book's address from a clone, without a change elsewhere."""
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{clone}.insteadOf",
        "GIT_CONFIG_VALUE_0": repository,
    }


def fingerprints(python: Path) -> dict[str, str]:
    """Hash, for each package of the host, its version and its list of files."""
    prefix = python.parent.parent / "lib"
    found = {}
    for folder in sorted(prefix.glob("python*/site-packages/*.dist-info")):
        name = re.sub(r"-[^-]*$", "", folder.stem).replace("-", "_").lower()
        if name in HOST_PACKAGES:
            content = (folder / "RECORD").read_bytes()
            stamp = folder.stat().st_mtime_ns
            found[folder.stem] = f"{hashlib.sha256(content).hexdigest()} {stamp}"
    return found


def execute(path: Path, python: Path, variables: dict[str, str]) -> list[str]:
    """Execute a notebook alone in an empty folder; return what went wrong."""
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(shutil.copy(path, folder))
        notebook = nbformat.read(alone, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = []
        manager = KernelManager()
        manager.kernel_spec.argv[0] = str(python)
        client = NotebookClient(
            notebook,
            km=manager,
            timeout=900,
            allow_errors=True,
            resources={"metadata": {"path": folder}},
        )
        client.execute(env=variables)
        left = sorted(p.name for p in Path(folder).iterdir() if p != alone)
    return complaints(notebook) + [f"it left {name} behind" for name in left]


def complaints(notebook: nbformat.NotebookNode) -> list[str]:
    """List errors and everything that was written to the error stream."""
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", [])]
    errors = [f"{o.ename}: {o.evalue}" for o in outputs if o.output_type == "error"]
    warned = [o.text for o in outputs if o.get("name") == "stderr"]
    return errors + [text for text in warned if not text.startswith(DEBUGGER)]


def report(door: str, path: Path, wrong: list[str]) -> bool:
    """Say how it went; tell whether all was well."""
    name = path.relative_to(ROOT)
    if wrong:
        print(f"{door}: {name} FAILED", *wrong, sep="\n  ", file=sys.stderr)
    else:
        print(f"{door}: {name} opened alone and ran from its first cell to its last.")
    return not wrong


def open_on_colab(path: Path, work: Path) -> bool:
    """Open a notebook as Colab does; tell whether all was well."""
    clone = clone_with_tag(work / "clone")
    python = make_environment(COLAB_PYTHON, work / "colab")
    run(python, "-m", "pip", "install", "--quiet", "--requirement", COLAB)
    before = fingerprints(python)
    repository = notebooks.project()["urls"]["Repository"]
    variables = clean_environment(
        python,
        COLAB_RELEASE_TAG="release-colab",
        COURSE_TEST="1",
        **redirect(repository, clone),
    )
    wrong = execute(path, python, variables)
    after = fingerprints(python)
    wrong += [
        f"{name} was changed" for name in before if after.get(name) != before[name]
    ]
    wrong += [f"{name} was installed" for name in set(after) - set(before)]
    print("Left as they were:", ", ".join(before))
    print(run(python, "-m", "pip", "show", "course-utils").splitlines()[1])
    return report("Colab", path, wrong)


def binder_commands(log: str) -> tuple[str, list[str]]:
    """Read from repo2docker's output the Python it takes, and what it runs last.

    Returns
    -------
    tuple
        Version, and the commands that install the repository, in order.
    """
    version = re.search(r"environment for python=(\S+)", log)
    runs = re.findall(r"^RUN (.+)$", log, re.MULTILINE)
    ours = [line for line in runs if "binder/" in line]
    if version is None or not any("pip install" in line for line in ours):
        raise SystemExit(f"repo2docker says nothing that we know:\n{log[-3000:]}")
    return version.group(1), ours


def open_on_binder(path: Path, work: Path) -> bool:
    """Do what repo2docker's image would do; tell whether all was well."""
    tool = make_environment("3.11", work / "repo2docker").with_name("pip")
    run(tool, "install", "--quiet", REPO2DOCKER)
    clone = clone_with_tag(work / "binder-clone")
    planner = tool.with_name("jupyter-repo2docker")
    log = run(planner, "--no-build", "--debug", clone, cwd=work)
    version, commands = binder_commands(log)
    python = make_environment(version, work / "binder")
    variables = clean_environment(
        python,
        KERNEL_PYTHON_PREFIX=str(python.parent.parent),
        BINDER_SERVICE_HOST="localhost",
        COURSE_TEST="1",
    )
    for command in commands:
        run("bash", "-c", command, cwd=clone, env=variables)
    run(python, "-m", "pip", "check", env=variables)
    check = ("-m", "course_utils.runtime", "check", "--seconds", "0")
    # 1: a restriction, such as a data set whose source is down today.
    print(run(python, *check, worst=1, cwd=work, env=variables))
    shutil.rmtree(clone)  # A notebook that needs a file of the repository must fail.
    return report("Binder", path, execute(path, python, variables))


DOORS = {"colab": open_on_colab, "binder": open_on_binder}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("doors", nargs="*", choices=[[], *DOORS], default=[])
    parser.add_argument("--notebook", type=Path, default=NOTEBOOK)
    options = parser.parse_args()
    environment.settle()
    print(f"nbclient {importlib.metadata.version('nbclient')} opens the notebooks.")
    with tempfile.TemporaryDirectory(prefix="doors-") as folder:
        path = options.notebook.resolve()
        chosen = options.doors or list(DOORS)
        good = [DOORS[door](path, Path(folder)) for door in chosen]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
