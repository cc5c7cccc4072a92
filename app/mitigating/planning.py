"""How an act would be done, by what there is in the cluster now: the plan that is proposed, and the patch that is sent.

Both come of the same code, so that what is applied is what was shown, or nothing.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from app.domain.acts import ActRefused
from app.domain.mitigation import bought, patches
from app.domain.mitigation.choosing import (
    check_not_gone_back,
    check_suspect_runs,
    present_one,
    revision_to,
    suspected_of,
)
from app.domain.mitigation.diff import changes_between
from app.domain.mitigation.effect import Before
from app.domain.mitigation.model import MARK, ActKind, Disturbance, FieldChange, Plan, Subject, Way, Wish
from app.domain.mitigation.patches import Patch
from app.domain.mitigation.quality import is_guaranteed
from app.domain.mitigation.quantity import bytes_of, quantity_of
from app.domain.rollout import Rollout
from app.errors import ClusterForbidden, EditConflict
from app.kubernetes.fields import mapping_in, text_in, whole_number_in
from app.mitigating import owned
from app.mitigating.looking import Seen, look, path_of, source_of
from app.mitigating.reach import Access, Reach

_NOT_YET = "proposed"
_TRIES = 5
_MARK_PATH = f"metadata.annotations[{MARK}]"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a plan is asked for. finding: the incident's document; suspect: the revision that is suspected; before: what
    memory did; now: unix seconds; automatic: no person looks at it before it is done."""

    subject: Subject
    wish: Wish
    finding: Mapping[str, Any]
    suspect: str | None
    before: Before
    now: float
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, with what guards ask besides. present_limit: bytes, None where none is set."""

    plan: Plan
    present_limit: int | None


def make_plan(reach: Reach, asked: Asked) -> Planned:
    """Read, choose, and try it as a dry run on the server; again where its controller writes first. Changes nothing.

    Raises ActRefused where it makes no sense as things stand, ObjectNotFound, UsageError, ClusterError; ClusterRefused
    where the server, or an admission webhook, would not take it.
    """
    for _ in range(_TRIES - 1):
        with suppress(EditConflict):
            return _made_plan(reach, asked)
    return _made_plan(reach, asked)


def _made_plan(reach: Reach, asked: Asked) -> Planned:
    seen = look(reach.access, asked.subject, asked.wish.act)
    if asked.automatic:
        # The incident tells of what ran when it was last seen to leak: by now a person may have deployed the mend.
        history, container = seen.history, asked.subject.container
        check_suspect_runs(history.rollouts, history.current, asked.suspect, container)
    seen = _noted(seen, asked)
    if reach.by_hand:
        where = f"it was looked at, and is done, in the cluster that {reach.access.server} is the API of"
        seen = replace(seen, disturbance=_with_notes(seen.disturbance, where))
    limit = limit_of(seen.workload, asked.subject.container)
    if seen.owner is not None:
        back = None
        with suppress(ActRefused):  # where nothing is kept to go back to here, Git or Helm may know
            back = target_of(seen, asked)
        number = None if back is None else back.number
        left = _left(seen, asked)
        return Planned(owned.plan_of(reach, asked.subject, asked.wish, seen, seen.owner, number, left), limit)
    target = target_of(seen, asked)
    patch = patch_of(reach.access, asked.subject, asked.wish, seen, target, _NOT_YET, asked.now)
    changes, untried = _tried(reach.access, asked, seen, patch)
    plan = Plan(
        way=Way.PATCH,
        summary=_summary(asked, target, limit),
        uid=text_in(seen.workload, "metadata", "uid"),
        generation=whole_number_in(seen.workload, "metadata", "generation") or 0,
        digest=patch.digest,
        changes=changes,
        disturbance=_with_notes(seen.disturbance, untried),
        target="" if target is None else target.name,
        target_number=None if target is None else target.number,
        bought=_bought(asked, limit),
    )
    return Planned(plan, limit)


def _noted(seen: Seen, asked: Asked) -> Seen:
    """With a word for a person where what runs came after the suspect, as it may be the mend, and is gone back from;
    and where a higher limit makes nodes sooner evict its pods."""
    if asked.wish.act is ActKind.RAISE_LIMIT and is_guaranteed(seen.workload):
        word = (
            "its pods are of QoS class Guaranteed, and become Burstable: their request stays, and their limit does not"
        )
        return replace(seen, disturbance=_with_notes(seen.disturbance, word))
    suspected = suspected_of(seen.history.rollouts, asked.suspect, asked.subject.container)
    current = seen.history.current
    if asked.wish.act is not ActKind.ROLLBACK or suspected is None or suspected.number == current.number:
        return seen
    note = f"revision {current.number} runs, and not {suspected.number}, which is suspected: see whether it leaks, too"
    return replace(seen, disturbance=_with_notes(seen.disturbance, note))


def _with_notes(disturbance: Disturbance, *notes: str) -> Disturbance:
    return replace(disturbance, notes=(*disturbance.notes, *(note for note in notes if note)))


def _tried(access: Access, asked: Asked, seen: Seen, patch: Patch) -> tuple[tuple[FieldChange, ...], str]:
    """What changes, by a dry run; or nothing, and a note, where the right to it lacks: a person may look all the same.

    Raises ClusterError.
    """
    try:
        return _changes(asked, seen, send(access, asked.subject, patch, dry_run=True)), ""
    except ClusterForbidden:
        if asked.automatic:
            raise
        return (), "it was not tried, and what changes is not known: there is no right to patch the workload"


def _left(seen: Seen, asked: Asked) -> Rollout | None:
    """The revision that a rollback leaves, None where it is not sure which that is. Raises ActRefused where it was left
    already."""
    if asked.wish.act is not ActKind.ROLLBACK:
        return None
    history, container = seen.history, asked.subject.container
    if asked.suspect is None:
        return present_one(history.rollouts, history.current)
    suspected = suspected_of(history.rollouts, asked.suspect, container)
    check_not_gone_back(history.current, suspected)
    return suspected


def target_of(seen: Seen, asked: Asked) -> Rollout | None:
    """The revision that a rollback goes to; None for other acts. Raises ActRefused."""
    if asked.wish.act is not ActKind.ROLLBACK:
        return None
    history, container = seen.history, asked.subject.container
    return revision_to(history.rollouts, history.current, asked.wish.revision, asked.suspect, container)


def patch_of(
    access: Access, subject: Subject, wish: Wish, seen: Seen, target: Rollout | None, key: str, now: float
) -> Patch:
    """The patch of an act on a workload as it was just read. Raises ActRefused, ClusterError."""
    workload = {"kind": subject.kind, **seen.workload}
    if wish.act is ActKind.ABORT:
        if subject.kind != "Rollout":
            raise ActRefused(f"a {subject.kind} knows no abort", "roll back, which an Argo Rollout alone need not")
        return patches.abort(workload)
    if "workloadRef" in (workload.get("spec") or {}):
        # Without the template nothing tells which budgets its pods are under, so that it is not restarted either.
        raise ActRefused(
            f"Rollout {subject.workload} has its template in another object (workloadRef)", "change that one by hand"
        )
    _check_strategy(workload)
    if wish.act is ActKind.RESTART:
        return patches.restart(workload, key, datetime.fromtimestamp(int(now), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    if wish.act is ActKind.RAISE_LIMIT:
        if wish.limit_bytes is None:
            raise ActRefused("limit_bytes: a limit must be given", "such as 512Mi")
        return patches.raise_limit(workload, subject.container, quantity_of(wish.limit_bytes), key)
    if target is None:
        raise ActRefused("there is no revision to go back to", "deploy an earlier version anew")
    return patches.rollback(workload, source_of(access, subject, target.name), key)


def send(access: Access, subject: Subject, patch: Patch, *, dry_run: bool = False) -> dict[str, Any]:
    """Send a patch; the object as it is, or would be, after it. Raises ClusterError, EditConflict."""
    return access.patch(path_of(subject, status=patch.status), patch.body, patch.kind, dry_run=dry_run)


def limit_of(workload: Mapping[str, Any], container: str) -> int | None:
    """The memory limit of a container of the template, bytes; None where there is none."""
    found = patches.container_of(workload, container)
    text = None if found is None else patches.memory_of(found, "limits")
    try:
        return None if text is None else bytes_of(text)
    except ValueError:
        return None


def _check_strategy(workload: Mapping[str, Any]) -> None:
    if text_in(workload, "spec", "updateStrategy", "type") == "OnDelete":
        raise ActRefused(
            "its update strategy is OnDelete: no pod would become new by it", "change it and delete the pods by hand"
        )


def _changes(asked: Asked, seen: Seen, after: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    if asked.wish.act is ActKind.ABORT:
        return (FieldChange("status.abort", None, "true"),)
    before = seen.workload
    if asked.wish.act is ActKind.ROLLBACK and asked.subject.kind == "Rollout":
        # A ReplicaSet has the API server's defaults in its template, and a Rollout has not: those are no change.
        template = patches.without_hash(seen.history.current.template, "Rollout")
        before = {**before, "spec": {**mapping_in(before, "spec"), "template": template}}
    return tuple(one for one in changes_between(before, after) if one.path != _MARK_PATH)


def _summary(asked: Asked, target: Rollout | None, limit: int | None) -> str:
    subject = asked.subject
    name = f"{subject.kind} {subject.name}"
    match asked.wish.act:
        case ActKind.ROLLBACK if target is not None:
            image = target.images.get(subject.container, "")
            of = f" ({image})" if image else ""
            return f"Roll {name} back to revision {target.number}{of}"
        case ActKind.ABORT:
            return f"Abort the rollout of {name}"
        case ActKind.RESTART:
            return f"Restart the pods of {name}, one after the other"
    present = "none" if limit is None else quantity_of(limit)
    wanted = quantity_of(asked.wish.limit_bytes or 0)
    return f"Raise the memory limit of container {subject.container} of {name} from {present} to {wanted}"


def _bought(asked: Asked, limit: int | None) -> str:
    if asked.wish.act is ActKind.RAISE_LIMIT and limit is not None and asked.wish.limit_bytes is not None:
        return bought.by_limit(asked.finding, limit, asked.wish.limit_bytes)
    if asked.wish.act is ActKind.RESTART:
        start = asked.before.curve[0][1] if asked.before.curve else None
        return bought.by_restart(asked.finding, start)
    return ""
