"""The life of a mitigation: which state follows which, and what the incident's timeline is told of it. Pure.

Each function takes a mitigation and gives it as it stands afterwards, with an event; it raises ActRefused where that
cannot follow. Times are unix seconds.
"""

from dataclasses import dataclass, replace

from app.domain.acts import ActRefused
from app.domain.incident import Event, EventKind
from app.domain.mitigation.guards import Refusal
from app.domain.mitigation.model import Mitigation, MitigationState, Way

# Once it is approved it is done at once, or not at all: what was approved is what things looked like then.
APPROVED_SECONDS = 600.0

_S = MitigationState
_AFTER: dict[MitigationState, frozenset[MitigationState]] = {
    _S.PROPOSED: frozenset({_S.APPROVED, _S.REFUSED, _S.REJECTED, _S.EXPIRED, _S.STOPPED}),
    _S.APPROVED: frozenset({_S.APPLYING, _S.REFUSED, _S.REJECTED, _S.EXPIRED, _S.STOPPED, _S.FAILED}),
    _S.APPLYING: frozenset({_S.WATCHING, _S.FAILED, _S.STOPPED}),
    _S.WATCHING: frozenset({_S.SUCCEEDED, _S.NO_EFFECT, _S.INCONCLUSIVE, _S.FAILED}),
}


@dataclass(frozen=True, slots=True)
class Step:
    """A mitigation as it stands after a step, and what is told of it."""

    mitigation: Mitigation
    event: Event


def proposed(mitigation: Mitigation) -> Event:
    """What is told of a new one."""
    how = "" if mitigation.plan.way is Way.PATCH else f" ({_BY[mitigation.plan.way]})"
    why = f": {mitigation.reason}" if mitigation.reason else ""
    number = f"mitigation {mitigation.id}"
    return Event(EventKind.MITIGATION_PROPOSED, None, number, f"{mitigation.plan.summary}{how}{why}")


def approve(mitigation: Mitigation, actor: str, comment: str, now: float) -> Step:
    """A person says that it may be done. Raises ActRefused where it is done by hand, or it is too late."""
    if mitigation.plan.way is Way.BY_HAND:
        owner = mitigation.plan.owner
        whose = "elsewhere" if owner is None else f"by {owner.kind} ({owner.name or owner.where})"
        raise ActRefused(f"the workload is kept {whose}: leakwatch does not change it", "run the commands of the plan")
    if mitigation.state is _S.PROPOSED and now >= mitigation.expires_at:
        raise ActRefused("the proposal has expired: things may look different by now", "propose it again")
    changed = replace(_to(mitigation, _S.APPROVED), approved_at=now, approved_by=actor, approval=comment)
    who = "nobody had to be asked" if mitigation.automatic else f"{actor} says that it may be done"
    text = f"{mitigation.plan.summary}: {comment or who}"
    return Step(changed, Event(EventKind.MITIGATION_APPROVED, None, f"mitigation {mitigation.id}", text))


def begin(mitigation: Mitigation, now: float) -> Mitigation:
    """What is about to be done is written down. Nothing is told of it before it is done."""
    return replace(_to(mitigation, _S.APPLYING), applying_at=now, note="")


def applied(mitigation: Mitigation, now: float) -> Step:
    """It was done, and the rollout is watched."""
    changed = replace(_to(mitigation, _S.WATCHING), applied_at=now, note="")
    who = mitigation.approved_by or mitigation.proposed_by
    text = f"{mitigation.plan.summary}; approved by {who}" + (f": {mitigation.approval}" if mitigation.approval else "")
    return Step(changed, Event(EventKind.MITIGATION_APPLIED, None, f"mitigation {mitigation.id}", text))


def rolled_out(mitigation: Mitigation, how: str, now: float) -> Mitigation:
    """Its rollout is over; whether it helped is for later scans to say. how: what its controller says, in words."""
    if mitigation.state is not _S.WATCHING:
        raise ActRefused(f"mitigation {mitigation.id} is {mitigation.state.value}", "look at it again")
    return replace(mitigation, rolled_out_at=now, note=f"{how}; no scan has looked at them since")


def end(mitigation: Mitigation, state: MitigationState, outcome: str, now: float) -> Step:
    """It is over, and why."""
    changed = replace(_to(mitigation, state), ended_at=now, outcome=outcome, note="")
    text = f"{mitigation.plan.summary}: {outcome}" if outcome else mitigation.plan.summary
    return Step(changed, Event(EventKind.MITIGATION_ENDED, mitigation.state.value, state.value, text))


def refuse(mitigation: Mitigation, why: tuple[Refusal, ...], now: float) -> Step:
    """A guard said no, and nothing was done."""
    return end(mitigation, _S.REFUSED, words_of(why), now)


def words_of(why: tuple[Refusal, ...]) -> str:
    """Refusals as one line."""
    return "; ".join(f"{one.text} ({one.hint})" if one.hint else one.text for one in why)


def _to(mitigation: Mitigation, state: MitigationState) -> Mitigation:
    if state not in _AFTER.get(mitigation.state, frozenset()):
        raise ActRefused(
            f"mitigation {mitigation.id} is {mitigation.state.value}: it cannot be {state.value} from there",
            "look at it again, then decide anew",
        )
    return replace(mitigation, state=state)


_BY = {Way.ARGOCD: "by Argo CD", Way.BY_HAND: "to be done by hand"}
