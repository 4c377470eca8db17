import logging
import os
import subprocess
import sys
import time

import pytest

from course_utils import runtime


def python(code, **environment):
    """Run code in a fresh interpreter and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_importing_the_package_takes_under_a_tenth_of_a_second():
    code = """
import time; start = time.perf_counter(); import course_utils
print(time.perf_counter() - start)
"""
    # The best of three: another process may have been running.
    assert min(float(python(code)) for _ in range(3)) < 0.1


@pytest.mark.parametrize(
    "module", ["", "datasets", "claims", "sequences", "training", "plots", "autodiff"]
)
def test_importing_loads_no_framework(module):
    code = f"""
import sys, importlib
importlib.import_module("course_utils.{module}".rstrip("."))
print([m for m in ("tensorflow", "keras", "jax", "torch") if m in sys.modules])
"""
    assert python(code) == "[]"


def test_every_named_submodule_can_be_imported():
    code = """
import course_utils
print(all(getattr(course_utils, name).__name__ for name in course_utils.__all__))
"""
    assert python(code) == "True"


def test_an_unknown_submodule_is_an_attribute_error():
    import course_utils

    with pytest.raises(AttributeError, match="no_such"):
        _ = course_utils.no_such


@pytest.mark.parametrize(
    ("variable", "place"),
    [
        ("COLAB_RELEASE_TAG", "colab"),
        ("BINDER_SERVICE_HOST", "binder"),
        ("CI", "ci"),
    ],
)
def test_the_place_is_told_from_the_environment(monkeypatch, variable, place):
    for name in ("COLAB_RELEASE_TAG", "BINDER_SERVICE_HOST", "BINDER_REPO_URL", "CI"):
        monkeypatch.delenv(name, raising=False)
    assert runtime.platform_name() == "local"
    monkeypatch.setenv(variable, "true")
    assert runtime.platform_name() == place


def test_a_backend_that_the_book_does_not_know_is_refused():
    code = """
from course_utils import runtime
try:
    runtime.backend()
except ValueError as error:
    print(error)
"""
    assert "'theano'" in python(code, KERAS_BACKEND="theano")


def test_the_same_seed_gives_the_same_network():
    code = """
from course_utils import runtime
runtime.start()
import keras
draws = []
for seed in (1, 1, 2):
    runtime.set_seed(seed)
    draws.append(float(keras.ops.sum(keras.layers.Dense(3)(keras.ops.ones((1, 4))))))
print(draws[0] == draws[1], draws[0] == draws[2])
"""
    assert python(code) == "True False"


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_out_of_range_is_refused(seed):
    with pytest.raises(ValueError, match="seed"):
        runtime.set_seed(seed)


def test_starting_a_notebook_prints_nothing_and_is_quick():
    code = """
from course_utils import runtime, plots
runtime.start(); plots.use_style()
"""
    started = time.perf_counter()
    assert python(code) == ""
    assert time.perf_counter() - started < 60  # a hang, not a benchmark


def test_a_notebook_asks_a_gpu_for_full_precision_before_a_backend_is_imported():
    code = """
import os, sys
from course_utils import runtime
runtime.start()
print(os.environ["NVIDIA_TF32_OVERRIDE"], os.environ["JAX_DEFAULT_MATMUL_PRECISION"])
print({"keras", "tensorflow", "jax", "torch"} & set(sys.modules))
"""
    assert python(code) == "0 highest\nset()"
    of_the_reader = python(code, NVIDIA_TF32_OVERRIDE="1")
    assert of_the_reader.startswith("1 ")


def test_versions_name_what_is_missing():
    found = runtime.versions("numpy", "no-such-package")
    assert found["no-such-package"] == "absent"
    assert found["numpy"][0].isdigit()


@pytest.mark.parametrize(("name", "count"), [("jax", 16), ("torch", 1)])
def test_updates_go_one_by_one_where_keras_wants_that(monkeypatch, name, count):
    monkeypatch.setattr(runtime, "backend", lambda: name)
    assert runtime.updates_at_once(16) == count


def test_nobody_watches_a_test_run(monkeypatch):
    monkeypatch.setenv("COURSE_TEST", "1")
    assert runtime.under_test() and not runtime.is_interactive()


def test_advice_on_retracing_is_dropped_and_other_warnings_are_not(caplog):
    runtime.quiet_logs()
    logger = logging.getLogger("tensorflow")
    logger.setLevel(logging.INFO)  # as TensorFlow itself does in a notebook
    logger.warning("5 out of the last 5 calls triggered tf.function retracing.")
    logger.warning("The disk is full.")
    runtime.quiet_logs()
    assert [record.getMessage() for record in caplog.records] == ["The disk is full."]
