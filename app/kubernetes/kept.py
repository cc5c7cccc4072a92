"""What is kept of a cluster's objects: no more than is used, so that ten thousand pods take some megabytes."""

from dataclasses import dataclass

from app.kubernetes.managers import Manager


@dataclass(frozen=True, slots=True)
class Selector:
    """A LabelSelector: requirements of (key, operator, values)."""

    requirements: tuple[tuple[str, str, tuple[str, ...]], ...]

    def fits(self, labels: dict[str, str]) -> bool:
        """Whether an object with these labels is selected. One with nothing in it selects all."""
        return all(_fits(labels.get(key), operator, values) for key, operator, values in self.requirements)


def _fits(value: str | None, operator: str, values: tuple[str, ...]) -> bool:
    match operator:
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
    return False


@dataclass(frozen=True, slots=True)
class Owner:
    """Who controls an object. uid tells it from a later one of the same name."""

    api: str
    kind: str
    name: str
    uid: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What all of them have. created_at: unix seconds, 0 where it is not told."""

    namespace: str
    name: str
    uid: str
    owner: Owner | None
    created_at: float


@dataclass(frozen=True, slots=True)
class KeptContainer:
    """A container as the pod's spec has it. Bytes and cores; None where none is set."""

    name: str
    image: str
    memory_limit: float | None
    memory_request: float | None
    cpu_limit: float | None
    cpu_request: float | None


@dataclass(frozen=True, slots=True)
class OomKill:
    """A container that the kernel ended for want of memory. at: unix seconds."""

    namespace: str
    pod: str
    container: str
    at: float


@dataclass(frozen=True, slots=True)
class KeptPod(Kept):
    """template_hash: what its label says of the revision that it runs; kills: those that its status still tells."""

    node: str
    template_hash: str
    qos: str
    priority_class: str
    containers: tuple[KeptContainer, ...]
    kills: tuple[OomKill, ...]


@dataclass(frozen=True, slots=True)
class KeptWorkload(Kept):
    """replicas: wanted, ready; labels: those of its pods; manager: who keeps it as it is."""

    kind: str
    wanted: int | None
    ready: int | None
    labels: tuple[tuple[str, str], ...]
    paused: bool
    rolling: bool
    manager: Manager | None


@dataclass(frozen=True, slots=True)
class KeptOwned(Kept):
    """What only stands between a pod and its workload, or above one: ReplicaSets, Jobs, objects of unknown kinds."""

    manager: Manager | None


@dataclass(frozen=True, slots=True)
class KeptReplicaSet(KeptOwned):
    """number: of the revision that it keeps, None where it keeps none; template_hash: its pods' label."""

    number: int | None
    template_hash: str


@dataclass(frozen=True, slots=True)
class KeptScaler(Kept):
    """A HorizontalPodAutoscaler. target: kind and name of what it scales."""

    target: tuple[str, str]
    least: int
    most: int
    current: int | None


@dataclass(frozen=True, slots=True)
class KeptBudget(Kept):
    """A PodDisruptionBudget. selector: of its pods, None where it has none.

    least, most_down: as they are written, a number or a share; allowed: how many pods may be disturbed now.
    """

    selector: Selector | None
    least: str
    most_down: str
    allowed: int | None


@dataclass(frozen=True, slots=True)
class KeptNode(Kept):
    """pool: the node pool or group, instance: its type, "" where no label tells."""

    pool: str
    instance: str


@dataclass(frozen=True, slots=True)
class KeptEviction(Kept):
    """A pod that its node put out for want of memory. at: unix seconds, the last time."""

    pod: str
    at: float
