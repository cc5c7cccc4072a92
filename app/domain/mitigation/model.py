"""A mitigation: one act on a workload that leaks, from its proposal to what came of it. Pure.

Times are unix seconds, sizes bytes.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Self

# The annotation that an act leaves in what it changes, in the same patch: by it a restart finds out what was done.
MARK = "leakwatch.io/mitigation"


class ActKind(StrEnum):
    """What can be done. abort: of an Argo Rollout that is under way; raise_limit: of memory, to a stated value."""

    ROLLBACK = "rollback"
    ABORT = "abort"
    RESTART = "restart"
    RAISE_LIMIT = "raise_limit"


class Way(StrEnum):
    """How it is done: a patch of the object; by Argo CD; by a person, with the commands that the plan has."""

    PATCH = "patch"
    ARGOCD = "argocd"
    BY_HAND = "by_hand"


class MitigationState(StrEnum):
    """Where it stands. applying: what is about to be done is kept, and may have been done; watching: it was done.

    no_effect: the leak is still there at the same age; inconclusive: whether it is could not be told in time; refused:
    a guard said no, and nothing was done; expired: nobody approved it, or it could not be done, in time.
    """

    PROPOSED = "proposed"
    APPROVED = "approved"
    APPLYING = "applying"
    WATCHING = "watching"
    SUCCEEDED = "succeeded"
    NO_EFFECT = "no_effect"
    INCONCLUSIVE = "inconclusive"
    FAILED = "failed"
    REFUSED = "refused"
    REJECTED = "rejected"
    EXPIRED = "expired"
    STOPPED = "stopped"

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it."""
        return self not in UNDER_WAY


UNDER_WAY = frozenset(
    {MitigationState.PROPOSED, MitigationState.APPROVED, MitigationState.APPLYING, MitigationState.WATCHING}
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is acted on: a workload's container, and the incident that it is for."""

    incident_id: int
    fingerprint: str
    cluster: str
    namespace: str
    kind: str
    workload: str
    container: str

    @property
    def name(self) -> str:
        """What settings' patterns are held against."""
        return f"{self.namespace}/{self.workload}"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for. revision: of a rollback, None for the one before; limit_bytes: of a raised limit alone."""

    act: ActKind
    revision: int | None = None
    limit_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of the object that becomes another. before, after: as text, None where there is none."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Budget:
    """A PodDisruptionBudget over the workload's pods. is_current: whether its figures are of the present one."""

    name: str
    allowed: int
    healthy: int
    desired: int
    is_current: bool = True


@dataclass(frozen=True, slots=True)
class Scaler:
    """A HorizontalPodAutoscaler of the workload."""

    name: str
    least: int
    most: int
    now: int


@dataclass(frozen=True, slots=True)
class Disturbance:
    """What the act disturbs, as things stood when it was looked at.

    at_once: pods that are down at the same time at most; paused, rolling: of the workload's own rollout; pending: pods
    of it that wait for a place; notes: what else a person should know, in sentences
    """

    replicas: int
    ready: int
    pending: int
    at_once: int
    paused: bool
    rolling: bool
    budgets: tuple[Budget, ...] = ()
    scalers: tuple[Scaler, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Owner:
    """What keeps the workload as it is elsewhere: helm, argocd or flux. where: its source, such as a repository."""

    kind: str
    name: str
    namespace: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """How an act would be done, and what of it was found out before.

    summary: the act in words; generation, uid: of the object as it was looked at; digest: of what the patch makes of
    it, or of the template that Argo CD is to change; target: the revision that it goes to, by its number and name;
    commands: for a person, in their order, where it is done by hand; history_id: Argo CD's, of the deployment that it
    goes back to; deployed: of its newest deployment, as it was looked at; bought: what it gains, in words
    """

    way: Way
    summary: str
    uid: str
    generation: int
    digest: str
    changes: tuple[FieldChange, ...]
    disturbance: Disturbance
    target: str = ""
    target_number: int | None = None
    owner: Owner | None = None
    commands: tuple[str, ...] = ()
    history_id: int | None = None
    bought: str = ""
    deployed: int | None = None

    def document(self) -> dict[str, Any]:
        """The plan as a JSON document, which `of` reads."""
        return asdict(self)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """The plan that a document tells of. What a newer version added to it is left out."""
        known = _known(cls, document)
        disturbance = _known(Disturbance, known["disturbance"])
        disturbance |= {
            "budgets": tuple(Budget(**_known(Budget, one)) for one in disturbance["budgets"]),
            "scalers": tuple(Scaler(**_known(Scaler, one)) for one in disturbance["scalers"]),
            "notes": tuple(disturbance["notes"]),
        }
        owner = known.get("owner")
        known |= {
            "way": Way(known["way"]),
            "changes": tuple(FieldChange(**_known(FieldChange, one)) for one in known["changes"]),
            "disturbance": Disturbance(**disturbance),
            "owner": None if owner is None else Owner(**_known(Owner, owner)),
            "commands": tuple(known.get("commands", ())),
        }
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a scan saw of the workload after the act: the age in seconds of the largest of the new pods, and its bytes.

    leaking: how many of the pods that are new it found to leak, None where it did not look at them one by one
    """

    age_seconds: float
    level_bytes: float
    verdict: str
    leaking: int | None = None


@dataclass(frozen=True, slots=True)
class Mitigation:
    """One act, and where it stands.

    key: what marks the object; reason: why, by who proposed it; automatic: no person was asked; applying_at: when what
    is to be done was written down; applied_at: when it is known to have been done; rolled_out_at: when new pods ran;
    outcome: what came of it, in words; note: what is known so far, or why it has not come further
    """

    id: int
    key: str
    subject: Subject
    wish: Wish
    state: MitigationState
    plan: Plan
    proposed_at: float
    proposed_by: str
    reason: str
    expires_at: float
    automatic: bool = False
    approved_at: float | None = None
    approved_by: str | None = None
    approval: str = ""
    applying_at: float | None = None
    applied_at: float | None = None
    rolled_out_at: float | None = None
    ended_at: float | None = None
    outcome: str = ""
    note: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True)
class Stop:
    """The emergency stop, as it is kept in the database. since None: nothing is stopped."""

    since: float | None = None
    by: str = ""
    reason: str = ""
    version: int = 0

    @property
    def in_force(self) -> bool:
        """Whether nothing may be applied."""
        return self.since is not None


def _known(kind: type, document: Mapping[str, Any]) -> dict[str, Any]:
    names = {one.name for one in fields(kind)}
    return {name: value for name, value in document.items() if name in names}
