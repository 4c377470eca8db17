"""Exercises of the chapter "Optimizers": answers and slips."""

from __future__ import annotations

import numpy as np

from course_utils import scratch

from .checking import Exercise, Mistake

Generator = np.random.Generator


def _moving(generator: Generator) -> tuple:
    parameter, velocity, gradient = generator.normal(size=(3, 4))
    return parameter, velocity, gradient, 0.1, 0.9


def _momentum(parameter, velocity, gradient, learning_rate, momentum):
    optimizer, theta = (
        scratch.Momentum(learning_rate, momentum),
        {"p": parameter.copy()},
    )
    optimizer.state = {"velocity": {"p": velocity.copy()}}
    optimizer.step(theta, {"p": gradient})
    return theta["p"], optimizer.state["velocity"]["p"]


def _plain_step(parameter, velocity, gradient, learning_rate, momentum):
    return parameter - learning_rate * gradient, momentum * velocity


def _old_velocity(parameter, velocity, gradient, learning_rate, momentum):
    new = _momentum(
        parameter.copy(), velocity.copy(), gradient, learning_rate, momentum
    )
    return parameter + velocity, new[1]


def _adam_inputs(generator: Generator) -> tuple:
    # Far from zero, where the place of the 1e-7 in the formula would matter.
    gradients = generator.uniform(0.3, 2, (5, 4)) * generator.choice([-1, 1], (5, 4))
    gradients[:, 0] = 0  # without it: zero by zero
    return generator.normal(size=4), list(gradients), 0.01


def _adam(parameter, gradients, learning_rate):
    optimizer, theta = (
        scratch.Adam(learning_rate, epsilon=1e-7),
        {"p": parameter.copy()},
    )
    for gradient in gradients:
        optimizer.step(theta, {"p": gradient})
    return theta["p"]


def _faulty_adam(parameter, gradients, learning_rate, slip):
    mean, square = np.zeros_like(parameter), np.zeros_like(parameter)
    for count, gradient in enumerate(gradients, start=1):
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        m, v = mean / (1 - 0.9**count), square / (1 - 0.999**count)
        if slip == "no correction":
            m, v = mean, square
        if slip == "only the mean":
            v = square
        below = v if slip == "no root" else np.sqrt(v)
        parameter = parameter - learning_rate * m / (below + 1e-7)
    return parameter


def _steps(examples, batch_size, epochs):
    return sum(1 for _ in range(epochs) for _ in range(0, examples, batch_size))


EXERCISES = (
    Exercise(
        id="optimizers.steps",
        task="how many steps a training takes",
        ability="tell step, batch and epoch apart",
        minutes=5,
        hint="How many batches make an epoch, if the last one may be smaller?",
        inputs=lambda generator: (
            int(generator.integers(50, 90)) * 2 + 1,
            2 * int(generator.integers(2, 9)),
            int(generator.integers(3, 9)),
        ),
        outputs=("steps",),
        solution=_steps,
        mistakes=(
            Mistake(
                "The last batch of an epoch is smaller, but it is a batch: round up.",
                lambda examples, batch_size, epochs: examples // batch_size * epochs,
            ),
            Mistake(
                "That is one epoch.",
                lambda examples, batch_size, epochs: _steps(examples, batch_size, 1),
            ),
            Mistake(
                "A batch does not reach into the next epoch: round up once an epoch, "
                "not once in the end.",
                lambda examples, batch_size, epochs: (
                    -(-examples * epochs // batch_size)
                ),
            ),
        ),
    ),
    Exercise(
        id="optimizers.momentum",
        task="one step with momentum",
        ability="write an optimizer with a memory",
        minutes=5,
        hint="The new velocity is the old one, shortened, minus the learning rate "
        "times the gradient. The parameter moves by the new velocity.",
        inputs=_moving,
        outputs=("parameter", "velocity"),
        solution=_momentum,
        mistakes=(
            Mistake(
                "The parameter moves by the old velocity; the gradient of this step "
                "comes too late.",
                _old_velocity,
            ),
            Mistake(
                "That is a step of plain gradient descent: the velocity is computed "
                "and not used.",
                _plain_step,
            ),
            Mistake(
                "The gradient is added to the velocity. It points uphill.",
                lambda p, v, g, rate, share: _momentum(p, v, -g, rate, share),
            ),
            Mistake(
                "The learning rate is missing.",
                lambda p, v, g, rate, share: _momentum(p, v, g, 1.0, share),
            ),
        ),
    ),
    Exercise(
        id="optimizers.adam",
        task="several steps of Adam",
        ability="write Adam from memory",
        minutes=20,
        hint="Two running means, of the gradient (0.9) and of its square (0.999), both "
        "divided by 1 - beta**t with t = 1 in the first step; then rate times the "
        "first over the root of the second, plus 1e-7.",
        inputs=_adam_inputs,
        outputs=("parameter",),
        solution=_adam,
        mistakes=(
            Mistake(
                "The correction for starting at zero is missing: in the first steps "
                "both means are far too small.",
                lambda *given: _faulty_adam(*given, slip="no correction"),
            ),
            Mistake(
                "Only the mean is corrected. The squares start at zero, too.",
                lambda *given: _faulty_adam(*given, slip="only the mean"),
            ),
            Mistake(
                "You divide by the mean square. Its root has the gradient's unit.",
                lambda *given: _faulty_adam(*given, slip="no root"),
            ),
        ),
    ),
)
