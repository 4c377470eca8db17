"""Which cell? Four kinds of network on four tasks, at equal units and equal parameters.

*Recall* over 20 and over 40 steps: one of four symbols comes first, marked, then others
of the same four; after the last step the marked one is asked for. *Local*: a series
whose next value is a bent function of the last three and noise of known size. *Energy*:
33 days of German electricity consumption in, the next day out, years split in time.

Each network is trained with the learning rate that does best on the validation part
for two seeds that are not used again, chosen for its kind at equal parameters, and kept
at the look at the validation part that was best. The test part is scored once.
"""

from __future__ import annotations

import math
import time

import joblib
import numpy as np
import pandas as pd

from course_utils import datasets, runtime, sequences

DATA = ("energy",)
SEEDS, CHOICE_SEEDS = (0, 1, 2, 3, 4), (100, 101)
RATES = (0.003, 0.01)
UNITS = 24  # and the parameters of an LSTM with so many
SIZE, DILATIONS = 3, (1, 2, 4, 8)  # of the convolutions: a field of 31 steps
STEPS, SOLVED = 33, 0.995
NOISE = 0.3  # of the local series: no forecast can have a smaller RMSE, but by luck
FIELDS = ("task", "examples", "cell", "equal")

# Updates in all, looks at the validation part (at least 3), batch.
PLANS = {
    "recall 20": (600, 12, 32),
    "recall 40": (900, 12, 32),
    "local": (800, 10, 64),
    "energy": (1200, 12, 64),
}
SMALL, SMALL_TASKS = (200, 800), ("local", "energy")  # training examples
SMALL_PLAN = (600, 12, 32)

# Kind, and the bias of the gate that keeps; None is as it comes from Keras.
CELLS = {
    "SimpleRNN": ("SimpleRNN", None),
    "LSTM": ("LSTM", None),
    "GRU": ("GRU", None),
    "Conv1D": ("Conv1D", None),
    "LSTM, bias 3": ("LSTM", 3.0),
    "GRU, bias 3": ("GRU", 3.0),
    "Conv1D, pooled": ("Conv1D", None),
}
PLAIN = ("SimpleRNN", "LSTM", "GRU", "Conv1D")


def recall(count: int, distance: int, generator: np.random.Generator):
    """Draw x (count, distance + 1, 5), four symbols and the mark, and y (count,)."""
    symbols = generator.integers(0, 4, (count, distance + 1))
    marks = np.zeros((count, distance + 1, 1))
    marks[:, 0] = 1
    x = np.concatenate([np.eye(4)[symbols], marks], axis=2)
    return x.astype("float32"), symbols[:, 0]


def rule(one: float, two: float, three: float) -> float:
    """Give the expected next value from the last one, two back and three back."""
    return 1.6 * math.sin(2.2 * one) * math.cos(1.5 * three) + 0.4 * two


def local_series(n: int, generator: np.random.Generator) -> np.ndarray:
    """Draw n values, each the rule's and noise."""
    noise = NOISE * generator.normal(size=n + 50)
    series = list(noise[:3])
    for step in range(3, n + 50):
        series.append(rule(series[-1], series[-2], series[-3]) + noise[step])
    return np.array(series[50:], dtype="float32")  # without the start


def parts_of(task: str, examples: int, seed: int) -> list[tuple]:
    """Return (x, y) for training, validation and test."""
    updates, _, batch = PLANS[task]
    generator = np.random.default_rng([seed, list(PLANS).index(task)])
    if task.startswith("recall"):
        distance = int(task.split()[1])
        counts = (examples or updates * batch, 1000, 4000)
        return [recall(count, distance, generator) for count in counts]
    if task == "local":
        series = local_series(3200 + 1000 + 4000 + STEPS, generator)
        windows = sequences.make_windows(series, STEPS)
        edges = (STEPS + 3200, STEPS + 3200 + 1000)
    else:
        consumption = datasets.load_energy()["consumption"]
        known = consumption[:"2014"]
        scaled = (consumption - known.mean()) / known.std()
        windows = sequences.make_windows(scaled.astype("float32"), STEPS)
        edges = ("2015", "2016")
    train, *others = sequences.split_by_target(windows, *edges)
    train = train[-examples:] if examples else train  # the latest before the others
    return [(np.ascontiguousarray(part.x), part.y) for part in (train, *others)]


def scale_of(task: str) -> float:
    """Turn a score into percent or GWh."""
    if task == "energy":
        return float(datasets.load_energy()["consumption"][:"2014"].std())
    return 1.0 if task == "local" else 100.0


