"""Small networks on US GDP: growth against smoothing, and levels out of range.

Growth: for an LSTM and a dense network, the window and the number of epochs are
chosen on the last 40 quarters before the test part; then the chosen network is
trained again on all quarters before it. Levels: one LSTM, with its scaler fitted on
the training part or on all.
"""

from __future__ import annotations

import joblib
import numpy as np
import pandas as pd

from course_utils import datasets, runtime, sequences, training

DATA = ("gdp",)
TRAIN = 189  # quarters of growth before the test part: 188 pairs
VALID = 40
SEEDS = (0, 1, 2, 3, 4)
CELLS, STEPS, UNITS = ("LSTM", "Dense"), (2, 4, 8), 8
EPOCHS, PATIENCE = 100, 20


def scale(series: pd.Series, known: int) -> pd.Series:
    """Map the range of the first ``known`` values to -1 .. 1."""
    low, high = series.iloc[:known].min(), series.iloc[:known].max()
    return 2 * (series - low) / (high - low) - 1


def growth() -> np.ndarray:
    percent = 100 * datasets.load_gdp().pct_change().iloc[1:]
    return scale(percent, TRAIN).to_numpy("float32")


def build(cell: str, steps: int):
    import keras

    if cell == "LSTM":
        body = [keras.layers.LSTM(UNITS)]
    else:
        body = [keras.layers.Flatten(), keras.layers.Dense(UNITS, activation="tanh")]
    return keras.Sequential([keras.Input((steps, 1)), *body, keras.layers.Dense(1)])


def fit(cell, steps, seed, part, epochs, validation=None, patience=None):
    runtime.set_seed(seed)
    model = build(cell, steps)
    history = training.fit(
        model,
        np.ascontiguousarray(part.x),
        part.y,
        epochs=epochs,
        batch_size=16,
        learning_rate=5e-3,
        validation=validation,
        patience=patience,
        seed=seed,
        steps_per_execution=4,
    )
    return model, history


def mse(model, part) -> float:
    forecast = model.predict_on_batch(np.ascontiguousarray(part.x))
    return float(np.mean((forecast - part.y) ** 2))


def choose(cell: str, steps: int, seed: int) -> dict:
    windows = sequences.make_windows(growth(), steps)
    train, valid, _ = sequences.split_by_target(windows, TRAIN - VALID, TRAIN)
    seen = np.ascontiguousarray(valid.x), valid.y
    model, history = fit(cell, steps, seed, train, EPOCHS, seen, PATIENCE)
    best = int(np.argmin(history["val_loss"])) + 1
    score = {"epochs": best, "valid_mse": mse(model, valid)}
    return {"task": "choose", "cell": cell, "steps": steps, "seed": seed} | score


def test(cell: str, steps: int, seed: int, epochs: int) -> dict:
    windows = sequences.make_windows(growth(), steps)
    train, unseen = sequences.split_by_target(windows, TRAIN)
    model, _ = fit(cell, steps, seed, train, epochs)
    score = {"epochs": epochs, "test_mse": mse(model, unseen)}
    return {"task": "test", "cell": cell, "steps": steps, "seed": seed} | score


def levels(scaler: str, seed: int, steps: int = 4, epochs: int = 100) -> dict:
    """Forecast GDP itself; the error is in billions of USD."""
    gdp = datasets.load_gdp()
    known = TRAIN + 1 if scaler == "train" else len(gdp)
    windows = sequences.make_windows(scale(gdp, known).to_numpy("float32"), steps)
    train, unseen = sequences.split_by_target(windows, TRAIN + 1)
    model, _ = fit("LSTM", steps, seed, train, epochs)
    half = (gdp.iloc[:known].max() - gdp.iloc[:known].min()) / 2
    score = {"epochs": epochs, "test_rmse_bn": half * mse(model, unseen) ** 0.5}
    task = f"levels, scaler on {scaler}"
    return {"task": task, "cell": "LSTM", "steps": steps, "seed": seed} | score


def run_all(function, jobs: list[dict]) -> pd.DataFrame:
    calls = (joblib.delayed(function)(**job) for job in jobs)
    return pd.DataFrame(joblib.Parallel(n_jobs=2)(calls))


def run() -> pd.DataFrame:
    grid = [
        {"cell": cell, "steps": steps, "seed": seed}
        for cell in CELLS
        for steps in STEPS
        for seed in SEEDS[:3]
    ]
    tried = run_all(choose, grid)
    settings = tried.groupby(["cell", "steps"])[["valid_mse", "epochs"]].mean()
    jobs = []
    for cell in CELLS:
        steps = int(settings.loc[cell]["valid_mse"].idxmin())
        epochs = round(settings.loc[(cell, steps), "epochs"])
        chosen = {"cell": cell, "steps": steps, "epochs": epochs}
        jobs += [chosen | {"seed": seed} for seed in SEEDS]
    scalers = [{"scaler": s, "seed": seed} for s in ("train", "all") for seed in SEEDS]
    return pd.concat([tried, run_all(test, jobs), run_all(levels, scalers)])


def results(table: pd.DataFrame) -> dict[str, float]:
    tested = table[table["task"] == "test"].groupby("cell")["test_mse"].mean()
    return {
        "sequences.gdp.lstm": tested["LSTM"],
        "sequences.gdp.dense": tested["Dense"],
    }
