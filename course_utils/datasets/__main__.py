"""The data sets on the command line: ``python -m course_utils.datasets``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from . import fetch
from .registry import DataError, info, names

_DESCRIPTION = (
    "Fetch and check the book's data sets. Set COURSE_DATA_DIR to use a folder laid "
    "out <dataset>/<file>, COURSE_CACHE_DIR to move the cache, COURSE_OFFLINE=1 to "
    "forbid downloads."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without the program's name; by default those of this process.

    Returns
    -------
    int
        The exit status: 0, or 1 if something failed.

    Examples
    --------
    >>> main(["fetch", "gpd"])
    1
    """
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except (DataError, OSError) as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m course_utils.datasets", description=_DESCRIPTION
    )
    commands = parser.add_subparsers(required=True, metavar="list | fetch | verify")
    listing = commands.add_parser("list", help="show the data sets and where they are")
    listing.set_defaults(run=_list)
    fetching = commands.add_parser("fetch", help="download what is not here yet")
    fetching.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    fetching.add_argument(
        "--to", type=Path, metavar="DIR", help="write <dataset>/<file> here instead"
    )
    fetching.set_defaults(run=_fetch)
    verifying = commands.add_parser("verify", help="hash again every file that is here")
    verifying.set_defaults(run=_verify)
    return parser


def _list(_: argparse.Namespace) -> int:
    fetch.data_dir()  # A missing folder concerns all data sets: let it raise.
    print(f"{'name':<12} {'data':<22} {'size':>8}  licence")
    for name in names():
        dataset = info(name)
        size = f"{sum(dataset.sizes) / 1e6:.2f} MB"
        print(f"{name:<12} {_whereabouts(name):<22} {size:>8}  {dataset.licence}")
    return 0


def _whereabouts(name: str) -> str:
    try:
        place = fetch.locate(name)
    except DataError:
        return "WRONG: run verify"
    return f"real: {place}" if place else "sample: run fetch"


def _fetch(options: argparse.Namespace) -> int:
    wanted = options.names or names()
    for name in wanted:
        info(name)
    folder = options.to or fetch.cache_dir()
    failures = [name for name in wanted if not _fetch_one(name, folder)]
    return 1 if failures else 0


def _fetch_one(name: str, folder: Path) -> bool:
    try:
        written = fetch.copy_to(name, folder)
    except fetch.Unavailable as why:
        print(f"{name} was not fetched because {why}.", file=sys.stderr)
    except DataError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(
            f"{name} was not fetched because {folder / name} cannot be written to "
            f"({error.strerror}): choose another folder with --to or "
            "COURSE_CACHE_DIR.",
            file=sys.stderr,
        )
    else:
        what = f"{len(written)} of {len(info(name).files)} files written"
        print(f"{name}: {what if written else 'already there'}, in {folder / name}")
        return True
    return False


def _verify(_: argparse.Namespace) -> int:
    found = [copy for name in names() for copy in fetch.copies(name)]
    for path, intact in found:
        print(f"{'ok   ' if intact else 'WRONG'} {path}")
    wrong = sum(not intact for _, intact in found)
    if wrong:
        print(
            f"{wrong} of {len(found)} files are not the known ones: delete them, then "
            "run `python -m course_utils.datasets fetch`.",
            file=sys.stderr,
        )
    elif not found:
        print(
            "There is no file to verify: run `python -m course_utils.datasets fetch`."
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
