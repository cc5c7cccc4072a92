"""Every right that is used at a cluster's API: the chart's roles and the documentation are held to this table."""

from dataclasses import dataclass

from app.kubernetes.paths import (
    ARGO_APPLICATIONS,
    ARGO_ROLLOUTS,
    BUDGETS,
    CONTROLLER_REVISIONS,
    CRON_JOBS,
    DAEMON_SETS,
    DEPLOYMENTS,
    EVENTS,
    JOBS,
    NODES,
    PODS,
    REPLICA_SETS,
    SCALERS,
    SECRETS,
    STATEFUL_SETS,
    Resource,
)


@dataclass(frozen=True, slots=True)
class Right:
    """What is done with a kind of object, and what for.

    optional: nothing but what is named is missing without it, and the chart gives it only where it is asked to.
    """

    resource: Resource
    verbs: tuple[str, ...]
    what_for: str
    optional: bool = False
    subresource: str = ""

    @property
    def name(self) -> str:
        """The resource as RBAC names it."""
        return f"{self.resource.plural}/{self.subresource}" if self.subresource else self.resource.plural


_LISTED = ("list", "watch")
_LOOKED_AT = ("get", "list", "watch")

READING: tuple[Right, ...] = (
    Right(PODS, _LISTED, "owners, limits, QoS, priority, nodes, OOM kills"),
    Right(REPLICA_SETS, _LISTED, "owners of pods; revisions of Deployments and Argo Rollouts"),
    Right(CONTROLLER_REVISIONS, ("list",), "revisions of StatefulSets and DaemonSets"),
    Right(DEPLOYMENTS, _LOOKED_AT, "replicas, rollouts"),
    Right(STATEFUL_SETS, _LOOKED_AT, "replicas, rollouts"),
    Right(DAEMON_SETS, _LOOKED_AT, "replicas, rollouts"),
    Right(JOBS, _LISTED, "owners of pods"),
    Right(CRON_JOBS, _LISTED, "owners of Jobs"),
    Right(SCALERS, _LISTED, "what scales a workload"),
    Right(BUDGETS, _LISTED, "how many pods may be disturbed"),
    Right(EVENTS, _LISTED, "evictions for want of memory"),
    Right(NODES, _LISTED, "node pools and instance types"),
    Right(ARGO_ROLLOUTS, _LOOKED_AT, "Argo Rollouts: replicas, rollouts", optional=True),
    Right(ARGO_APPLICATIONS, ("list",), "the Git revision that Argo CD rolled out", optional=True),
    Right(SECRETS, ("list",), "the Helm revision that was rolled out, and the one to go back to", optional=True),
)

ACTING: tuple[Right, ...] = (
    Right(DEPLOYMENTS, ("patch",), "roll back, restart, raise a limit"),
    Right(STATEFUL_SETS, ("patch",), "roll back, restart, raise a limit"),
    Right(DAEMON_SETS, ("patch",), "roll back, restart, raise a limit"),
    Right(ARGO_ROLLOUTS, ("patch",), "roll back, restart, raise a limit", optional=True),
    Right(ARGO_ROLLOUTS, ("patch",), "abort", optional=True, subresource="status"),
)
