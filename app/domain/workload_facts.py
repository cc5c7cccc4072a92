"""What a cluster's API tells of a workload. Pure."""

from dataclasses import dataclass

from app.domain.finding import Workload


@dataclass(frozen=True, slots=True)
class ContainerFacts:
    """A container as pods that run now have it. Bytes and cores; None where none is set."""

    image: str
    memory_limit_bytes: float | None
    memory_request_bytes: float | None
    cpu_limit: float | None
    cpu_request: float | None


@dataclass(frozen=True, slots=True)
class ScalerFacts:
    """A HorizontalPodAutoscaler."""

    name: str
    least: int
    most: int
    current: int | None


@dataclass(frozen=True, slots=True)
class BudgetFacts:
    """A PodDisruptionBudget. least, most_down: as written, "" where unset; allowed: pods that may be disturbed now."""

    name: str
    least: str
    most_down: str
    allowed: int | None


@dataclass(frozen=True, slots=True)
class KillFacts:
    """A container that the kernel ended for want of memory, or a pod that its node put out. at: unix seconds."""

    pod: str
    container: str | None
    at: float


@dataclass(frozen=True, slots=True)
class WorkloadFacts:
    """What is known of a workload.

    owners: of the workload, nearest first, to the top; replicas: wanted, ready; revision: the number of the newest, and
    when it was made, unix seconds; qos, node_pools, instance_types, priority_classes: of its pods; manager: who keeps
    it as it is, such as "helm shop"; kills: OOM kills and evictions, newest first.
    """

    owners: tuple[Workload, ...] = ()
    replicas: tuple[int | None, int | None] = (None, None)
    pods: int = 0
    revision: tuple[int, float] | None = None
    paused: bool = False
    rolling: bool = False
    qos: tuple[str, ...] = ()
    priority_classes: tuple[str, ...] = ()
    node_pools: tuple[str, ...] = ()
    instance_types: tuple[str, ...] = ()
    scaler: ScalerFacts | None = None
    budgets: tuple[BudgetFacts, ...] = ()
    manager: str | None = None
    kills: tuple[KillFacts, ...] = ()