def weights_of(kind: str, features: int, units: int) -> int:
    """Count the weights of the layers between the input and the dense one."""
    if kind == "Conv1D":
        inputs = (features, *[units] * (len(DILATIONS) - 1))
        return sum((SIZE * n + 1) * units for n in inputs)
    blocks = {"SimpleRNN": 1, "LSTM": 4, "GRU": 3}[kind]
    rows = 2 if kind == "GRU" else 1  # of biases; Keras' GRU resets after the product
    return blocks * units * (features + units + rows)


def units_of(kind: str, equal: str, features: int) -> int:
    """UNITS, or as many as come nearest to the weights of the LSTM with UNITS."""
    if equal == "units":
        return UNITS
    budget = weights_of("LSTM", features, UNITS)
    return min(range(1, 200), key=lambda n: abs(weights_of(kind, features, n) - budget))


def build(cell: str, equal: str, steps: int, features: int, outputs: int, seed: int):
    """The layers that read, then one dense layer; Keras' own kinds of start.

    Each array gets a seed of its own: on a cluster, other threads of a worker draw
    from Python's global generator, between a global seed and the layer it is for.
    """
    import keras
    from keras import initializers, layers

    kind, bias = CELLS[cell]
    units = units_of(kind, equal, features)
    seeds = iter(np.random.default_rng([seed, 11]).integers(1, 2**31 - 1, 9).tolist())

    def kernel():
        return {"kernel_initializer": initializers.GlorotUniform(seed=next(seeds))}

    if kind == "Conv1D":
        look = {"padding": "causal", "activation": "relu"}
        body = [
            layers.Conv1D(units, SIZE, dilation_rate=d, **look, **kernel())
            for d in DILATIONS
        ]
        last = [layers.Cropping1D((steps - 1, 0)), layers.Flatten()]
        body += [layers.GlobalMaxPooling1D()] if "pooled" in cell else last
    else:
        start = kernel() | {
            "recurrent_initializer": initializers.Orthogonal(seed=next(seeds))
        }
        body = [getattr(layers, kind)(units, **start)]
    model = keras.Sequential(
        [keras.Input((steps, features)), *body, layers.Dense(outputs, **kernel())]
    )
    if bias is not None:
        kernel, recurrent_kernel, biases = body[0].get_weights()
        if kind == "LSTM":
            biases[units : 2 * units] = bias  # i, f, g, o
        else:
            biases[0, :units] = bias  # z, r, candidate; Keras' z keeps
        body[0].set_weights([kernel, recurrent_kernel, biases])
    return model


def loss_of(answer: np.ndarray, y: np.ndarray) -> float:
    """Cross-entropy of logits, or mean squared error."""
    if y.ndim == 2:
        return float(np.mean((answer - y) ** 2))
    z = answer.astype("float64") - answer.max(axis=1, keepdims=True)
    log_probability = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return float(-log_probability[np.arange(len(y)), y].mean())


def score_of(answer: np.ndarray, y: np.ndarray) -> float:
    """Share of right answers, or root mean squared error in scaled units."""
    if y.ndim == 1:
        return float((answer.argmax(axis=1) == y).mean())
    return float(np.sqrt(np.mean((answer - y) ** 2)))


