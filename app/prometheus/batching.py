"""Batches of containers, bounded in samples, with every pod of a workload in the same one."""

from collections import defaultdict
from collections.abc import Sequence

from app.prometheus.source import Batch, ContainerRef


def cut_into_batches(containers: Sequence[ContainerRef], steps: int, max_samples: int) -> tuple[Batch, ...]:
    """Batches in order of namespace and workload, each with at most `max_samples` of one metric.

    A workload that alone exceeds that makes a batch of its own: its pods are judged together.
    """
    workloads: dict[tuple[str, str], list[ContainerRef]] = defaultdict(list)
    for container in containers:
        workloads[container.namespace, container.workload.name].append(container)
    batches: list[Batch] = []
    current: list[ContainerRef] = []
    for key in sorted(workloads):
        if current and (len(current) + len(workloads[key])) * steps > max_samples:
            batches.append(Batch(tuple(current)))
            current = []
        current += workloads[key]
    if current:
        batches.append(Batch(tuple(current)))
    return tuple(batches)
