"""Batches of containers, bounded in samples, with every pod of a workload in the same one."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from app.prometheus.source import Batch, ContainerRef


def cut_into_batches(containers: Sequence[ContainerRef], steps: int, max_samples: int) -> tuple[Batch, ...]:
    """Batches in order of namespace and workload, each with at most `max_samples` of one metric.

    A namespace is cut only where it alone exceeds that: of one that is read as a whole no pod need be named. A workload
    that alone exceeds it makes a batch of its own: its pods are judged together.
    """
    most = max_samples // max(steps, 1)
    ordered = sorted(containers, key=lambda one: (one.namespace, one.workload.name))
    namespaces = [list(pods) for _, pods in groupby(ordered, key=lambda one: one.namespace)]
    return tuple(Batch(tuple(pods)) for pods in _filled(_parts(namespaces, most), most))


def _parts(namespaces: Iterable[list[ContainerRef]], most: int) -> Iterator[list[ContainerRef]]:
    """What must stay together: namespaces, or the workloads of those that are too large."""
    for pods in namespaces:
        if len(pods) <= most:
            yield pods
        else:
            yield from (list(some) for _, some in groupby(pods, key=lambda one: one.workload.name))


def _filled(parts: Iterable[list[ContainerRef]], most: int) -> Iterator[list[ContainerRef]]:
    current: list[ContainerRef] = []
    for part in parts:
        if current and len(current) + len(part) > most:
            yield current
            current = []
        current = current + part
    if current:
        yield current
