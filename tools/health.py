"""The health of the book: when each notebook ran, and what its numbers were worth.

    python -m tools.health            write the page from what is recorded
    python -m tools.health --record   first take over the last whole run of `make test`

The page is written from the notebooks themselves (when they were executed, with which
versions, how long, and every published result that their outputs hold) and from
``health.json``, the record of a whole test run. So it changes with the code of a
notebook, and not with its prose; a test says when it is out of date.
"""

from __future__ import annotations

import datetime
import json
import re
import shutil
import sys
from pathlib import Path

from course_utils import claims
from tools import notebooks
from tools.provenance import ROOT

PAGE = ROOT / "book" / "reference" / "health.md"
RECORD = ROOT / "book" / "reference" / "health.json"
# Where a whole run of `make test` leaves its record.
LAST_RUN = ROOT / "_build" / "last-test-run.json"


def last_run(
    log: Path, seconds: dict[str, float], mode: str, failed: list[str]
) -> dict:
    """Sum up a whole test run: its day, its mode, each notebook's time, each claim."""
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    results = [json.loads(line) for line in lines]
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "mode": mode,
        "failed": sorted(failed),
        "notebooks": {
            name: {"seconds": round(took), "digest": _digest(ROOT / name)}
            for name, took in sorted(seconds.items())
        },
        "claims": {r["id"]: [float(f"{r['value']:.6g}"), r["status"]] for r in results},
    }


def save(run: dict) -> None:
    """Keep the record of a test run until somebody commits it."""
    LAST_RUN.parent.mkdir(exist_ok=True)
    LAST_RUN.write_text(json.dumps(run, indent=1, sort_keys=True) + "\n", "utf-8")


def _digest(path: Path) -> str:
    record = notebooks.read(path).metadata.get("course", {}).get("executed", {})
    return record.get("digest", "")


def stored_results(notebook: object) -> dict[str, str]:
    """Read the published results that a notebook's outputs hold, by claim."""
    return {
        output.metadata.scrapbook.name: "".join(*output.data.values())
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "scrapbook" in output.get("metadata", {})
    }


def page() -> str:
    """Write the page about the book's health."""
    run = json.loads(RECORD.read_text("utf-8")) if RECORD.exists() else {}
    books = {path: notebooks.read(path) for path in notebooks.all_notebooks()}
    parts = [_head(books, run), _times(books, run)]
    published = claims.load()
    for path, notebook in books.items():
        found = stored_results(notebook)
        if found:
            parts.append(_results(path, notebook, found, published, run))
    return "\n\n".join(parts) + "\n"


def _head(books: dict, run: dict) -> str:
    count = sum(len(stored_results(notebook)) for notebook in books.values())
    lines = [
        "(health)=\n# Health of the book\n",
        "This page is written by a program, from the notebooks' own records: when each "
        "was executed, with which versions, how long it took, and where each published "
        "result stands in the band that it must keep. Nobody types anything here.\n",
        f"{len(books)} notebooks hold {count} published results.",
    ]
    if run:
        reached = sum(status == "passed" for _, status in run["claims"].values())
        outcome = "; ".join(run["failed"]) or "none"
        lines.append(
            f"The last recorded run of all tests was on {run['date']}, {run['mode']}: "
            f"{len(run['notebooks'])} notebooks executed again and compared, "
            f"{reached} of {len(run['claims'])} results reached. Failed: {outcome}."
        )
    else:
        lines.append("No run of all tests has been recorded yet.")
    return "\n".join(lines)


def _times(books: dict, run: dict) -> str:
    rows = [
        "## Notebooks\n",
        'A budget is what a notebook may take on two idle cores. "Took" is the least '
        "of the executions of the same code, since a busy machine only adds; "
        '"Tested" is the time '
        "of the last recorded test run, where the notebook has not been executed "
        "since. Memory is the most that the kernel ever held; a public Binder gives "
        f"{notebooks.MEMORY_MB:,} MB.\n",
        "| Notebook | Executed on | Took | Budget | Used | Tested | Memory |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for path, notebook in books.items():
        course = notebook.metadata.course
        done, budget = course.executed, course.budget_s
        used = f"{100 * done.seconds / budget:.0f} %"
        name = path.relative_to(ROOT).as_posix()
        tested = run.get("notebooks", {}).get(name, {})
        again = tested.get("digest") == done.digest
        rows.append(
            f"| {link(path)} | {done.date} | {done.seconds:.0f} s | {budget} s "
            f"| {used} | {tested['seconds'] if again else '-'}{' s' if again else ''} "
            f"| {done.peak_mb:,} MB |"
        )
    rows += ["", f"Versions: {_versions(books)}."]
    return "\n".join(rows)


def _versions(books: dict) -> str:
    """Name the versions, and the notebooks that were executed with others."""
    kinds: dict[str, list[str]] = {}
    for path, notebook in books.items():
        versions = notebook.metadata.course.executed.versions
        text = ", ".join(f"{name} {version}" for name, version in versions.items())
        kinds.setdefault(text, []).append(notebooks.short_name(path))
    ordered = sorted(kinds.items(), key=lambda kind: -len(kind[1]))
    (usual, _), others = ordered[0], ordered[1:]
    more = [f"{text} ({', '.join(names)})" for text, names in others]
    return "; ".join([usual, *more])


def _results(
    path: Path, notebook: object, found: dict, published: dict, run: dict
) -> str:
    rows = [
        f"## {_title(notebook)}: results\n",
        "| Result | Published | Band | Executed | Last test run |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for name, shown in found.items():
        claim = published[name]
        low, high = claim.band
        value, status = run.get("claims", {}).get(name, (None, ""))
        tested = f"{claim.show(value)}, {_word(status)}" if status else "-"
        rows.append(
            f"| {plain(claim.note)} | {claim.show(claim.value)} | {low:g} to {high:g} "
            f"| {shown}{_mark(shown, claim)} | {tested} |"
        )
    return "\n".join(rows)


def _word(status: str) -> str:
    return {"passed": "in band", "failed": "**outside**"}.get(status, "not checked")


def _mark(shown: str, claim: claims.Claim) -> str:
    """Mark a shown value that lies outside its band by more than its last digit."""
    number = re.match(r"[-+]?[\d.]+(?:e[-+]?\d+)?", shown)
    slack = 0.5 * 10.0**-claim.digits
    low, high = claim.band
    inside = number and low - slack <= float(number[0]) <= high + slack
    return "" if inside else " **(outside)**"


def plain(text: str) -> str:
    """Keep a note's signs from being read as markup in a table."""
    return text.replace("|", "\\|").replace("$", "\\$").replace("*", "\\*")


def _title(notebook: object) -> str:
    text = next(c.source for c in notebook.cells if c.cell_type == "markdown")
    return re.search(r"^# (.+)$", text, re.MULTILINE)[1].strip()


def link(path: Path) -> str:
    """Link to a notebook's page, from a page of the reference."""
    where = path.relative_to(PAGE.parents[1]).with_suffix("").as_posix()
    return f"[{notebooks.short_name(path)}](../{where})"


def write() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


def main() -> int:
    if "--record" in sys.argv:
        if not LAST_RUN.exists():
            print("No record of a whole run: `make test` leaves one.", file=sys.stderr)
            return 1
        shutil.copyfile(LAST_RUN, RECORD)
    write()
    print(f"Wrote {PAGE.relative_to(ROOT)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
