"""Batches: bounded, and never through the middle of a workload."""

import pytest

from app.domain.finding import Workload
from app.prometheus.batching import cut_into_batches
from app.prometheus.source import ContainerRef


def _pods(workload, count, namespace="shop"):
    return [ContainerRef(namespace, f"{workload}-{i}", "app", Workload("Deployment", workload)) for i in range(count)]


@pytest.mark.parametrize(
    ("containers", "sizes"),
    [
        ([], []),
        (_pods("a", 3), [3]),
        (_pods("a", 3) + _pods("b", 2), [5]),
        (_pods("a", 3) + _pods("b", 3), [3, 3]),
        (_pods("a", 7) + _pods("b", 1), [7, 1]),
        (_pods("a", 2) + _pods("a", 2, "other"), [4]),
        (_pods("a", 3, "b") + _pods("a", 2) + _pods("b", 2), [3, 4]),
        (_pods("a", 1, "b") + _pods("a", 3) + _pods("b", 3), [4, 3]),
    ],
    ids=[
        *("none", "one", "both fit", "they do not fit", "one is too large alone", "namespaces"),
        *("a namespace stays together", "one that is too large does not"),
    ],
)
def test_batches(containers, sizes):
    batches = cut_into_batches(containers, steps=100, max_samples=500)
    assert [len(batch.containers) for batch in batches] == sizes
