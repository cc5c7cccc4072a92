"""A cluster as it was at one moment: whose each pod is, and what is known of each workload. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.domain.finding import Workload
from app.domain.workload_facts import BudgetFacts, ContainerFacts, KillFacts, ScalerFacts, WorkloadFacts
from app.kubernetes.kept import (
    Kept,
    KeptBudget,
    KeptEviction,
    KeptNode,
    KeptPod,
    KeptReplicaSet,
    KeptScaler,
    KeptWorkload,
    OomKill,
    Owner,
)
from app.kubernetes.paths import ARGO_ROLLOUTS, CRON_JOBS, DAEMON_SETS, DEPLOYMENTS, STATEFUL_SETS

# What lasts, and is rolled out: the workload of a pod is the first of these above it, or else what is at the top.
_LASTING = frozenset((one.api, one.kind) for one in (DEPLOYMENTS, STATEFUL_SETS, DAEMON_SETS, CRON_JOBS, ARGO_ROLLOUTS))
_MOST_OWNERS = 8
_MOST_KILLS = 50


@dataclass(frozen=True, slots=True)
class Objects:
    """What there is. owners: of every kind that may own something, with its api and kind; kills: by (namespace, pod),
    those that pods' statuses do not tell any more."""

    owners: tuple[tuple[str, str, Kept], ...] = ()
    pods: tuple[KeptPod, ...] = ()
    nodes: tuple[KeptNode, ...] = ()
    scalers: tuple[KeptScaler, ...] = ()
    budgets: tuple[KeptBudget, ...] = ()
    evictions: tuple[KeptEviction, ...] = ()
    kills: Mapping[tuple[str, str], tuple[OomKill, ...]] = field(default_factory=dict)


