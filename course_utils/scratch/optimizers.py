"""Optimizers: each turns gradients into a change of the parameters.

``optimizer.step(parameters, gradients)`` takes two dictionaries with the same names
and changes the arrays of the first one **in place**, so that the layers they belong to
have learned. What an optimizer remembers between steps lies open in ``state``: a
dictionary of one array for each parameter and quantity, empty before the first step.
The updates, their defaults and the places of epsilon are those of Keras 3.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Arrays = dict[str, np.ndarray]


def _pairs(who: str, parameters: Arrays, gradients: Arrays) -> list[tuple]:
    """Return (name, parameter, gradient) for every parameter, checked."""
    if set(parameters) != set(gradients):
        raise ValueError(
            f"{who}: gradients have the names {sorted(gradients)}, expected "
            f"{sorted(parameters)}; call backward before step."
        )
    for name, parameter in parameters.items():
        gradient = gradients[name]
        if parameter.shape != gradient.shape:
            raise ValueError(
                f"{who}: the gradient of {name} has shape {gradient.shape}, expected "
                f"{parameter.shape}."
            )
        if not np.isfinite(gradient).all():
            raise ValueError(
                f"{who}: the gradient of {name} holds NaN or infinity, expected "
                "finite numbers; lower the learning rate or clip the gradients."
            )
    return [(name, p, gradients[name]) for name, p in parameters.items()]


def _remembered(
    state: dict[str, Arrays], quantity: str, name: str, like: np.ndarray, start=0.0
) -> np.ndarray:
    """Return the array of a quantity and a parameter; the first time, a fresh one."""
    arrays = state.setdefault(quantity, {})
    if name not in arrays:
        arrays[name] = np.full_like(like, start)
    return arrays[name]


class SGD:
    """Gradient descent: ``theta -= learning_rate * gradient``.

    Whether it is "stochastic" depends on what the gradient was computed from.

    Parameters
    ----------
    learning_rate : float
        Size of a step. May be changed between steps.

    Examples
    --------
    >>> theta = {"theta": np.array([1.0])}
    >>> SGD(0.1).step(theta, {"theta": np.array([2.0])})
    >>> theta
    {'theta': array([0.8])}
    """

    def __init__(self, learning_rate: float = 0.01) -> None:
        self.learning_rate = learning_rate

    def step(self, parameters: Arrays, gradients: Arrays) -> None:
        """Change the parameters in place.

        Parameters
        ----------
        parameters, gradients : dict of ndarray
            Same names, same shapes.

        Raises
        ------
        ValueError
            If names or shapes differ, or a gradient is not finite.
        """
        for _, theta, gradient in _pairs("SGD", parameters, gradients):
            theta -= self.learning_rate * gradient


class Momentum:
    """Gradient descent that keeps rolling.

    ``v = momentum * v - learning_rate * gradient``, ``theta += v``.

    Parameters
    ----------
    learning_rate : float
        Size of a step. May be changed between steps.
    momentum : float
        Share of the velocity that is left after a step.

    Attributes
    ----------
    state : dict of dict of ndarray
        velocity.

    References
    ----------
    B. T. Polyak, "Some methods of speeding up the convergence of iteration
    methods", USSR Computational Mathematics and Mathematical Physics 4, 1964.

    Examples
    --------
    >>> theta, optimizer = {"theta": np.array([1.0])}, Momentum(0.1, 0.5)
    >>> for _ in range(2):
    ...     optimizer.step(theta, {"theta": np.array([2.0])})
    >>> theta["theta"].round(6)  # 1 - 0.2 - 0.3
    array([0.5])
    """

    def __init__(self, learning_rate: float = 0.01, momentum: float = 0.9) -> None:
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.state: dict[str, Arrays] = {}

    def step(self, parameters: Arrays, gradients: Arrays) -> None:
        """Change the parameters in place.

        Parameters
        ----------
        parameters, gradients : dict of ndarray
            Same names, same shapes.

        Raises
        ------
        ValueError
            If names or shapes differ, or a gradient is not finite.
        """
        for name, theta, gradient in _pairs("Momentum", parameters, gradients):
            velocity = _remembered(self.state, "velocity", name, theta)
            velocity *= self.momentum
            velocity -= self.learning_rate * gradient
            theta += velocity


class Nesterov:
    """Momentum that looks ahead.

    ``v = momentum * v - learning_rate * gradient``, then ``theta += momentum * v -
    learning_rate * gradient``: the step that the new velocity is about to take, in
    the form of that needs the gradient at theta only.

    Parameters
    ----------
    learning_rate : float
        Size of a step. May be changed between steps.
    momentum : float
        Share of the velocity that is left after a step.

    Attributes
    ----------
    state : dict of dict of ndarray
        velocity.

    References
    ----------
    Y. Nesterov, "A method for solving the convex programming problem with
    convergence rate O(1/k^2)", Soviet Mathematics Doklady 27, 1983.

    I. Sutskever, J. Martens, G. Dahl and G. Hinton, "On the importance of
    initialization and momentum in deep learning", ICML 2013.

    Examples
    --------
    >>> theta = {"theta": np.array([1.0])}
    >>> Nesterov(0.1, 0.5).step(theta, {"theta": np.array([2.0])})
    >>> theta["theta"].round(6)  # 1 - 0.5 * 0.2 - 0.2
    array([0.7])
    """

    def __init__(self, learning_rate: float = 0.01, momentum: float = 0.9) -> None:
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.state: dict[str, Arrays] = {}

    def step(self, parameters: Arrays, gradients: Arrays) -> None:
        """Change the parameters in place.

        Parameters
        ----------
        parameters, gradients : dict of ndarray
            Same names, same shapes.

        Raises
        ------
        ValueError
            If names or shapes differ, or a gradient is not finite.
        """
        for name, theta, gradient in _pairs("Nesterov", parameters, gradients):
            velocity = _remembered(self.state, "velocity", name, theta)
            velocity *= self.momentum
            velocity -= self.learning_rate * gradient
            theta += self.momentum * velocity - self.learning_rate * gradient


class AdaGrad:
    """Smaller steps for parameters that have already moved much.

    ``s += gradient ** 2``, ``theta -= learning_rate * gradient / sqrt(s + epsilon)``.

    Parameters
    ----------
    learning_rate : float
        Size of a step. May be changed between steps.
    initial_accumulator_value : float
        Where s starts.
    epsilon : float
        Inside the root, as in Keras.

    Attributes
    ----------
    state : dict of dict of ndarray
        accumulator (s).

    References
    ----------
    J. Duchi, E. Hazan and Y. Singer, "Adaptive subgradient methods for online
    learning and stochastic optimization", JMLR 12, 2011.

    Examples
    --------
    >>> theta = {"theta": np.array([1.0])}
    >>> AdaGrad(0.1, initial_accumulator_value=0.0).step(theta, {"theta": np.ones(1)})
    >>> theta["theta"].round(6)
    array([0.9])
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
    ) -> None:
        self.learning_rate = learning_rate
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = epsilon
        self.state: dict[str, Arrays] = {}

    def step(self, parameters: Arrays, gradients: Arrays) -> None:
        """Change the parameters in place.

        Parameters
        ----------
        parameters, gradients : dict of ndarray
            Same names, same shapes.

        Raises
        ------
        ValueError
            If names or shapes differ, or a gradient is not finite.
        """
        start = self.initial_accumulator_value
        for name, theta, gradient in _pairs("AdaGrad", parameters, gradients):
            squares = _remembered(self.state, "accumulator", name, theta, start)
            squares += gradient**2
            theta -= self.learning_rate * gradient / np.sqrt(squares + self.epsilon)


