"""Experiments run the same on this machine and on a cluster."""

import joblib
import pytest

from course_utils import evaluation
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
    assert "on 2 workers" in capsys.readouterr().out
