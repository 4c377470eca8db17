"""Train the energy lab's GRU: steps a second, against the machine's own speed.

The yardstick is the machine's matrix product: how many floating-point operations a
second it does on a product of the size that a GRU step needs, and on a large one. The
ratio says how much of that the training reaches, whatever the machine.
"""

from __future__ import annotations

import time
from statistics import median

import numpy as np

from course_utils import runtime, training

STEPS, FEATURES, UNITS, BATCH = 33, 13, 64, 64
UPDATES = 100


def product_rate(m: int, k: int, n: int, seconds: float = 1.0) -> float:
    """Floating-point operations a second of (m, k) @ (k, n), in float32."""
    a, b = np.ones((m, k), "float32"), np.ones((k, n), "float32")
    runs, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        a @ b
        runs += 1
    return 2 * m * k * n * runs / (time.perf_counter() - started)


def operations() -> float:
    """Operations of one update: three gates, forward, and twice that backward."""
    forward = 2 * BATCH * STEPS * 3 * UNITS * (FEATURES + UNITS)
    return 3 * forward


def updates_a_second(steps_per_execution: int) -> float:
    """Train once to compile, then measure."""
    import keras

    runtime.set_seed(0)
    model = keras.Sequential(
        [
            keras.Input((STEPS, FEATURES)),
            keras.layers.GRU(UNITS),
            keras.layers.Dense(1),
        ]
    )
    x = np.random.default_rng(0).normal(size=(UPDATES * BATCH, STEPS, FEATURES))
    x = x.astype("float32")
    settings = {"batch_size": BATCH, "steps_per_execution": steps_per_execution}
    training.fit(model, x, x[:, 0, :1], epochs=1, **settings)
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        model.fit(x, x[:, 0, :1], batch_size=BATCH, verbose=0)
        seconds.append(time.perf_counter() - started)
    return UPDATES / median(seconds)


def main() -> None:
    large = product_rate(1024, 1024, 1024)
    small = product_rate(BATCH, UNITS, 3 * UNITS)
    print(f"matrix product: {large / 1e9:.1f} GFLOP/s large, {small / 1e9:.1f} small")
    for steps in (1, 16):
        rate = updates_a_second(steps)
        share = rate * operations() / large
        print(
            f"GRU({UNITS}) x {STEPS} steps on {runtime.backend()}, "
            f"steps_per_execution {steps}: {rate:.0f} updates/s, "
            f"{100 * share:.0f} % of the large product's rate"
        )


if __name__ == "__main__":
    runtime.quiet_logs()
    main()