class View:
    """Answers by namespace and name."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._by_uid = {one.uid: (api, kind, one) for api, kind, one in objects.owners}
        self._by_name = {(one.namespace, kind, one.name): one for _, kind, one in objects.owners}
        self._pods = {(one.namespace, one.name): one for one in objects.pods}
        self._nodes = {one.name: one for one in objects.nodes}
        self._of_workload: dict[tuple[str, Workload], list[KeptPod]] = defaultdict(list)
        for pod in objects.pods:
            self._of_workload[pod.namespace, self._workload(pod, Workload("Pod", pod.name))].append(pod)
        self._evicted = {(one.namespace, one.pod): one for one in objects.evictions}
        self._newest = _newest_revisions(one for _, _, one in objects.owners)

    def workload_of(self, namespace: str, pod: str, told: Workload) -> Workload:
        """Whose the pod is. told: what else is known of it: of a pod that is gone, its owner may still be there."""
        known = self._pods.get((namespace, pod))
        if known is not None:
            return self._workload(known, told)
        owner = self._by_name.get((namespace, told.kind, told.name))
        return told if owner is None or self._is_lasting(owner) else self._workload(owner, told)

    def template_hash_of(self, namespace: str, pod: str) -> str | None:
        """The label that tells which revision a pod runs."""
        known = self._pods.get((namespace, pod))
        return known.template_hash or None if known is not None else None

    def unknown_owners(self) -> set[tuple[str, str]]:
        """The api and kind of what owns something here, and is not here itself."""
        all_kept: Iterable[Kept] = (*self._objects.pods, *(one for _, _, one in self._objects.owners))
        return {(one.owner.api, one.owner.kind) for one in all_kept if one.owner and one.owner.uid not in self._by_uid}

    def workloads(self) -> list[KeptWorkload]:
        """All Deployments, StatefulSets, DaemonSets and Argo Rollouts."""
        return [one for _, _, one in self._objects.owners if isinstance(one, KeptWorkload)]

    def facts_of(self, namespace: str, workload: Workload) -> WorkloadFacts | None:
        """What is known of a workload; None where nothing is."""
        pods = self._of_workload.get((namespace, workload), [])
        kept = self._by_name.get((namespace, workload.kind, workload.name))
        if not pods and kept is None:
            return None
        nodes = [self._nodes[pod.node] for pod in pods if pod.node in self._nodes]
        running = kept if isinstance(kept, KeptWorkload) else None
        return WorkloadFacts(
            owners=tuple(Workload(one.kind, one.name) for one in self._above(kept)),
            replicas=(running.wanted, running.ready) if running else (None, None),
            pods=len(pods),
            revision=self._newest.get(kept.uid) if kept else None,
            paused=running is not None and running.paused,
            rolling=running is not None and running.rolling,
            qos=_distinct(pod.qos for pod in pods),
            priority_classes=_distinct(pod.priority_class for pod in pods),
            node_pools=_distinct(node.pool for node in nodes),
            instance_types=_distinct(node.instance for node in nodes),
            scaler=self._scaler(namespace, workload),
            budgets=self._budgets(namespace, running),
            manager=self._manager(kept),
            kills=self._kills(namespace, pods),
        )

    def container_of(self, namespace: str, workload: Workload, container: str) -> ContainerFacts | None:
        """A container of it, as the newest of its pods has it."""
        pods = self._of_workload.get((namespace, workload), [])
        for pod in sorted(pods, key=lambda one: one.created_at, reverse=True):
            for one in pod.containers:
                if one.name == container:
                    memory, cpu = (one.memory_limit, one.memory_request), (one.cpu_limit, one.cpu_request)
                    return ContainerFacts(one.image, *memory, *cpu)
        return None

    def first_pods_at(self, namespace: str, workload: Workload) -> dict[str, float]:
        """When the oldest pod that is there of each template hash was made, unix seconds."""
        first: dict[str, float] = {}
        for pod in self._of_workload.get((namespace, workload), []):
            if pod.template_hash and pod.created_at:
                first[pod.template_hash] = min(pod.created_at, first.get(pod.template_hash, pod.created_at))
        return first

    def _above(self, kept: Kept | None) -> list[Owner]:
        """What owns it, nearest first, to the top that is known."""
        chain: list[Owner] = []
        while kept is not None and kept.owner is not None and len(chain) < _MOST_OWNERS:
            chain.append(kept.owner)
            kept = self._by_uid[kept.owner.uid][2] if kept.owner.uid in self._by_uid else None
        return chain

    def _workload(self, kept: Kept, told: Workload) -> Workload:
        chain = self._above(kept)
        if not chain:
            return told
        meant = next((one for one in chain if (one.api, one.kind) in _LASTING), chain[-1])
        return Workload(meant.kind, meant.name)

    def _is_lasting(self, kept: Kept) -> bool:
        api, kind, _ = self._by_uid[kept.uid]
        return (api, kind) in _LASTING

    def _scaler(self, namespace: str, workload: Workload) -> ScalerFacts | None:
        for one in self._objects.scalers:
            if one.namespace == namespace and one.target == (workload.kind, workload.name):
                return ScalerFacts(one.name, one.least, one.most, one.current)
        return None

    def _budgets(self, namespace: str, workload: KeptWorkload | None) -> tuple[BudgetFacts, ...]:
        if workload is None:
            return ()
        labels = dict(workload.labels)
        meant = [one for one in self._objects.budgets if one.namespace == namespace]
        return tuple(
            BudgetFacts(one.name, one.least, one.most_down, one.allowed)
            for one in meant
            if one.selector is not None and one.selector.fits(labels)
        )

    def _manager(self, kept: Kept | None) -> str | None:
        above = [self._by_uid[one.uid][2] for one in self._above(kept) if one.uid in self._by_uid]
        for one in ([kept] if kept else []) + above:
            manager = getattr(one, "manager", None)
            if manager is not None:
                return f"{manager.kind} {manager.name}".strip()
        return None

    def _kills(self, namespace: str, pods: Iterable[KeptPod]) -> tuple[KillFacts, ...]:
        found = set()
        for pod in pods:
            for one in (*pod.kills, *self._objects.kills.get((namespace, pod.name), ())):
                found.add(KillFacts(one.pod, one.container, one.at))
            eviction = self._evicted.get((namespace, pod.name))
            if eviction is not None:
                found.add(KillFacts(pod.name, None, eviction.at))
        return tuple(sorted(found, key=lambda one: -one.at)[:_MOST_KILLS])


def _newest_revisions(owners: Iterable[Kept]) -> dict[str, tuple[int, float]]:
    """Of what owns ReplicaSets, by uid: the newest number, and when that revision was made."""
    newest: dict[str, tuple[int, float]] = {}
    for one in owners:
        if isinstance(one, KeptReplicaSet) and one.owner is not None and one.number is not None:
            newest[one.owner.uid] = max(newest.get(one.owner.uid, (-1, 0.0)), (one.number, one.created_at))
    return newest


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({name for name in names if name}))
