"""What the benches count: operations, networks, data."""

import numpy as np
import pytest

from benchmarks import bench_energy, bench_labs
from tools import backends


def test_operations_agree_with_a_count_by_hand():
    network = bench_labs.NETWORKS["energy, GRU(64)"]
    head = 6 * 64 * 64  # forward and twice backward, 64 windows, 64 weights
    assert network.operations() == bench_energy.operations() + head


def test_a_convolution_and_a_guess_at_every_step_are_counted():
    small = bench_labs.Network("LSTM", 2, 1, 5, 1, filters=3)
    # 9 weights of the convolution and 4 * 2 * (3 + 2) of the cell at 5 steps, 2 at last
    assert small.operations() == 6 * (5 * (9 + 40) + 2)
    text = bench_labs.Network("GRU", 2, 1, 5, 3, outputs=7, symbols=7)
    assert text.operations() == 6 * (5 * 3 * 2 * (3 + 2) + 5 * 2 * 7)


@pytest.mark.parametrize("name", bench_labs.NETWORKS)
def test_each_network_has_its_data(name):
    network = bench_labs.NETWORKS[name]
    x, y = network.data(2)
    assert len(x) == len(y) == 2 * network.batch and x.shape[1] == network.steps
    again, _ = network.data(2)
    assert np.array_equal(x, again)


def test_an_environment_that_is_not_set_up_is_left_out(monkeypatch, tmp_path):
    monkeypatch.setattr(backends, "ROOT", tmp_path)
    assert bench_labs.python_of("jax") is None
    assert bench_labs.python_of("tensorflow") is not None


def test_a_worker_measures(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    way = bench_labs.WAYS["TensorFlow"]
    worker = bench_labs.Worker(bench_labs.python_of(way.backend), way)
    took = worker.ask("TensorFlow", "energy, SimpleRNN(64)")
    worker.close()
    assert 0 < took < 1000
