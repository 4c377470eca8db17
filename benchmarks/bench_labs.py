"""Train the network of each lab: updates a second, by backend, as ratios in one run.

    python -m benchmarks.bench_labs [--record] [--rounds N]

The yardsticks are a training loop written by hand in PyTorch, with its fused recurrent
layers, and the machine's own matrix product. Each backend works in a process of its
own, from the environments that `make test-backends` sets up; where one is missing it is
left out. The processes take turns, network by network and round by round, so that a
busy machine slows all of them alike. ``--record`` keeps the table for the book.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.bench_energy import product_rate
from tools.environment import ONE_THREAD
from tools.provenance import ROOT

UPDATES = 32
GATES = {"SimpleRNN": 1, "LSTM": 4, "GRU": 3}


@dataclass(frozen=True)
class Network:
    """One recurrent layer, what it reads, and what it gives."""

    cell: str
    units: int
    batch: int
    steps: int
    features: int  # numbers a step, or the size of the embedding
    outputs: int = 1
    filters: int = 0  # of a convolution before the layer
    symbols: int = 0  # codes instead of numbers, and a guess at every step

    def operations(self) -> float:
        """Operations of one update: forward, and twice that backward."""
        reads = self.filters or self.features
        cell = GATES[self.cell] * self.units * (reads + self.units)
        each = cell + 3 * self.filters * self.features
        places = self.steps if self.symbols else 1
        head = places * self.units * self.outputs
        return 6 * self.batch * (self.steps * each + head)

    def data(self, updates: int) -> tuple[np.ndarray, np.ndarray]:
        """Random inputs and targets of so many updates."""
        generator, count = np.random.default_rng(0), self.batch * updates
        if self.symbols:
            codes = generator.integers(0, self.symbols, (count, self.steps))
            return codes.astype("int32"), codes.astype("int32")
        x = generator.normal(size=(count, self.steps, self.features))
        if self.outputs > 1:
            y = generator.integers(0, self.outputs, count).astype("int32")
        else:
            y = generator.normal(size=(count, 1)).astype("float32")
        return x.astype("float32"), y


NETWORKS = {
    "energy, SimpleRNN(64)": Network("SimpleRNN", 64, 64, 33, 13),
    "energy, GRU(64)": Network("GRU", 64, 64, 33, 13),
    "Bitcoin, Conv1D(8) and LSTM(16)": Network("LSTM", 16, 128, 29, 1, filters=8),
    "MNIST, LSTM(64)": Network("LSTM", 64, 64, 28, 28, outputs=10),
    "MNIST, LSTM(128)": Network("LSTM", 128, 128, 28, 28, outputs=10),
    "Shakespeare, GRU(192)": Network("GRU", 192, 32, 100, 64, outputs=65, symbols=65),
}


@dataclass(frozen=True)
class Way:
    """A backend, and what is set."""

    backend: str
    settings: dict = field(default_factory=dict)  # of `compile`
    variables: dict = field(default_factory=dict)  # of the process

    def worker(self) -> tuple:
        """Name the process that trains in this way; several ways may share one."""
        return self.backend, *self.variables.items()


WAYS = {
    "TensorFlow": Way("tensorflow"),
    "TensorFlow, one thread": Way("tensorflow", variables=ONE_THREAD),
    "TensorFlow, 16 updates at once": Way("tensorflow", {"steps_per_execution": 16}),
    "TensorFlow, XLA": Way("tensorflow", {"jit_compile": True}),
    "TensorFlow, one thread, 16 updates at once": Way(
        "tensorflow", {"steps_per_execution": 16}, ONE_THREAD
    ),
    "JAX": Way("jax"),
    "PyTorch": Way("torch"),
    "PyTorch by hand": Way("torch", {"by_hand": True}),
}
YARDSTICK = "PyTorch by hand"


def keras_trainer(network: Network, **settings: object):
    """Return a function that trains for `UPDATES` updates with Keras."""
    import keras
    from keras import layers

    from course_utils import runtime

    runtime.set_seed(0)
    shape = (network.steps,) if network.symbols else (network.steps, network.features)
    parts = [keras.Input(shape, dtype="int32" if network.symbols else "float32")]
    if network.symbols:
        parts.append(layers.Embedding(network.symbols, network.features))
    if network.filters:
        parts.append(
            layers.Conv1D(network.filters, 3, padding="same", activation="relu")
        )
    layer = getattr(layers, network.cell)
    parts.append(layer(network.units, return_sequences=bool(network.symbols)))
    model = keras.Sequential([*parts, layers.Dense(network.outputs)])
    loss = "mse"
    if network.outputs > 1:
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    adam = keras.optimizers.Adam(1e-3, global_clipnorm=1.0)
    model.compile(adam, loss, **settings)
    x, y = network.data(UPDATES)
    return lambda: model.fit(x, y, batch_size=network.batch, verbose=0)


def torch_trainer(network: Network):
    """Return a function that does the same in PyTorch, without Keras."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    reads = network.filters or network.features
    kind = {"SimpleRNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}[network.cell]
    layer = kind(reads, network.units, batch_first=True)
    head = nn.Linear(network.units, network.outputs)
    front = nn.Identity()
    if network.symbols:
        front = nn.Embedding(network.symbols, network.features)
    if network.filters:
        front = nn.Conv1d(network.features, network.filters, 3, padding="same")
    weights = [*front.parameters(), *layer.parameters(), *head.parameters()]
    adam = torch.optim.Adam(weights, 1e-3)
    loss = nn.CrossEntropyLoss() if network.outputs > 1 else nn.MSELoss()
    x, y = (torch.from_numpy(part) for part in network.data(UPDATES))

    def forward(block):
        if network.filters:
            z = torch.relu(front(block.transpose(1, 2))).transpose(1, 2)
        else:
            z = front(block)
        states = layer(z)[0]  # (batch, steps, units)
        return head(states if network.symbols else states[:, -1])

    def run():
        for update in range(UPDATES):
            part = slice(update * network.batch, (update + 1) * network.batch)
            target = y[part].long() if network.outputs > 1 else y[part]
            answer = forward(x[part]).flatten(end_dim=-2)
            cost = loss(answer, target.flatten() if network.symbols else target)
            adam.zero_grad()
            cost.backward()
            nn.utils.clip_grad_norm_(weights, 1.0)
            adam.step()
            float(cost.detach())  # as a progress bar would

    return run


def work() -> None:
    """Answer questions: a line "column<TAB>network" in, milliseconds an update out."""
    from course_utils import runtime

    runtime.start()
    trainers = {}
    for line in sys.stdin:
        way, name = line.rstrip("\n").split("\t")
        if (way, name) not in trainers:
            settings = dict(WAYS[way].settings)
            make = torch_trainer if settings.pop("by_hand", False) else keras_trainer
            trainers[way, name] = make(NETWORKS[name], **settings)
            trainers[way, name]()  # compiles
        started = time.perf_counter()
        trainers[way, name]()
        print(1000 * (time.perf_counter() - started) / UPDATES, flush=True)


class Worker:
    """A process that trains with one backend."""

    def __init__(self, python: Path, way: Way):
        variables = {"KERAS_BACKEND": way.backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
        self.process = subprocess.Popen(
            [python, "-m", "benchmarks.bench_labs", "--worker"],
            cwd=ROOT,
            env={**os.environ, **variables, **way.variables},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, way: str, name: str) -> float:
        """Milliseconds an update."""
        self.process.stdin.write(f"{way}\t{name}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self.process.stdin.close()
        self.process.wait()


def python_of(backend: str) -> Path | None:
    """Return the Python of a backend's environment, if that is set up."""
    if backend == "tensorflow":
        return Path(sys.executable)
    from tools import backends  # which a worker does not need

    return backends.installed(backend)


def measure(rounds: int) -> tuple[dict, dict]:
    """Median milliseconds, and median ratio to the yardstick within a round."""
    workers, ways = {}, []
    for name, way in WAYS.items():
        python = python_of(way.backend)
        if python is None:
            print(f"{name}: left out; make test-backends sets its environment up")
            continue
        ways.append(name)
        if way.worker() not in workers:
            workers[way.worker()] = Worker(python, way)
    found = {(way, name): [] for way in ways for name in NETWORKS}
    for name in NETWORKS:
        for _ in range(rounds):
            for way in ways:
                found[way, name].append(workers[WAYS[way].worker()].ask(way, name))
    for worker in workers.values():
        worker.close()
    took = {key: median(values) for key, values in found.items()}
    ratios = {}
    for (way, name), values in found.items():
        if (YARDSTICK, name) in found:
            pairs = zip(values, found[YARDSTICK, name], strict=True)
            ratios[way, name] = median(a / b for a, b in pairs)
    return took, ratios


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        work()
        return
    before = product_rate(1024, 1024, 1024)
    took, ratios = measure(options.rounds)
    rate = max(before, product_rate(1024, 1024, 1024))
    print(f"matrix product, 1,024 x 1,024: {rate / 1e9:.0f} GFLOP/s")
    rows = ["network,way,ms,ratio,share"]
    for (way, name), ms in took.items():
        share = 100 * NETWORKS[name].operations() / (ms / 1000) / rate
        ratio = ratios.get((way, name), float("nan"))
        print(
            f"{name:34}{way:44}{ms:8.2f} ms, {ratio:5.1f} times the loop by hand, "
            f"{share:4.1f} % of the product's rate"
        )
        rows.append(
            f"{json.dumps(name)},{json.dumps(way)},{ms:.3g},{ratio:.3g},{share:.3g}"
        )
    if options.record:
        from tools import backends_page

        backends_page.SPEED.write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