class RMSprop:
    """AdaGrad that forgets: an average of recent squares in place of their sum.

    ``s = rho * s + (1 - rho) * gradient ** 2``,
    ``theta -= learning_rate * gradient / sqrt(s + epsilon)``.

    Parameters
    ----------
    learning_rate : float
        Size of a step. May be changed between steps.
    rho : float
        Share of the old average that is kept.
    epsilon : float
        Inside the root, as in Keras.

    Attributes
    ----------
    state : dict of dict of ndarray
        mean_square (s).

    References
    ----------
    T. Tieleman and G. Hinton, "Lecture 6.5: rmsprop", Coursera: Neural Networks
    for Machine Learning, 2012.

    Examples
    --------
    >>> theta = {"theta": np.array([1.0])}
    >>> RMSprop(0.1, rho=0.75).step(theta, {"theta": np.array([3.0])})
    >>> theta["theta"].round(6)  # 1 - 0.1 * 3 / sqrt(9 / 4)
    array([0.8])
    """

    def __init__(
        self, learning_rate: float = 0.001, rho: float = 0.9, epsilon: float = 1e-7
    ) -> None:
        self.learning_rate = learning_rate
        self.rho = rho
        self.epsilon = epsilon
        self.state: dict[str, Arrays] = {}

    def step(self, parameters: Arrays, gradients: Arrays) -> None:
        """Change the parameters in place.

        Parameters
        ----------
        parameters, gradients : dict of ndarray
            Same names, same shapes.

        Raises
        ------
        ValueError
            If names or shapes differ, or a gradient is not finite.
        """
        for name, theta, gradient in _pairs("RMSprop", parameters, gradients):
            mean_square = _remembered(self.state, "mean_square", name, theta)
            mean_square *= self.rho
            mean_square += (1 - self.rho) * gradient**2
            theta -= self.learning_rate * gradient / np.sqrt(mean_square + self.epsilon)


