"""Training loops that every lab shares: schedules, seeds, a quiet progress bar.

Keras 3 only, so that it runs on each of its backends. Keras is imported when a
function is called, not when this module is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from course_utils import runtime

if TYPE_CHECKING:
    import keras

__all__ = ["LearningRateTest", "find_learning_rate", "fit", "learning_rate_schedule"]

_SCHEDULES = ("constant", "cosine", "one_cycle")


def learning_rate_schedule(
    name: str, peak: float, steps: int
) -> float | keras.optimizers.schedules.LearningRateSchedule:
    """Plan the learning rate over a whole training.

    Parameters
    ----------
    name
        ``"constant"``; ``"cosine"``, from the peak down to a hundredth of it along
        half a cosine wave; or ``"one_cycle"``, a straight climb from a 25th of the
        peak during the first 30 % of the steps, then the cosine.
    peak
        Highest learning rate.
    steps
        Number of updates of the whole training.

    Returns
    -------
    float or keras.optimizers.schedules.LearningRateSchedule
        What a Keras optimizer takes as its ``learning_rate``.

    Raises
    ------
    ValueError
        If the name is unknown, or peak or steps are not positive.

    References
    ----------
    Smith, "A disciplined approach to neural network hyper-parameters",
    arXiv:1803.09820 (2018); Loshchilov and Hutter, "SGDR", arXiv:1608.03983 (2016).
    """
    if name not in _SCHEDULES:
        raise ValueError(f"schedule is one of {', '.join(_SCHEDULES)}; got {name!r}.")
    if peak <= 0 or steps < 1:
        raise ValueError(
            f"The peak must be positive and steps at least 1, got {peak} and {steps}."
        )
    if name == "constant":
        return peak
    from keras.optimizers.schedules import CosineDecay

    if name == "cosine":
        return CosineDecay(peak, steps, alpha=0.01)
    climb = max(1, round(0.3 * steps))
    return CosineDecay(
        peak / 25,
        max(1, steps - climb),
        alpha=0.01,
        warmup_target=peak,
        warmup_steps=climb,
    )


def fit(
    model: keras.Model,
    x: np.ndarray,
    y: np.ndarray,
    *,
    epochs: int,
    batch_size: int = 32,
    learning_rate: float = 1e-3,
    schedule: str = "constant",
    loss: object = "mse",
    metrics: tuple = (),
    validation: tuple[np.ndarray, np.ndarray] | None = None,
    patience: int | None = None,
    clip_norm: float | None = 1.0,
    seed: int = 0,
    steps_per_execution: int = 1,
) -> dict[str, list[float]]:
    """Train a Keras model with Adam and return its losses.

    The number of updates is fixed by ``epochs`` and ``batch_size``, never by the
    clock, so that a slow machine gets the same model as a fast one. A progress bar
    is drawn for a person and for nobody else.

    Parameters
    ----------
    model
        Built and uncompiled; it is compiled here, from a fresh optimizer.
    x
        Inputs, shape ``(n, ...)``.
    y
        Targets, shape ``(n, ...)``.
    epochs
        Passes over the data.
    batch_size
        Examples an update.
    learning_rate, schedule
        The peak, and how the rate moves; see `learning_rate_schedule`.
    loss, metrics
        Anything ``keras.Model.compile`` takes.
    validation
        ``(x, y)`` to score after each epoch; never trained on.
    patience
        Stop after this many epochs without a better validation loss, and go back
        to the best weights. ``None`` trains to the end.
    clip_norm
        Largest norm of the gradient of all weights together; ``None`` for no limit.
    seed
        Of the order of the examples and of dropout. The initial weights were drawn
        before: call ``runtime.set_seed`` before building the model.
    steps_per_execution
        Updates between two returns to Python; 16 speeds up models that need less
        than 2 ms an update. PyTorch takes 1 only: see ``runtime.updates_at_once``.

    Returns
    -------
    dict
        ``"loss"`` and, where asked for, ``"val_loss"`` and the metrics: one value
        an epoch.

    Raises
    ------
    ValueError
        If ``patience`` is given without validation data, or x and y differ in
        length.
    """
    if len(x) != len(y):
        raise ValueError(f"There are {len(x)} inputs but {len(y)} targets.")
    if patience is not None and validation is None:
        raise ValueError("Early stopping (patience) needs validation data.")
    import keras

    steps = epochs * math.ceil(len(x) / batch_size)
    rate = learning_rate_schedule(schedule, learning_rate, steps)
    model.compile(
        optimizer=keras.optimizers.Adam(rate, global_clipnorm=clip_norm),
        loss=loss,
        metrics=list(metrics),
        steps_per_execution=steps_per_execution,
    )
    runtime.set_seed(seed)
    callbacks = [_progress_bar(epochs)] if runtime.is_interactive() else []
    if patience is not None:
        callbacks.append(
            keras.callbacks.EarlyStopping(
                monitor="val_loss", patience=patience, restore_best_weights=True
            )
        )
    history = model.fit(
        x,
        y,
        epochs=epochs,
        batch_size=batch_size,
        validation_data=validation,
        callbacks=callbacks,
        verbose=0,
    )
    return history.history


def _progress_bar(epochs: int) -> keras.callbacks.Callback:
    import keras
    from tqdm.auto import tqdm

    bar = tqdm(total=epochs, unit="epoch", leave=False)

    def advance(_epoch: int, logs: dict[str, float]) -> None:
        bar.set_postfix({name: f"{value:.4g}" for name, value in logs.items()})
        bar.update()

    return keras.callbacks.LambdaCallback(
        on_epoch_end=advance, on_train_end=lambda _logs: bar.close()
    )


@dataclass(frozen=True)
class LearningRateTest:
    """Losses seen while the learning rate was raised step by step.

    Attributes
    ----------
    rates
        Shape ``(steps,)``; the losses are smoothed.
    losses
        Shape ``(steps,)``; the losses are smoothed.
    """

    rates: np.ndarray
    losses: np.ndarray

    @property
    def suggestion(self) -> float:
        """A tenth of the rate at which the loss was lowest."""
        return float(self.rates[int(np.argmin(self.losses))] / 10)


def find_learning_rate(
    model: keras.Model,
    x: np.ndarray,
    y: np.ndarray,
    *,
    loss: object = "mse",
    lowest: float = 1e-5,
    highest: float = 1.0,
    steps: int = 100,
    batch_size: int = 32,
    seed: int = 0,
    smoothing: float = 0.9,
) -> LearningRateTest:
    """Raise the learning rate a little with each update and watch the loss.

    The loss falls, then explodes; a good rate lies about ten times below the one of
    the lowest loss. The model's weights are put back afterwards.

    Parameters
    ----------
    model
        Built; compiled here.
    x, y
        Training examples, shape ``(n, ...)``.
    loss
        As for Keras.
    lowest, highest
        Range of the rates, visited on a logarithmic scale.
    steps
        Number of updates.
    batch_size, seed
        Of the batches.
    smoothing
        Weight of the past in the running average of the loss, 0 to 1.

    Returns
    -------
    LearningRateTest
        Shorter than ``steps`` if the loss exploded (beyond 4 times its lowest).

    Raises
    ------
    ValueError
        If the range is empty or ``steps`` is below 2.

    References
    ----------
    Smith, "Cyclical learning rates for training neural networks",
    arXiv:1506.01186 (2015).
    """
    if not 0 < lowest < highest or steps < 2:
        raise ValueError(
            f"Need 0 < lowest < highest and at least 2 steps; got {lowest}, "
            f"{highest}, {steps}."
        )
    import keras

    before = model.get_weights()
    rates = np.geomspace(lowest, highest, steps)
    model.compile(keras.optimizers.Adam(lowest), loss)
    generator = np.random.default_rng(seed)
    smoothed, average = [], 0.0
    for step, rate in enumerate(rates):
        chosen = generator.integers(0, len(x), batch_size)
        model.optimizer.learning_rate = rate
        latest = float(model.train_on_batch(x[chosen], y[chosen]))
        if not math.isfinite(latest):
            break
        # train_on_batch reports the mean of all batches so far unless it is reset.
        model.reset_metrics()
        average = smoothing * average + (1 - smoothing) * latest
        smoothed.append(average / (1 - smoothing ** (step + 1)))
        if smoothed[-1] > 4 * min(smoothed):
            break
    model.set_weights(before)
    return LearningRateTest(rates[: len(smoothed)], np.array(smoothed))
