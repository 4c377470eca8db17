"""Write the page about backends, from what was recorded.

    python -m tools.backends_page

The records are those of the last whole test run (TensorFlow), of `make test-backends`
(JAX, PyTorch), of `make test-gpu`, and of ``python -m benchmarks.bench_labs --record``.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd

from course_utils import claims
from tools import backends, health, notebooks
from tools.backends import NAMES
from tools.provenance import ROOT

PAGE = ROOT / "book" / "reference" / "backends.md"
# What `python -m benchmarks.bench_labs --record` measured.
SPEED = ROOT / "book" / "reference" / "speed.csv"
# Until a whole run of the tests is recorded.
NOTHING = {"notebooks": {}, "claims": {}, "failed": []}


def page() -> str:
    """Write the page from the records."""
    records = {"tensorflow": NOTHING | backends.read(health.RECORD)}
    cards = backends.read(backends.GPU_RECORD)
    gpu = _gpu(cards, records["tensorflow"])
    records |= backends.read(backends.RECORD)
    parts = [_head(records), _times(records), _speed(), _results(records), gpu]
    return "\n\n".join(parts) + "\n"


def _head(records: dict) -> str:
    lines = [
        "(backends)=\n# One book, three backends\n",
        "Keras 3 computes with TensorFlow, JAX or PyTorch; the environment variable "
        "`KERAS_BACKEND` chooses. Every notebook is written for all three; "
        "the few cells that are about one of them say so and are skipped on the "
        "others. What the pages show was computed with TensorFlow. `make "
        "test-backends` runs all notebooks on the other two, checks that every "
        "assertion holds and that every published result stays in its band, and "
        "writes this page.\n",
    ]
    for name, record in records.items():
        if name == "tensorflow":
            continue
        versions = ", ".join(f"{k} {v}" for k, v in record["versions"].items())
        lines.append(
            f"- **{NAMES[name]}** on {record['date']}: {len(record['notebooks'])} "
            f"notebooks, {len(record['claims'])} results; failed: {_stems(record)}. "
            f"Versions: {versions}."
        )
        lines += [
            f"  - `{short}` was left out: {reason}"
            for short, reason in backends.LEFT_OUT.get(name, {}).items()
        ]
    lines += [
        f"- **{name}**: no run of all notebooks has been recorded yet."
        for key, name in NAMES.items()
        if key not in records
    ]
    return "\n".join(lines)


def _times(records: dict) -> str:
    rows = [
        "## How long each notebook takes\n",
        "Seconds, two notebooks at a time on two cores, one thread each; with the "
        "time that the compilers take, which for JAX is a large part. A busy machine "
        "adds to them: to compare speed, trust the table below, which was measured in "
        "turns. Exercises are added up in the last row.\n",
        f"| Notebook | {' | '.join(NAMES[name] for name in records)} |",
        f"| --- |{' ---: |' * len(records)}",
    ]
    exercises = Counter()
    for path in notebooks.all_notebooks():
        name = path.relative_to(ROOT).as_posix()
        found = {b: r["notebooks"].get(name, {}) for b, r in records.items()}
        took = {b: entry.get("seconds") for b, entry in found.items()}
        if notebooks.is_exercise(path):
            exercises.update({b: s or 0 for b, s in took.items()})
            continue
        short = notebooks.short_name(path)
        cells = [
            "left out"
            if short in backends.LEFT_OUT.get(b, {})
            else _seconds(took[b], name in records[b]["failed"])
            for b in records
        ]
        rows.append(f"| {health.link(path)} | {' | '.join(cells)} |")
    sums = [f"{exercises[b]} s" for b in records]
    rows.append(f"| all exercises | {' | '.join(sums)} |")
    return "\n".join(rows)


def _seconds(took: int | None, failed: bool) -> str:
    if took is None:
        return "not run"
    return f"{took} s{' (failed)' if failed else ''}"


def _speed() -> str:
    table = pd.read_csv(SPEED)
    ratio = table.pivot(index="way", columns="network", values="ratio")
    took = table.pivot(index="way", columns="network", values="ms")
    share = table.pivot(index="way", columns="network", values="share")
    networks, ways = table["network"].unique(), table["way"].unique()
    rows = [
        "(backends-speed)=\n## How fast the labs' networks train\n",
        "Milliseconds an update, on two cores with a thread for each, and in brackets "
        "how many times as long as a loop written by hand in PyTorch takes, whose "
        "recurrent layers are one fused kernel (`make bench`; the ratios were taken "
        "round by round). Data are random, so nothing here depends on what is "
        "learned.\n",
        f"| | {' | '.join(networks)} |",
        f"| --- |{' ---: |' * len(networks)}",
    ]
    for way in ways:
        cells = [f"{took.loc[way, n]:.3g} ({ratio.loc[way, n]:.2g})" for n in networks]
        rows.append(f"| {way} | {' | '.join(cells)} |")
    best = share.loc[[way for way in ways if "hand" not in way]].max()
    by_hand = share.loc[[way for way in ways if "hand" in way]].max()
    rows += [
        "",
        "As a share of what the machine can do at best, a product of two matrices of "
        f"1,024 by 1,024: the fastest way through Keras reaches {best.min():.0f} to "
        f"{best.max():.0f} %, the loop by hand {by_hand.min():.0f} to "
        f"{by_hand.max():.0f} %. The steps of a recurrent layer wait for each other, "
        "and each is a small product.",
        "",
        "What helps TensorFlow, as a share of the time that it takes with two threads "
        f"and one update at a time: {_shares(took)}. So the notebooks hand a small "
        "network 16 updates or so at once (`steps_per_execution`; on PyTorch, where "
        "Keras refuses that, `runtime.updates_at_once` makes it one), and were "
        "executed with one thread (`TF_NUM_INTRAOP_THREADS=1`, set before Keras is "
        "imported): that leaves the second core to another notebook. A choice of XLA "
        "is left to Keras.",
    ]
    return "\n".join(rows)


def _shares(took: pd.DataFrame) -> str:
    """Compare the ways to use TensorFlow with its plain one, network by network."""
    plain, texts = "TensorFlow", []
    for way in took.index[took.index.str.startswith(f"{plain}, ")]:
        share = 100 * took.loc[way] / took.loc[plain]
        name = way.removeprefix(f"{plain}, ")
        texts.append(f"{name} {share.min():.0f} to {share.max():.0f} %")
    return ", ".join(texts)


def _results(records: dict) -> str:
    published = claims.load()
    others = [name for name in records if name != "tensorflow"]
    asked = sorted({claim for name in others for claim in records[name]["claims"]})
    out = [c for c in asked if any(_outside(records[b], c) for b in others)]
    rows = ["## What they agree on\n"]
    if not out:
        rows.append(
            f"All {len(asked)} results that notebooks check by themselves stay in "
            "their bands on every backend."
        )
    else:
        rows += [
            f"Of {len(asked)} results, these leave their band on a backend:\n",
            f"| Result | Band | {' | '.join(NAMES[name] for name in records)} |",
            f"| --- | ---: |{' ---: |' * len(records)}",
        ]
    for name in out:
        claim = published[name]
        low, high = claim.band
        shown = [_shown(records[b], name, claim) for b in records]
        note = health.plain(claim.note)
        rows.append(f"| {note} | {low:g} to {high:g} | {' | '.join(shown)} |")
    if out:
        rows += [
            "",
            "The same seed does not give the same first weights on two backends, since "
            "each draws with a generator of its own: a live training there is that of "
            "another seed. Bands come from seeds on TensorFlow, and were not widened "
            "to let these in.",
        ]
    rows += [
        "",
        "One difference is no chance. With TensorFlow, the gradient of an embedding "
        "comes as a list of rows, one for each place where a code stood. Keras' Adam "
        "squares the rows before it adds those of one code; with JAX and PyTorch they "
        "are added first. So with TensorFlow a code that stands four times in a batch, "
        "with the same gradient each time, moves twice as far in the first update, and "
        "one that stands once moves as far as elsewhere (Keras 3.15; a test of this "
        "book watches it).",
    ]
    return "\n".join(rows)


def _gpu(cards: dict, cpu: dict) -> str:
    """Show the labs' times and results with a GPU, beside those without."""
    rows = ["(backends-gpu)=\n## With a GPU\n"]
    if not cards:
        rows.append(
            "No run with a GPU has been recorded yet. `make test-gpu` runs all "
            "notebooks on the one that is there, whichever backend sees it, checks the "
            "results, and fills in a table here: time and results of each lab, with "
            "and without it."
        )
        return "\n".join(rows)
    labs = [path for path in notebooks.all_notebooks() if path.parent.name == "labs"]
    published = claims.load()
    for backend, record in cards.items():
        ran = f"{len(record['notebooks'])} of {len(notebooks.all_notebooks())}"
        rows += [
            f"{NAMES[backend]} on one {record['card']}, {record['date']}, {ran} "
            f"notebooks, {record['at_once']} at a time; failed: "
            f"{_stems(record)}. Beside it TensorFlow without a GPU, on two cores. "
            "Seconds, and what each lab's own training reaches:\n",
            "| | Without | With |",
            "| --- | ---: | ---: |",
        ]
        for path in labs:
            name = path.relative_to(ROOT).as_posix()
            cells = [
                _seconds(
                    r["notebooks"].get(name, {}).get("seconds"), name in r["failed"]
                )
                for r in (cpu, record)
            ]
            rows.append(f"| {health.link(path)} | {' | '.join(cells)} |")
            if name not in record["notebooks"]:
                continue
            for key in health.stored_results(notebooks.read(path)):
                both = [_shown(r, key, published[key]) for r in (cpu, record)]
                rows.append(
                    f"| {health.plain(published[key].note)} | {' | '.join(both)} |"
                )
        rows.append("")
    rows.append(
        "The networks of the labs are small, and each of their steps waits for the one "
        "before: a card has little to do at once, and what is compiled for it takes "
        "longer to compile. The {ref}`larger network of the Shakespeare lab "
        "<shakespeare-gpu>` is what a card is for."
    )
    return "\n".join(rows)


def _stems(record: dict) -> str:
    return ", ".join(Path(path).stem for path in record["failed"]) or "none"


def _outside(record: dict, name: str) -> bool:
    return record["claims"].get(name, [0, "passed"])[1] == "failed"


def _shown(record: dict, name: str, claim: claims.Claim) -> str:
    value, status = record["claims"].get(name, [None, ""])
    if value is None:
        return "-"
    text = claim.show(value)
    return f"**{text}**" if status == "failed" else text


def write() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write()