class AdaDelta:
    """RMSprop that finds its own step from the steps before.

    ``s = rho * s + (1 - rho) * gradient ** 2``,
    ``delta = gradient * sqrt(d + epsilon) / sqrt(s + epsilon)``,
    ``d = rho * d + (1 - rho) * delta ** 2``, ``theta -= learning_rate * delta``.

    Parameters
    ----------
    learning_rate : float
        Factor of a step: 1 in the original, 0.001 in Keras (slow). May be changed
        between steps.
    rho : float
        Share of the old averages that is kept.
    epsilon : float
        Inside both roots; it also starts the motion, since d starts at 0.

    Attributes
    ----------
    state : dict of dict of ndarray
        mean_square (s), mean_square_step (d).

    References
    ----------
    M. D. Zeiler, "ADADELTA: an adaptive learning rate method",
    arXiv:1212.5701, 2012.

    Examples
    --------
    >>> theta = {"theta": np.array([1.0])}
    >>> AdaDelta(1.0, rho=0.75, epsilon=1e-4).step(theta, {"theta": np.array([2.0])})
    >>> theta["theta"].round(4)  # 1 - 2 * 0.01 / 1
    array([0.98])
    """

    def __init__(
        self, learning_rate: float = 0.001, rho: float = 0.95, epsilon: float = 1e-7
    ) -> None:
        self.learning_rate = learning_rate
        self.rho = rho
        self.epsilon = epsilon
        self.state: dict[str, Arrays] = {}

    def step(self, parameters: Arrays, gradients: Arrays) -> None:
        """Change the parameters in place.

        Parameters
        ----------
        parameters, gradients : dict of ndarray
            Same names, same shapes.

        Raises
        ------
        ValueError
            If names or shapes differ, or a gradient is not finite.
        """
        for name, theta, gradient in _pairs("AdaDelta", parameters, gradients):
            square = _remembered(self.state, "mean_square", name, theta)
            square_step = _remembered(self.state, "mean_square_step", name, theta)
            square *= self.rho
            square += (1 - self.rho) * gradient**2
            scale = np.sqrt(square_step + self.epsilon)
            delta = scale * gradient / np.sqrt(square + self.epsilon)
            square_step *= self.rho
            square_step += (1 - self.rho) * delta**2
            theta -= self.learning_rate * delta


