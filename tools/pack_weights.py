"""Pack a trained network's weights for the browser: 16-bit numbers in a script.

    python -m tools.pack_weights shakespeare
    python -m tools.pack_weights mnist

Trains the network of the lab as the first run of its experiment does, some minutes,
and writes its script.

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

from tools import environment
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


def trained(name: str) -> tuple[list[np.ndarray], dict[str, object]]:
    """Train a lab's network from seed 0; return its weights and what goes with them."""
    if name == "mnist":
        from experiments import _mnist as mnist
        from experiments._mnist_chosen import CHOSEN

        model = mnist.train("LSTM", mnist.parts()["train"], 0, **CHOSEN)
        return model.get_weights(), {}
    from experiments import _shakespeare as plays
    from experiments._shakespeare_chosen import BUILD, TRAIN

    parts, vocabulary = plays.parts()
    codes = np.concatenate([parts["train"], parts["valid"]])
    model = plays.fresh(0, len(vocabulary), **BUILD)
    plays.train(codes, model, 0, **TRAIN)
    return model.get_weights(), {"vocabulary": list(vocabulary.symbols)}


def main() -> int:
    name = sys.argv[1] if len(sys.argv) == 2 else ""
    if name not in ("shakespeare", "mnist"):
        print(__doc__, file=sys.stderr)
        return 2
    environment.settle()
    arrays, about = trained(name)
    target = FOLDER / f"{name}_weights.js"
    text = script(name, named(arrays), epsilon=1e-3, **about)
    target.write_text(text, encoding="utf-8")
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size / 1e6:.2f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
