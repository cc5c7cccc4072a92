"""Does what is approved: once, as it was shown, or not at all."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from app.domain.acts import ActRefused
from app.domain.mitigation import life
from app.domain.mitigation.guards import Policy, Situation
from app.domain.mitigation.life import APPROVED_SECONDS, Step
from app.domain.mitigation.model import Mitigation, MitigationState, Stop, Way
from app.domain.mitigation.patches import Patch
from app.domain.rollout import Rollout
from app.errors import ClusterError, ClusterUnreachable, EditConflict, ObjectNotFound, UsageError
from app.mitigating import argo_way
from app.mitigating.argo_way import Done
from app.mitigating.finding_out import changed_since, find_out, identity_of, is_settled
from app.mitigating.ledger import Ledger, undone
from app.mitigating.looking import Seen, look
from app.mitigating.planning import limit_of, patch_of, send
from app.mitigating.reach import Clusters, Reach

_NOTHING_DONE = "nothing was done"
_S = MitigationState


@dataclass(frozen=True, slots=True)
class Applying:
    """Takes a mitigation from approved to applied, or to why not. clock: of the restart that a patch tells of."""

    ledger: Ledger
    clusters: Clusters
    policy: Policy
    clock: Callable[[], float]

    def apply(self, one: Mitigation) -> None:
        """Do it, or write down why it was not done; what cannot be reached is left for the next time.

        Raises LeaseLost, StorageError.
        """
        if one.state is _S.APPLYING and is_settled(self.ledger, self.clusters, one):
            return
        if one.approved_at is not None and self.ledger.now() - one.approved_at > APPROVED_SECONDS:
            note = f": {one.note}" if one.note else ""
            self._end_undone(_S.EXPIRED, f"it could not be done in time, and {_NOTHING_DONE}{note}")
            return
        try:
            self._begin(one, self.clusters.to(one.subject.cluster))
        except ClusterUnreachable as error:
            # It may have been done all the same: the next step begins with finding that out.
            text = str(error)
            self.ledger.note(lambda found, _: replace(found, note=text))
        except ObjectNotFound as error:
            self._end_undone(_S.FAILED, f"the workload is gone, and {_NOTHING_DONE}: {error}")
        except (ClusterError, UsageError, ActRefused) as error:
            self._end_undone(_S.FAILED, f"{_NOTHING_DONE}: {error}")

    def _begin(self, one: Mitigation, reach: Reach) -> None:
        """Read afresh, ask all guards, write it down, do it."""
        seen = look(reach.access, one.subject, one.wish.act)
        if identity_of(seen.workload)[0] != one.plan.uid:
            raise ActRefused(
                "the workload is not the object that was proposed: it was made anew, or this is another cluster",
                "see kubectl's context, and propose it again",
            )
        patch = None if one.plan.way is Way.ARGOCD else _same_patch(reach, one, seen, self.clock())
        if patch is None:
            argo_way.check(reach, one)
        begun = self.ledger.begin(self.policy, lambda found: _situation(found, seen))
        if begun.state is not _S.APPLYING:
            return
        structlog.get_logger().info("a mitigation is applied", id=one.id, what=one.plan.summary)
        try:
            if patch is None:
                argo_way.roll_back(reach, begun)
            else:
                send(reach.access, begun.subject, patch)
        except EditConflict as error:
            self._after_conflict(one, begun, str(error))
        else:
            self.ledger.take(life.applied)

    def _after_conflict(self, one: Mitigation, begun: Mitigation, why: str) -> None:
        """The object is not the version any more that was read a moment before."""
        found = find_out(self.clusters, begun)
        if found is Done.YES:  # a patch of ours, given up before, has come in between
            self.ledger.take(life.applied)
        elif found is Done.NOT_YET:  # its controller wrote its status: what was approved is as it was
            self.ledger.note(lambda kept, _: replace(kept, note=f"{why}; it is tried again"))
        elif one.state is _S.APPLYING:
            self.ledger.take(changed_since)
        else:
            self._end_undone(_S.FAILED, f"the workload was changed meanwhile, and {_NOTHING_DONE}: {why}")

    def _end_undone(self, state: MitigationState, outcome: str) -> None:
        def end(found: Mitigation, now: float) -> Step:
            # Once it is begun it has not expired: it failed.
            fitting = _S.FAILED if found.state is _S.APPLYING else state
            return undone(life.end(found, fitting, outcome, now))

        self.ledger.take(end)


def _same_patch(reach: Reach, one: Mitigation, seen: Seen, now: float) -> Patch:
    """The patch that was shown, made anew of what is there now. Raises ActRefused where it is another by now."""
    stale = ActRefused("the workload was changed since it was proposed", "propose it again")
    if identity_of(seen.workload) != (one.plan.uid, one.plan.generation):
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