class Adam:
    """Momentum and RMSprop together, corrected for starting from 0.

    ``m += (1 - beta_1) * (gradient - m)``, ``v += (1 - beta_2) * (gradient ** 2 - v)``;
    after t steps m is too small by ``1 - beta_1 ** t`` and v by ``1 - beta_2 ** t``:
    ``theta -= learning_rate * sqrt(1 - beta_2 ** t) / (1 - beta_1 ** t) * m /
    (sqrt(v) + epsilon)``.

    Parameters
    ----------
    learning_rate : float
        About the size of a step, since m / sqrt(v) is about 1. May be changed between
        steps.
    beta_1, beta_2 : float
        Shares of the old averages that are kept.
    epsilon : float
        Outside the root, and beside the uncorrected v ("epsilon hat" in), as in
        Keras.

    Attributes
    ----------
    state : dict of dict of ndarray
        first_moment (m), second_moment (v).
    steps : int
        How many there were (t).

    References
    ----------
    D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization", ICLR
    2015.

    Examples
    --------
    >>> theta = {"theta": np.array([1.0])}
    >>> Adam(0.1).step(theta, {"theta": np.array([1000.0])})
    >>> theta["theta"].round(6)  # the first step has the learning rate's size
    array([0.9])
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
    ) -> None:
        self.learning_rate = learning_rate
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.state: dict[str, Arrays] = {}
        self.steps = 0

    def step(self, parameters: Arrays, gradients: Arrays) -> None:
        """Change the parameters in place.

        Parameters
        ----------
        parameters, gradients : dict of ndarray
            Same names, same shapes.

        Raises
        ------
        ValueError
            If names or shapes differ, or a gradient is not finite.
        """
        pairs = _pairs("Adam", parameters, gradients)
        self.steps += 1
        for name, theta, gradient in pairs:
            first = _remembered(self.state, "first_moment", name, theta)
            second = _remembered(self.state, "second_moment", name, theta)
            first += (1 - self.beta_1) * (gradient - first)
            second += (1 - self.beta_2) * (gradient**2 - second)
            rate = self.learning_rate * self._correction(theta.dtype.type)
            theta -= rate * first / (np.sqrt(second) + self.epsilon)

    def _correction(self, number: type) -> float:
        """Make up for both averages having started from 0.

        It is computed in the parameter's own type, like in Keras: in float32
        ``1 - 0.999`` is wrong in its fifth digit, and two programs agree only if both
        make that error.
        """
        first = 1 - number(self.beta_1) ** number(self.steps)
        second = 1 - number(self.beta_2) ** number(self.steps)
        return float(np.sqrt(second) / first)


class AdamW:
    """Adam, with weights that shrink by themselves.

    Before Adam's step ``theta -= learning_rate * weight_decay * theta``. Added to the
    gradient instead, the decay would be divided by ``sqrt(v)`` like the rest, and large
    gradients would switch it off. As in Keras every parameter decays, biases too.

    Parameters
    ----------
    learning_rate, beta_1, beta_2, epsilon : float
        As in `Adam`.
    weight_decay : float
        Share of a weight that is lost in a step, in units of the learning rate.

    Attributes
    ----------
    adam : Adam
        The rest of the step, with its state.

    References
    ----------
    I. Loshchilov and F. Hutter, "Decoupled weight decay regularization", ICLR
    2019.

    Examples
    --------
    >>> theta = {"theta": np.array([1.0])}
    >>> AdamW(0.1, weight_decay=0.5).step(theta, {"theta": np.array([0.0])})
    >>> theta["theta"].round(6)
    array([0.95])
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
    ) -> None:
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.adam = Adam(learning_rate, beta_1, beta_2, epsilon)

    @property
    def state(self) -> dict[str, Arrays]:
        """What Adam remembers: first_moment, second_moment."""
        return self.adam.state

    def step(self, parameters: Arrays, gradients: Arrays) -> None:
        """Change the parameters in place.

        Parameters
        ----------
        parameters, gradients : dict of ndarray
            Same names, same shapes.

        Raises
        ------
        ValueError
            If names or shapes differ, or a gradient is not finite.
        """
        for _, theta, _ in _pairs("AdamW", parameters, gradients):
            theta -= self.learning_rate * self.weight_decay * theta
        # The rate may have been changed since, by a schedule.
        self.adam.learning_rate = self.learning_rate
        self.adam.step(parameters, gradients)