def several(
    task: str,
    examples: int,
    cell: str,
    equal: str,
    trials: list[tuple[int, float]],
    part: str = "main",
    plan: tuple[int, int, int] | None = None,
) -> list[dict]:
    """Train one network again and again, for pairs of a seed and a learning rate."""
    import keras

    runtime.start()
    keras.utils.clear_session()
    (x, y), *_ = parts_of(task, examples, trials[0][0])
    outputs = 4 if y.ndim == 1 else 1
    shape = (cell, equal, *x.shape[1:], outputs)
    model = build(*shape, seed=0)
    loss = "mse"
    if outputs == 4:
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    plan = plan or (SMALL_PLAN if examples else PLANS[task])
    adam = keras.optimizers.Adam(RATES[0], global_clipnorm=1.0)
    together = math.gcd(plan[0] // plan[1], 100)  # updates between returns to Python
    model.compile(adam, loss, steps_per_execution=together)
    adam.build(model.trainable_variables)
    # Compiling takes as long as hundreds of updates: compile once, then start afresh.
    fresh = [keras.ops.convert_to_numpy(v) for v in adam.variables]
    rows = []
    for seed, rate in trials:
        model.set_weights(build(*shape, seed=seed).get_weights())
        for variable, value in zip(adam.variables, fresh, strict=True):
            variable.assign(value)
        row = dict(zip(FIELDS, (task, examples, cell, equal), strict=True))
        row |= {"part": part, "seed": seed, "learning_rate": rate}
        row |= {"units": units_of(CELLS[cell][0], equal, x.shape[2])}
        row |= {"parameters": model.count_params()}
        row |= train(model, parts_of(task, examples, seed), seed, rate, plan)
        row["test_score"] *= scale_of(task)
        rows.append(row)
    return rows


def train(model, parts: list[tuple], seed: int, rate: float, plan: tuple) -> dict:
    """Train for some updates, and keep the look that was best on validation."""
    (x, y), valid, test = parts
    updates, looks, batch = plan
    generator = np.random.default_rng([seed, 7])
    chunk = updates // looks * batch  # examples between two looks
    rounds = math.ceil(looks * chunk / len(x))
    order = np.concatenate([generator.permutation(len(x)) for _ in range(rounds)])
    best, best_at, seconds, done = math.inf, 0, [], 0
    for look in range(looks):
        # Up to the peak at the third look, then down along a cosine.
        fall = 0.5 * (1 + math.cos(math.pi * max(0, look - 2) / (looks - 2)))
        model.optimizer.learning_rate = rate * min((look + 1) / 3, max(0.02, fall))
        chosen = order[look * chunk : (look + 1) * chunk]
        began = time.perf_counter()
        model.fit(x[chosen], y[chosen], batch_size=batch, shuffle=False, verbose=0)
        seconds.append(time.perf_counter() - began)
        done += chunk // batch
        answer = model.predict_on_batch(valid[0])
        loss = loss_of(answer, valid[1])
        if loss < best:
            best, best_at, weights = loss, done, model.get_weights()
        if y.ndim == 1 and score_of(answer, valid[1]) >= SOLVED:
            break
    model.set_weights(weights)
    row = {"updates": done, "best_at": best_at, "valid_loss": best}
    row["test_score"] = score_of(model.predict_on_batch(test[0]), test[1])
    row["ms_per_update"] = 1000 * min(seconds) / (chunk // batch)
    return row


def run_all(jobs: list[dict]) -> pd.DataFrame:
    """Two networks at a time, or as many as a cluster has workers; long ones first."""
    jobs = sorted(jobs, key=lambda job: -PLANS[job["task"]][0])
    calls = (joblib.delayed(several)(**job) for job in jobs)
    found = joblib.Parallel(n_jobs=2, verbose=50)(calls)
    return pd.DataFrame([row for rows in found for row in rows])


def grid() -> list[dict]:
    """The rows of the table, but for seeds and rates."""
    long = ("recall 20", "recall 40")
    rows = [
        (task, 0, cell, equal)
        for task in PLANS
        for cell in CELLS
        for equal in ("parameters", "units")
        if (equal == "parameters" or cell in PLAIN and cell != "LSTM")
        and (cell != "Conv1D, pooled" or task in long)
    ]
    rows += [
        (task, examples, cell, "parameters")
        for task in SMALL_TASKS
        for examples in SMALL
        for cell in PLAIN
    ]
    return [dict(zip(FIELDS, row, strict=True)) for row in rows]


def chosen_rates(choice: pd.DataFrame) -> dict[tuple, float]:
    """The rate of the lowest mean validation loss, for a kind on a task."""
    keys = ["task", "examples", "cell"]
    means = choice.groupby([*keys, "learning_rate"])[["valid_loss", "updates"]].mean()
    best = means.sort_values(["valid_loss", "updates"]).reset_index()
    return best.groupby(keys)["learning_rate"].first().to_dict()


def run() -> pd.DataFrame:
    tried = [(seed, rate) for seed in CHOICE_SEEDS for rate in RATES]
    choice = run_all(
        [
            {**row, "trials": tried, "part": "choice"}
            for row in grid()
            if row["equal"] == "parameters"
        ]
    )
    rates = chosen_rates(choice)
    main = run_all(
        [
            {
                **row,
                "trials": [(seed, rates[tuple(row.values())[:3]]) for seed in SEEDS],
            }
            for row in grid()
        ]
    )
    table = pd.concat([choice, main], ignore_index=True)
    order = ["part", *FIELDS, "learning_rate", "seed"]
    return table.sort_values(order, ignore_index=True)


def results(table: pd.DataFrame) -> dict[str, float]:
    main = table[(table["part"] == "main") & (table["equal"] == "parameters")]
    means = main.groupby(["task", "examples", "cell"])["test_score"].mean()
    short = {"SimpleRNN": "simple_rnn", "LSTM": "lstm", "GRU": "gru", "Conv1D": "conv"}
    found = {
        f"choosing.{task.replace(' ', '_')}.{short[cell]}": means[task, 0, cell]
        for task in PLANS
        for cell in PLAIN
    }
    found |= {
        "choosing.recall_40.lstm_bias_3": means["recall 40", 0, "LSTM, bias 3"],
        "choosing.recall_40.gru_bias_3": means["recall 40", 0, "GRU, bias 3"],
        "choosing.recall_40.conv_pooled": means["recall 40", 0, "Conv1D, pooled"],
    }
    for task in SMALL_TASKS:
        for cell in ("LSTM", "GRU"):
            found[f"choosing.{task}_200.{short[cell]}"] = means[task, 200, cell]
    return found
