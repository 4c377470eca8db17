"""Compare the speed of the NumPy layers with Keras and PyTorch.

One forward and backward pass of SimpleRNN, LSTM and GRU on three shapes, float32, with
gradients of the input and of all weights. The three libraries take turns, repetition
by repetition, so that a busy machine slows all of them alike, and the table shows
medians of the ratios "scratch / other": 1 is equal, 2 is twice as slow.

Run ``python benchmarks/bench_scratch.py``; ``--help`` lists the options. The number of
threads has to be set before NumPy starts, so each number gets a process of its own.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

SHAPES = [((32, 33, 1), 64), ((128, 28, 28), 128), ((64, 100, 64), 256)]
KINDS = ["SimpleRNN", "LSTM", "GRU"]


def scratch_pass(kind: str, weights: list, x, weighting) -> Callable[[], object]:
    """Return a function that runs our layer forward and backward once."""
    from course_utils import scratch

    layer = getattr(scratch, kind)(weights[1].shape[0]).set_weights(weights)

    def run() -> object:
        layer.forward(x)
        return layer.backward(weighting)

    return run


def keras_pass(kind: str, units: int, x, weighting) -> tuple[list, Callable]:
    """Return Keras' drawn weights, and a function that runs its layer once."""
    import keras
    import tensorflow as tf

    layer = getattr(keras.layers, kind)(units)
    layer.build(x.shape)
    x, weighting = tf.constant(x), tf.constant(weighting)

    @tf.function
    def gradients(x, weighting):
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(layer(x) * weighting)
        return tape.gradient(loss, [x, *layer.trainable_variables])

    return layer.get_weights(), lambda: gradients(x, weighting)[0].numpy()


def torch_pass(kind: str, units: int, x, weighting) -> Callable[[], object] | None:
    """Return a function that runs PyTorch's layer once, or None without PyTorch."""
    try:
        import torch
    except ImportError:
        return None
    layer = getattr(torch.nn, {"SimpleRNN": "RNN"}.get(kind, kind))(
        x.shape[-1], units, batch_first=True
    )
    x = torch.tensor(x, requires_grad=True)
    weighting = torch.tensor(weighting)

    def run() -> object:
        x.grad = None
        layer.zero_grad()
        (layer(x)[0][:, -1] * weighting).sum().backward()
        return x.grad

    return run


def seconds(function: Callable[[], object]) -> float:
    """Time one call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def compare(kind: str, shape: tuple, units: int, repetitions: int) -> list[str]:
    """Time one layer on one shape in all libraries; return a row of the table."""
    import numpy as np

    generator = np.random.default_rng(0)
    x = generator.normal(size=shape).astype("float32")
    weighting = generator.normal(size=(shape[0], units)).astype("float32")
    weights, with_keras = keras_pass(kind, units, x, weighting)
    passes = [scratch_pass(kind, weights, x, weighting), with_keras]
    with_torch = torch_pass(kind, units, x, weighting)
    passes += [with_torch] if with_torch else []
    for run in passes:  # tracing, compiling and first allocations are not the question
        run(), run()
    times = [[seconds(run) for run in passes] for _ in range(repetitions)]
    columns = [median(column) for column in zip(*times, strict=True)]
    ratios = [median(row[0] / row[k] for row in times) for k in range(1, len(passes))]
    ratios += [float("nan")] * (2 - len(ratios))
    return [kind, f"{shape} -> {units}", f"{1000 * columns[0]:.1f}"] + [
        "-" if ratio != ratio else f"{ratio:.2f}" for ratio in ratios
    ]


def measure(threads: int, repetitions: int) -> None:
    """Print the table for this process' number of threads."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    try:
        import torch

        torch.set_num_threads(threads)
    except ImportError:
        print("PyTorch is not installed here: its column stays empty.")
    print(f"\n{threads} thread(s); median of {repetitions} alternated repetitions")
    row = "{:<10} {:<24} {:>11} {:>9} {:>9}".format
    print(
        row("layer", "(batch, steps, features)", "scratch ms", "/ Keras", "/ PyTorch")
    )
    for shape, units in SHAPES:
        for kind in KINDS:
            print(row(*compare(kind, shape, units, repetitions)), flush=True)


def main() -> None:
    """Start one process for each number of threads."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--repetitions", type=int, default=15)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        return measure(options.threads[0], options.repetitions)
    root = str(Path(__file__).resolve().parents[1])
    for threads in options.threads:
        environment = os.environ | {
            "KERAS_BACKEND": "tensorflow",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "TF_ENABLE_ONEDNN_OPTS": "0",
            "PYTHONPATH": os.pathsep.join(
                filter(None, [root, os.environ.get("PYTHONPATH")])
            ),
            "OPENBLAS_NUM_THREADS": str(threads),
            "OMP_NUM_THREADS": str(threads),
            "MKL_NUM_THREADS": str(threads),
        }
        arguments = ["--inside", "--threads", str(threads)]
        arguments += ["--repetitions", str(options.repetitions)]
        subprocess.run(
            [sys.executable, __file__, *arguments], env=environment, check=True
        )


if __name__ == "__main__":
    main()
