"""Pack a trained network's weights for the browser: 16-bit numbers in a script.

    python -m tools.pack_weights shakespeare WEIGHTS.npz
    python -m tools.pack_weights mnist WEIGHTS.npz

A browser may not fetch data beside a page that was opened from disk, but may run a
script; so the weights become one, about 0.6 MB, which a page loads when its reader asks
for it. The file holds arrays in the order of a Keras model: (embeddings,) kernel,
recurrent_kernel, bias, (gamma, beta,) dense_kernel, dense_bias; and for text the
``vocabulary`` as well.
"""

from __future__ import annotations

import base64
import json
import sys

import numpy as np

from tools.provenance import ROOT

FOLDER = ROOT / "book" / "_static" / "alive"
NAMES = {
    5: ["kernel", "recurrent_kernel", "bias", "dense_kernel", "dense_bias"],
    7: ["kernel", "recurrent_kernel", "bias"]
    + ["gamma", "beta", "dense_kernel", "dense_bias"],
}


def named(arrays: list[np.ndarray]) -> dict[str, np.ndarray]:
    """Name weights that come in the order of a Keras model.

    Raises
    ------
    ValueError
        If they are not those of a recurrent layer, perhaps normalized, and a dense one.
    """
    with_table = len(arrays) in {6, 8}
    names = NAMES.get(len(arrays) - with_table)
    if names is None:
        raise ValueError(
            f"{len(arrays)} arrays were given; expected 5, or 7 with layer "
            "normalization, and one more with an embedding in front."
        )
    return dict(zip(["embeddings"] * with_table + names, arrays, strict=True))


def rounded(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Round weights to 16 bits, as the browser will have them."""
    with np.errstate(over="ignore"):
        made = {name: np.asarray(a).astype("<f2") for name, a in arrays.items()}
    worst = max(float(np.abs(a).max()) for a in made.values())
    if not np.isfinite(worst):
        raise ValueError("A weight is too large for 16 bits (65,504).")
    return made


def script(name: str, arrays: dict[str, np.ndarray], **about: object) -> str:
    """Write the script that hands a network's weights to the page."""
    small = rounded(arrays)
    data = b"".join(array.tobytes() for array in small.values())
    packed = {
        **about,
        "arrays": [[key, list(array.shape)] for key, array in small.items()],
        "data": base64.b64encode(data).decode("ascii"),
    }
    return f"courseModels.packed[{json.dumps(name)}] = {json.dumps(packed)};\n"


def main() -> int:
    name, path = sys.argv[1:]
    with np.load(path, allow_pickle=False) as file:
        keys = [key for key in file.files if key != "vocabulary"]
        arrays = named([file[key] for key in keys])
        vocabulary = file["vocabulary"].tolist() if "vocabulary" in file.files else None
    about = {"epsilon": 1e-3}
    if vocabulary is not None:
        about["vocabulary"] = list(vocabulary)
    target = FOLDER / f"{name}_weights.js"
    target.write_text(script(name, arrays, **about), encoding="utf-8")
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size / 1e6:.2f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
