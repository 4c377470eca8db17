"""Where the code runs, on which backend and device, and how to make it repeatable.

Standard library only, so that a notebook can call it before anything heavy is
imported.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import logging
import os
import platform
import random
import sys

__all__ = [
    "backend",
    "device",
    "is_interactive",
    "platform_name",
    "quiet_logs",
    "set_seed",
    "start",
    "under_test",
    "updates_at_once",
    "versions",
]

_BACKENDS = ("tensorflow", "jax", "torch")


def platform_name() -> str:
    """Name the place this code runs in.

    Returns
    -------
    str
        ``"colab"``, ``"binder"``, ``"ci"`` or ``"local"``.

    Examples
    --------
    >>> platform_name() in {"colab", "binder", "ci", "local"}
    True
    """
    if "COLAB_RELEASE_TAG" in os.environ or "google.colab" in sys.modules:
        return "colab"
    if "BINDER_SERVICE_HOST" in os.environ or "BINDER_REPO_URL" in os.environ:
        return "binder"
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        return "ci"
    return "local"


def under_test() -> bool:
    """Tell whether notebooks run as tests, where a failed check must raise.

    `make test` sets the environment variable ``COURSE_TEST`` to 1 for this.

    Returns
    -------
    bool
    """
    return os.environ.get("COURSE_TEST", "0") not in {"", "0"}


def is_interactive() -> bool:
    """Tell whether a person is watching: a terminal, or a notebook front end.

    A program that executes a notebook (nbclient, nbval, MyST-NB) does not let
    the kernel ask questions; JupyterLab and Colab do. A progress bar is drawn only
    in the second case, so that it never ends up in a committed output.

    Returns
    -------
    bool
    """
    if under_test():
        return False
    shell = sys.modules.get("IPython")
    shell = shell.get_ipython() if shell else None
    kernel = getattr(shell, "kernel", None)
    if kernel is not None:
        return bool(getattr(kernel, "_allow_stdin", False))
    return sys.stderr.isatty()


def backend() -> str:
    """Name the Keras backend that is in use, or that Keras would load.

    Returns
    -------
    str
        ``"tensorflow"``, ``"jax"`` or ``"torch"``.

    Raises
    ------
    ValueError
        If ``KERAS_BACKEND`` names something else.
    """
    if "keras" in sys.modules:
        return sys.modules["keras"].backend.backend()
    name = os.environ.get("KERAS_BACKEND") or "tensorflow"
    if name not in _BACKENDS:
        raise ValueError(
            f"KERAS_BACKEND is {name!r}; this book runs on one of "
            f"{', '.join(_BACKENDS)}. Set it before Keras is imported."
        )
    return name


def device() -> str:
    """Name the device that the backend computes on.

    Loads the backend if it is not loaded yet.

    Returns
    -------
    str
        ``"gpu"`` or ``"cpu"``.
    """
    name = backend()
    if name == "tensorflow":
        tensorflow = importlib.import_module("tensorflow")
        found = bool(tensorflow.config.list_physical_devices("GPU"))
    elif name == "jax":
        found = importlib.import_module("jax").default_backend() == "gpu"
    else:
        found = importlib.import_module("torch").cuda.is_available()
    return "gpu" if found else "cpu"


def updates_at_once(count: int) -> int:
    """Say how many updates Keras may do before it returns to Python.

    That is ``steps_per_execution`` of ``compile``: a small network trains faster with
    16, and to the same weights. On PyTorch, Keras refuses all but 1.

    Parameters
    ----------
    count
        How many it should be.

    Returns
    -------
    int
        The same, or 1 on PyTorch.

    Examples
    --------
    >>> 1 <= updates_at_once(16) <= 16
    True
    """
    return 1 if backend() == "torch" else count


def versions(
    *packages: str,
) -> dict[str, str]:
    """Collect the versions that a result may depend on.

    Parameters
    ----------
    *packages
        Names of installed distributions; by default Python, NumPy, pandas, Keras
        and the backend.

    Returns
    -------
    dict
        Name to version; ``"absent"`` where a package is not installed.

    Examples
    --------
    >>> versions("no-such-package")["no-such-package"]
    'absent'
    """
    names = packages or ("numpy", "pandas", "keras", *_backend_packages())
    found = {"python": platform.python_version()}
    for name in names:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "absent"
    return found


def _backend_packages() -> tuple[str, ...]:
    if backend() != "tensorflow":
        return (backend(),)
    for name in ("tensorflow-cpu", "tensorflow"):
        if _installed(name):
            return (name,)
    return ("tensorflow",)


def _installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def quiet_logs() -> None:
    """Silence TensorFlow's start-up messages; effective before its first import.

    Optimized oneDNN kernels are switched off as well: they announce themselves on
    every start, and round differently from one processor to the next. TensorFlow's
    advice on retracing, which several models in one notebook call forth, is dropped by
    a filter: in a notebook TensorFlow sets the level of its logger itself.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    for name in ("tensorflow", "absl", "jax"):
        logging.getLogger(name).setLevel(logging.ERROR)
    logging.getLogger("tensorflow").addFilter(_no_advice_on_retracing)


def _no_advice_on_retracing(record: logging.LogRecord) -> bool:
    return "triggered tf.function retracing" not in str(record.msg)


def full_precision() -> None:
    """Let a GPU multiply in full float32; effective before the backend's first import.

    Cards since 2020 by default round the factors of a float32 product to 10 bits after
    the point (TF32). Networks learn as well with it, but a layer is then no longer
    equal to its equations to 1e-5, which this book checks. Nothing changes on a CPU.
    """
    os.environ.setdefault("NVIDIA_TF32_OVERRIDE", "0")
    os.environ.setdefault("JAX_DEFAULT_MATMUL_PRECISION", "highest")


def set_seed(seed: int) -> None:
    """Seed Python, NumPy and the Keras backend.

    Loads Keras, so call it in a notebook that trains a network; elsewhere a
    ``numpy.random.default_rng(seed)`` of its own is all that is needed.

    Parameters
    ----------
    seed
        A non-negative integer below 2**32.

    Raises
    ------
    ValueError
        If the seed is out of range.
    """
    if not 0 <= seed < 2**32:
        raise ValueError(f"The seed must lie in 0 .. 2**32 - 1, got {seed}.")
    importlib.import_module("keras").utils.set_random_seed(seed)


def start(seed: int = 0) -> None:
    """Prepare a notebook: quiet logs, full precision, a seeded Python.

    This is the second line of every notebook's first cell. It prints nothing and
    loads nothing heavy.

    Parameters
    ----------
    seed
        Seed of Python's own generator. Networks are seeded where they are built,
        by `set_seed` or by ``training.fit(..., seed=...)``, visibly.
    """
    quiet_logs()
    full_precision()
    random.seed(seed)


if __name__ == "__main__":
    from course_utils.room_check import main

    sys.exit(main())
