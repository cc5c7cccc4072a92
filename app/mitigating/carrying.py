"""Carries mitigations on, from their approval to the end of the rollout, whatever is cut off in between.

A step is written down before it is taken. Where a process was killed after that, the next one reads from the object
whether it was done: the mark stands in the same patch. Every patch holds the version of the object that was read, so
that to send it once more can never do it twice.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog
from sqlalchemy import Engine

from app.domain.acts import ActRefused
from app.domain.mitigation import life, patches
from app.domain.mitigation.guards import Policy, Situation
from app.domain.mitigation.life import APPROVED_SECONDS, Step
from app.domain.mitigation.model import ActKind, Mitigation, MitigationState, Stop, Way
from app.domain.mitigation.patches import Patch
from app.domain.mitigation.progress import Stage, progress_of
from app.domain.rollout import Rollout
from app.errors import (
    ClusterError,
    ClusterUnreachable,
    EditConflict,
    LeakwatchError,
    ObjectNotFound,
    StorageError,
    UsageError,
)
from app.kubernetes.fields import text_in, whole_number_in
from app.mitigating import argo_way
from app.mitigating.argo_way import Done
from app.mitigating.ledger import LeaseLost, Ledger, take_ledger, undone
from app.mitigating.looking import Seen, look, path_of
from app.mitigating.planning import limit_of, patch_of, send
from app.mitigating.reach import Clusters, Reach
from app.storage import clock, mitigations
from app.storage.engine import reading

_MOST = 500
_NOTHING_DONE = "nothing was done"
# So long it is tried to find out whether something was done that may have been.
_FIND_OUT_SECONDS = 3600.0
_ARGO_SECONDS = 120.0
_S = MitigationState


@dataclass(frozen=True, slots=True)
class Limits:
    """How long things may take, seconds. rollout: of an act; judging: until scans have told whether it helped."""

    rollout: float
    judging: float


@dataclass(frozen=True, slots=True)
class Carrier:
    """Methods raise StorageError. policy: what settings allow; clock: of the restart that a patch tells of."""

    engine: Engine
    clusters: Clusters
    policy: Policy
    limits: Limits
    clock: Callable[[], float] = time.time

    def carry_all(self) -> None:
        """Take the next step of each that is under way; that of one does not keep the others from theirs."""
        with reading(self.engine) as session:
            now = clock.now(session)
            found = [one for one in mitigations.under_way(session, _MOST) if self._is_due(one, now)]
        for one in found:
            try:
                self.carry(one.id)
            except StorageError:
                raise
            except LeakwatchError as error:
                structlog.get_logger().warning("a mitigation comes no further", id=one.id, reason=str(error))

    def carry(self, mitigation_id: int) -> None:
        """Take the next step of one, unless another process is at it."""
        ledger = take_ledger(self.engine, mitigation_id)
        if ledger is None:
            return
        try:
            self._step(ledger)
        except LeaseLost:
            return
        ledger.let_go()

    def _is_due(self, one: Mitigation, now: float) -> bool:
        """Whether a step may be taken: what waits for people or scans is left in peace."""
        if one.state is _S.PROPOSED:
            return now >= one.expires_at
        if one.state is _S.WATCHING and one.rolled_out_at is not None:
            return now - one.rolled_out_at >= self.limits.judging
        return True

    def _step(self, ledger: Ledger) -> None:
        one = ledger.read()
        if one.state is _S.PROPOSED:
            ledger.take(_expired)
        elif one.state in {_S.APPROVED, _S.APPLYING}:
            self._apply(ledger, one)
        elif one.state is _S.WATCHING and one.rolled_out_at is None:
            self._watch(ledger, one)
        elif one.state is _S.WATCHING:
            ledger.take(lambda found, now: life.end(found, _S.INCONCLUSIVE, _never_told(found), now))

    def _apply(self, ledger: Ledger, one: Mitigation) -> None:
        if one.state is _S.APPLYING and self._is_told(ledger, one):
            return
        with reading(self.engine) as session:
            now = clock.now(session)
        if one.approved_at is not None and now - one.approved_at > APPROVED_SECONDS:
            note = f": {one.note}" if one.note else ""
            self._end_undone(ledger, _S.EXPIRED, f"it could not be done in time, and {_NOTHING_DONE}{note}")
            return
        try:
            self._begin(ledger, one, self.clusters.to(one.subject.cluster))
        except ClusterUnreachable as error:
            # It may have been done all the same: the next step begins with finding that out.
            text = str(error)
            ledger.note(lambda found, _: replace(found, note=text))
        except ObjectNotFound as error:
            self._end_undone(ledger, _S.FAILED, f"the workload is gone, and {_NOTHING_DONE}: {error}")
        except (ClusterError, UsageError, ActRefused) as error:
            self._end_undone(ledger, _S.FAILED, f"{_NOTHING_DONE}: {error}")

    def _is_told(self, ledger: Ledger, one: Mitigation) -> bool:
        """Whether what was begun, and cut off, may be begun once more must wait, or is settled: it was done, or nobody
        can tell. False where it is sure that it was not done."""
        try:
            found = self._find_out(one)
        except LeakwatchError as error:
            text = str(error)
            self._settle_or_wait(ledger, one, text, _FIND_OUT_SECONDS)
            return True
        if found is Done.NOT_YET and one.plan.way is Way.ARGOCD:
            # There is no version that would keep it from being done twice.
            self._settle_or_wait(ledger, one, "Argo CD tells of no such operation", _ARGO_SECONDS)
        elif found is Done.YES:
            ledger.take(life.applied)
        elif found is Done.UNTOLD:
            ledger.take(_untold("it was changed by another since"))
        return found is not Done.NOT_YET or one.plan.way is Way.ARGOCD

    def _find_out(self, one: Mitigation) -> Done:
        """Whether it was done, as the object tells. Raises ClusterError."""
        reach = self.clusters.to(one.subject.cluster)
        if one.plan.way is Way.ARGOCD:
            return argo_way.was_done(reach, one)
        workload = reach.access.get(path_of(one.subject))
        if patches.is_applied(workload, one.key, is_abort=one.wish.act is ActKind.ABORT):
            return Done.YES
        is_same = _identity(workload) == (one.plan.uid, one.plan.generation)
        return Done.NOT_YET if is_same else Done.UNTOLD

    def _settle_or_wait(self, ledger: Ledger, one: Mitigation, why: str, seconds: float) -> None:
        def settle(found: Mitigation, now: float) -> Step:
            return _untold(why)(found, now)

        with reading(self.engine) as session:
            now = clock.now(session)
        if one.applying_at is not None and now - one.applying_at > seconds:
            ledger.take(settle)
        else:
            ledger.note(lambda found, _: replace(found, note=why))

    def _begin(self, ledger: Ledger, one: Mitigation, reach: Reach) -> None:
        """Read afresh, ask all guards, write it down, do it."""
        seen = look(reach.access, one.subject, one.wish.act)
        patch = None if one.plan.way is Way.ARGOCD else _same_patch(reach, one, seen, self.clock())
        if patch is None:
            argo_way.check(reach, one)
        begun = ledger.begin(self.policy, lambda found: _situation(found, seen))
        if begun.state is not _S.APPLYING:
            return
        structlog.get_logger().info("a mitigation is applied", id=one.id, what=one.plan.summary)
        try:
            if patch is None:
                argo_way.roll_back(reach, begun)
            else:
                send(reach.access, begun.subject, patch)
        except EditConflict as error:
            self._after_conflict(ledger, one, begun, str(error))
        else:
            ledger.take(life.applied)

    def _after_conflict(self, ledger: Ledger, one: Mitigation, begun: Mitigation, why: str) -> None:
        """The object is not the version any more that was read a moment before."""
        found = self._find_out(begun)
        if found is Done.YES:  # a patch of ours, given up before, has come in between
            ledger.take(life.applied)
        elif found is Done.NOT_YET:  # its controller wrote its status: what was approved is as it was
            ledger.note(lambda kept, _: replace(kept, note=f"{why}; it is tried again"))
        elif one.state is _S.APPLYING:
            ledger.take(_untold("it was changed by another since"))
        else:
            self._end_undone(ledger, _S.FAILED, f"the workload was changed meanwhile, and {_NOTHING_DONE}: {why}")

    def _watch(self, ledger: Ledger, one: Mitigation) -> None:
        try:
            workload = self.clusters.to(one.subject.cluster).access.get(path_of(one.subject))
        except ObjectNotFound as error:
            text = f"the workload is gone: {error}"
            ledger.take(lambda found, now: life.end(found, _S.FAILED, text, now))
            return
        except ClusterError as error:
            self._not_over(ledger, one, str(error))
            return
        is_abort = one.wish.act is ActKind.ABORT
        if one.plan.way is Way.PATCH and not patches.is_applied(workload, one.key, is_abort=is_abort):
            text = "it was done, and undone by another before its rollout was over"
            ledger.take(lambda found, now: life.end(found, _S.FAILED, text, now))
            return
        if one.plan.way is Way.ARGOCD and _generation(workload) <= one.plan.generation:
            self._not_over(ledger, one, "Argo CD has not changed the workload yet")
            return
        progress = progress_of({"kind": one.subject.kind, **workload}, is_abort=is_abort)
        if progress.stage is Stage.STUCK:
            text = f"its rollout failed, and nothing was undone: {progress.text}"
            ledger.take(lambda found, now: life.end(found, _S.FAILED, text, now))
        elif progress.stage is Stage.GOING:
            self._not_over(ledger, one, progress.text)
        elif one.wish.act in {ActKind.RESTART, ActKind.RAISE_LIMIT}:
            ledger.take(_succeeded)
        else:
            ledger.note(life.rolled_out)

    def _not_over(self, ledger: Ledger, one: Mitigation, why: str) -> None:
        with reading(self.engine) as session:
            now = clock.now(session)
        if one.applied_at is not None and now - one.applied_at > self.limits.rollout:
            text = f"its rollout is not over in time, and nothing was undone: {why}"
            ledger.take(lambda found, at: life.end(found, _S.FAILED, text, at))
        else:
            ledger.note(lambda found, _: replace(found, note=why))

    def _end_undone(self, ledger: Ledger, state: MitigationState, outcome: str) -> None:
        def end(found: Mitigation, now: float) -> Step:
            # Once it is begun it has not expired: it failed.
            fitting = _S.FAILED if found.state is _S.APPLYING else state
            return undone(life.end(found, fitting, outcome, now))

        ledger.take(end)


def _same_patch(reach: Reach, one: Mitigation, seen: Seen, now: float) -> Patch:
    """The patch that was shown, made anew of what is there now. Raises ActRefused where it is another by now."""
    stale = ActRefused("the workload was changed since it was proposed", "propose it again")
    if _identity(seen.workload) != (one.plan.uid, one.plan.generation):
        raise stale
    if seen.owner is not None:
        raise ActRefused(f"{seen.owner.kind} keeps the workload by now", "propose it again")
    patch = patch_of(reach.access, one.subject, one.wish, seen, _target(one, seen), one.key, now)
    if patch.digest != one.plan.digest:
        raise stale
    return patch


def _target(one: Mitigation, seen: Seen) -> Rollout | None:
    return next((kept for kept in seen.history.rollouts if kept.name == one.plan.target), None)


def _situation(one: Mitigation, seen: Seen) -> Situation:
    """How things stand, but for what the ledger counts itself. What a probability has to be was asked at the start."""
    return Situation(
        subject=one.subject,
        wish=one.wish,
        way=one.plan.way,
        disturbance=seen.disturbance,
        stop=Stop(),
        last_on_workload=None,
        in_a_day=0,
        now=0.0,
        automatic=one.automatic,
        probability=1.0,
        present_limit=limit_of(seen.workload, one.subject.container),
    )


def _expired(one: Mitigation, now: float) -> Step:
    return life.end(one, _S.EXPIRED, "nobody approved it in time", now)


def _untold(why: str) -> Callable[[Mitigation, float], Step]:
    text = f"it was cut off, and whether it was done cannot be told: {why}"
    return lambda one, now: life.end(one, _S.FAILED, text, now)


def _succeeded(one: Mitigation, now: float) -> Step:
    text = f"all pods are new and ready; the leak is not mended: {one.plan.bought}"
    return life.end(replace(one, rolled_out_at=now), _S.SUCCEEDED, text, now)


def _never_told(one: Mitigation) -> str:
    return f"scans could not tell in time whether it helped{': ' if one.note else ''}{one.note}"


def _identity(workload: Mapping[str, Any]) -> tuple[str, int]:
    """What tells whether it is the same object, with the same specification."""
    return text_in(workload, "metadata", "uid"), _generation(workload)


def _generation(workload: Mapping[str, Any]) -> int:
    return whole_number_in(workload, "metadata", "generation") or 0
