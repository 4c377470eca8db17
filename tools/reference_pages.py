"""Write the reference pages that the package itself is the source of."""

from __future__ import annotations

from urllib.parse import urlsplit

from course_utils import datasets
from tools.provenance import ROOT

DATASETS = ROOT / "book" / "reference" / "datasets.md"


def datasets_page() -> str:
    """Write the page about the data sets, from their registry."""
    parts = [
        "(data-sets)=\n# Data sets\n\n"
        "Every notebook loads its data through `course_utils.datasets`, which "
        "downloads each file from its own source, checks its SHA-256 before it "
        "reads a byte, and keeps it in a cache of yours. To work without a network, "
        "fetch everything beforehand:\n\n"
        "```bash\npython -m course_utils.datasets fetch\n"
        "python -m course_utils.datasets list\n```\n\n"
        "or point the environment variable `COURSE_DATA_DIR` at a folder laid out as "
        "`<data set>/<file>`, which `fetch --to FOLDER` writes. Where neither the "
        "cache nor the network has a data set, a small **sample** made by this "
        "project's own code stands in. A sample is never silent: a warning says it, "
        "figure titles say it, and no published result is checked against it.\n\n"
        "None of these files is part of this project. Each keeps its own licence."
    ]
    parts += [_section(datasets.info(name)) for name in datasets.names()]
    return "\n\n".join(parts) + "\n"


def _section(data: datasets.Dataset) -> str:
    rows = [
        f"| `{file}` | {size:,} | {'<br>'.join(f'`{h[:16]}…`' for h in hashes)} "
        f"| [{urlsplit(url).hostname}]({url}) |"
        for file, size, hashes, url in zip(
            data.files, data.sizes, data.sha256, data.urls, strict=True
        )
    ]
    return "\n".join(
        [
            f"## {data.name}\n",
            f"{data.description}\n",
            f"Licence\n: {data.licence}\n",
            f"Cite as\n: {data.citation}\n",
            f"Load with\n: `datasets.load_{data.name}()`\n",
            "| File | Bytes | SHA-256 (begins) | Where it comes from |",
            "| --- | ---: | --- | --- |",
            *rows,
        ]
    )


def write() -> None:
    """Write all pages that have the package as their source."""
    DATASETS.write_text(datasets_page(), encoding="utf-8")