OPTIMIZERS: dict[str, Callable] = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adagrad": AdaGrad,
    "rmsprop": RMSprop,
    "adadelta": AdaDelta,
    "adam": Adam,
    "adamw": AdamW,
}


def clip_by_value(gradients: Arrays, limit: float) -> Arrays:
    """Cut every element of every gradient to -limit .. limit.

    This is what ``clipvalue`` means in Keras. It changes the direction of the step.

    Parameters
    ----------
    gradients : dict of ndarray
        As after `backward`.
    limit : float
        Positive.

    Returns
    -------
    dict of ndarray
        New arrays under the same names.

    Raises
    ------
    ValueError
        If the limit is not positive.

    Examples
    --------
    >>> clip_by_value({"kernel": np.array([-3.0, 0.5])}, 1.0)
    {'kernel': array([-1. ,  0.5])}
    """
    _require_positive("clip_by_value", limit)
    return {name: np.clip(g, -limit, limit) for name, g in gradients.items()}


def clip_by_norm(gradients: Arrays, limit: float) -> Arrays:
    """Shorten every gradient that is longer than `limit`, each for itself.

    This is what ``clipnorm`` means in Keras.

    Parameters
    ----------
    gradients : dict of ndarray
        As after `backward`.
    limit : float
        Largest Euclidean length of one array, positive.

    Returns
    -------
    dict of ndarray
        New arrays under the same names.

    Raises
    ------
    ValueError
        If the limit is not positive.

    Examples
    --------
    >>> clip_by_norm({"kernel": np.array([3.0, 4.0]), "bias": np.array([0.5])}, 1.0)
    {'kernel': array([0.6, 0.8]), 'bias': array([0.5])}
    """
    _require_positive("clip_by_norm", limit)
    return {
        name: g * (limit / max(float(np.sqrt((g * g).sum())), limit))
        for name, g in gradients.items()
    }


def clip_by_global_norm(gradients: Arrays, limit: float) -> Arrays:
    """Shorten all gradients together if they are longer than `limit`.

    This is what ``global_clipnorm`` means in Keras. The direction of the step stays.

    Parameters
    ----------
    gradients : dict of ndarray
        As after `backward`.
    limit : float
        Largest Euclidean length of all arrays as one vector, positive.

    Returns
    -------
    dict of ndarray
        New arrays under the same names.

    Raises
    ------
    ValueError
        If the limit is not positive.

    References
    ----------
    R. Pascanu, T. Mikolov and Y. Bengio, "On the difficulty of training
    recurrent neural networks", ICML 2013.

    Examples
    --------
    >>> clip_by_global_norm({"kernel": np.array([3.0]), "bias": np.array([4.0])}, 1.0)
    {'kernel': array([0.6]), 'bias': array([0.8])}
    """
    _require_positive("clip_by_global_norm", limit)
    scale = limit / max(global_norm(gradients), limit)
    return {name: g * scale for name, g in gradients.items()}


def global_norm(gradients: Arrays) -> float:
    """Measure the Euclidean length of all gradients as one vector.

    Parameters
    ----------
    gradients : dict of ndarray
        As after `backward`.

    Returns
    -------
    float
        The length: the number to watch when gradients vanish or explode.

    Examples
    --------
    >>> global_norm({"kernel": np.array([3.0]), "bias": np.array([4.0])})
    5.0
    """
    return float(np.sqrt(sum((g * g).sum() for g in gradients.values())))


def _require_positive(who: str, limit: float) -> None:
    if not limit > 0:
        raise ValueError(f"{who}: limit is {limit}, expected more than 0.")
