"""Experiments run the same on this machine and on a cluster."""

import os
import signal
import threading
import time

import joblib
import numpy as np
import pandas as pd
import pytest

from course_utils import datasets, evaluation, runtime
from experiments import choosing_a_cell, shakespeare_gpu
from tools import experiments


def grid():
    """A grid of runs, written as the experiments write theirs."""
    calls = (
        joblib.delayed(evaluation.interval)([seed, seed + 1, seed + 3])
        for seed in range(8)
    )
    return joblib.Parallel(n_jobs=2)(calls)


@pytest.fixture
def cluster(monkeypatch):
    """Two worker processes and the variable that points to them."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0"
    ) as started:
        monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", started.scheduler_address)
        yield started


def test_without_an_address_the_runs_stay_on_this_machine(monkeypatch, capsys):
    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS", raising=False)
    with experiments.workers():
        assert joblib.Parallel(n_jobs=2)._backend.__class__.__name__ == "LokyBackend"
    assert capsys.readouterr().out == ""


def test_a_dask_cluster_of_two_workers_gives_the_same_rows(cluster, capsys):
    here = grid()
    with experiments.workers():
        backend = joblib.Parallel(n_jobs=2)._backend
        assert backend.__class__.__name__ == "DaskDistributedBackend"
        there = grid()
    assert there == here
    said = capsys.readouterr().out
    assert f"on 2 workers of {cluster.scheduler_address}" in said


def unhurried(seed):
    """One run that takes long enough to be interrupted."""
    time.sleep(0.25)
    return {"seed": seed, "process": os.getpid(), "square": seed**2}


def test_a_table_is_whole_and_the_same_when_a_worker_is_killed_midway(cluster):
    from distributed import Client

    with Client(cluster.scheduler_address) as client:
        processes = sorted(client.run(os.getpid).values())
    killing = threading.Timer(1.0, os.kill, (processes[0], signal.SIGKILL))
    with experiments.workers():
        killing.start()
        calls = (joblib.delayed(unhurried)(seed) for seed in range(16))
        rows = joblib.Parallel(n_jobs=2)(calls)
    killing.join()
    table = pd.DataFrame(rows)
    assert table["seed"].tolist() == list(range(16))
    assert (table["square"] == table["seed"] ** 2).all()
    assert processes[1] in set(table["process"])
    with Client(cluster.scheduler_address) as client:  # the planted fault took place
        assert processes[0] not in client.run(os.getpid).values()


def smallest_rows():
    """A few updates of small networks from the grid of chapter 14, as its run() does.

    How long an update took is no result, and left out.
    """
    short = {"trials": [(0, 0.006), (1, 0.006)], "plan": (6, 3, 8)}
    rows = [("recall 20", "SimpleRNN"), ("recall 20", "Conv1D"), ("local", "SimpleRNN")]
    jobs = [
        {"task": task, "examples": 64, "cell": cell, "equal": "units", **short}
        for task, cell in rows
    ]
    table = choosing_a_cell.run_all(jobs)
    return table.drop(columns="ms_per_update")


def test_rows_of_choosing_a_cell_are_the_same_on_a_cluster_and_in_one_process(cluster):
    with joblib.parallel_config(backend="sequential"):
        here = smallest_rows()
    with experiments.workers():
        there = smallest_rows()
    assert here["seed"].tolist() == [0, 1] * 3
    assert here["test_score"].nunique() == 6
    pd.testing.assert_frame_equal(there, here, rtol=1e-5)


@pytest.mark.parametrize("cell", ["SimpleRNN", "LSTM", "GRU"])
def test_the_networks_of_choosing_a_cell_start_as_keras_starts_them(cell):
    model = choosing_a_cell.build(cell, "units", 33, 1, 1, seed=0)
    kernel, recurrent_kernel, bias = model.layers[0].get_weights()
    rows = recurrent_kernel @ recurrent_kernel.T
    assert np.allclose(rows, np.eye(len(rows)), atol=1e-5)  # orthogonal
    assert np.abs(kernel).max() <= np.sqrt(6 / sum(kernel.shape))  # Glorot
    assert bias.sum() == (24 if cell == "LSTM" else 0)  # forget gates at 1
    again, other = (
        choosing_a_cell.build(cell, "units", 33, 1, 1, seed=seed).get_weights()[1]
        for seed in (0, 1)
    )
    assert np.array_equal(again, recurrent_kernel)
    assert not np.allclose(other, recurrent_kernel)


def test_what_needs_a_gpu_is_left_as_it_is_without_one(monkeypatch, capsys):
    monkeypatch.setattr(runtime, "device", lambda: "cpu")
    monkeypatch.setattr(datasets, "provenance", lambda name: "real")
    monkeypatch.setattr(shakespeare_gpu, "run", lambda: pytest.fail("it was run"))
    monkeypatch.setattr(os, "environ", dict(os.environ))
    before = (experiments.FOLDER / "shakespeare_gpu.csv").read_text()
    experiments.run("shakespeare_gpu")
    assert "it needs a GPU" in capsys.readouterr().out
    assert (experiments.FOLDER / "shakespeare_gpu.csv").read_text() == before
