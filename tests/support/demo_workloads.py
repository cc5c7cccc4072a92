"""Workloads of the demo cluster, and their pods: what each exporter then tells of."""

from dataclasses import dataclass, field

from tests.support.demo_exporters import DEPLOYED, HOURS, KILLED, Shape, moment, steps

MIB = 2.0**20
DAY = 86400.0
END = HOURS * 3600.0
NODES = ("node-a", "node-b")


@dataclass(frozen=True)
class Pod:
    """A pod. made, begin, end: seconds into the window; killed: whether its container ran out of memory once."""

    name: str
    node: str
    version: str
    owner: tuple[str, str]
    begin: float = 0.0
    end: float = END
    killed: bool = False

    @property
    def made(self) -> float:
        """When it was created: before the window, or within it."""
        return self.begin if self.begin > 0 else -DAY


@dataclass(frozen=True)
class Workload:
    """Pods of a kind. own: bytes of each pod that are not page cache; limit, request: bytes of memory."""

    namespace: str
    name: str
    kind: str
    container: str
    pods: tuple[Pod, ...]
    own: Shape
    limit: float = 512 * MIB
    request: float = 256 * MIB
    claim: str | None = None
    sidecars: tuple[str, ...] = field(default=())


def deployment(namespace: str, name: str, own: Shape, *, deployed: bool = False, killed: bool = False) -> Workload:
    """Two pods of a Deployment; deployed: two others follow them, of another revision."""
    lives = [("1.0.0", "6f7c9d5b8", 0.0, DEPLOYED), ("1.1.0", "5b8d4f6c7", DEPLOYED, END)]
    pods = tuple(
        Pod(f"{name}-{hash_}-{ending}", node, version, ("ReplicaSet", f"{name}-{hash_}"), begin, end, killed)
        for version, hash_, begin, end in (lives if deployed else [("1.0.0", "6f7c9d5b8", 0.0, END)])
        for node, ending in zip(NODES, ("x2x8k", "q7m4d"), strict=True)
    )
    return Workload(namespace, name, "Deployment", name, pods, own)


def stateful(namespace: str, name: str, own: Shape, *, sidecars: tuple[str, ...] = ()) -> Workload:
    """Two pods of a StatefulSet, with a volume each."""
    pods = tuple(Pod(f"{name}-{at}", node, "1.0.0", ("StatefulSet", name)) for at, node in enumerate(NODES))
    return Workload(namespace, name, "StatefulSet", name, pods, own, claim="data", sidecars=sidecars)


def everywhere(namespace: str, name: str, own: Shape) -> Workload:
    """A pod of a DaemonSet on each node."""
    pods = tuple(
        Pod(f"{name}-{ending}", node, "1.0.0", ("DaemonSet", name))
        for node, ending in zip(NODES, ("w5z2p", "h9k3t"), strict=True)
    )
    return Workload(namespace, name, "DaemonSet", name, pods, own)


def started(pod: Pod) -> Shape:
    """When its containers started, in unix seconds."""
    before, after = moment(pod.made), moment(KILLED)
    if not pod.killed:
        return before
    chosen = steps(0, 1, KILLED)
    return Shape(
        lambda seconds, begin: (
            before.of(seconds, begin)
            + chosen.of(seconds, begin) * (after.of(seconds, begin) - before.of(seconds, begin))
        )
    )
