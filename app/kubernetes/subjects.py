"""What is followed of every cluster."""

from collections.abc import Callable

from app.kubernetes.call import METADATA_ONLY
from app.kubernetes.feed import Subject
from app.kubernetes.keeping import (
    keep_budget,
    keep_eviction,
    keep_node,
    keep_owned,
    keep_pod,
    keep_replica_set,
    keep_scaler,
    keep_workload,
)
from app.kubernetes.kept import Kept
from app.kubernetes.paths import (
    ARGO_ROLLOUTS,
    BUDGETS,
    CRON_JOBS,
    DAEMON_SETS,
    DEPLOYMENTS,
    EVENTS,
    JOBS,
    NODES,
    PODS,
    REPLICA_SETS,
    SCALERS,
    STATEFUL_SETS,
    Resource,
)
from app.kubernetes.picking import picked_in


def subjects(note_pod: Callable[[Kept], None]) -> tuple[Subject, ...]:
    """All of them. note_pod: is told of each pod that is new or changed."""
    return (
        Subject(PODS, keep_pod, parse=picked_in, note=note_pod),
        # Of these, metadata tell all: templates of thousands of revisions would be most of what is read.
        Subject(REPLICA_SETS, keep_replica_set, METADATA_ONLY, parse=picked_in),
        owned(JOBS),
        owned(CRON_JOBS),
        Subject(NODES, keep_node, METADATA_ONLY, parse=picked_in),
        _workload(DEPLOYMENTS),
        _workload(STATEFUL_SETS),
        _workload(DAEMON_SETS),
        _workload(ARGO_ROLLOUTS, optional=True),
        Subject(SCALERS, keep_scaler),
        Subject(BUDGETS, keep_budget),
        Subject(EVENTS, keep_eviction, query={"fieldSelector": "reason=Evicted"}),
    )


def owned(resource: Resource, *, optional: bool = False) -> Subject:
    """Objects of a kind of which only the place among owners matters."""
    keep = keep_owned(resource.api, resource.kind)
    return Subject(resource, keep, METADATA_ONLY, parse=picked_in, optional=optional)


def _workload(resource: Resource, *, optional: bool = False) -> Subject:
    return Subject(resource, keep_workload(resource.api, resource.kind), parse=picked_in, optional=optional)
