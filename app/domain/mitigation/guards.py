"""What an act must not do: every guard, asked at the proposal and once more just before it is applied. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.domain.mitigation.model import ActKind, Disturbance, Stop, Subject, Way, Wish
from app.domain.pattern import compiled
from app.durations import format_duration
from detectors.words import percent

ONE_WORKLOAD_SECONDS = 3600.0
A_DAY_SECONDS = 86_400.0
# Beyond this many times the present limit, nodes are asked for memory that they were never planned to have.
MOST_RAISE = 4


class Mode(StrEnum):
    """What may be done at all."""

    OFF = "off"
    PROPOSE = "propose"
    ACT = "act"


@dataclass(frozen=True, slots=True)
class Policy:
    """What settings allow. namespaces, workloads: patterns that must fit whole; workloads are NAMESPACE/NAME, of
    which none given means all; of namespaces it means none.

    a_day: acts in all in 24 hours; automatic, automatic_above: the workloads, and the probability above which, no
    person is asked; argocd: whether Argo CD may be told to roll back; stopped: the emergency stop as a setting
    """

    mode: Mode = Mode.OFF
    namespaces: tuple[str, ...] = ()
    workloads: tuple[str, ...] = ()
    acts: frozenset[ActKind] = frozenset(ActKind)
    a_day: int = 10
    automatic: tuple[str, ...] = ()
    automatic_above: float = 1.0
    argocd: bool = False
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Situation:
    """All that guards look at. Times: unix seconds.

    stop: as the database has it; last_on_workload: when an act was last applied to the workload, None for never;
    in_a_day: acts applied in the last 24 hours; probability: of the leak, as it was last judged; tried: whether an act
    of this leak has failed or had no effect since it began; present_limit: bytes, None where none is set;
    applying: whether it is about to be done, and not only proposed
    """

    subject: Subject
    wish: Wish
    way: Way
    disturbance: Disturbance
    stop: Stop
    last_on_workload: float | None
    in_a_day: int
    now: float
    automatic: bool = False
    probability: float = 0.0
    tried: bool = False
    present_limit: int | None = None
    applying: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why it may not be. code: the guard's name; hint: what to do."""

    code: str
    text: str
    hint: str


def refusals(policy: Policy, situation: Situation) -> tuple[Refusal, ...]:
    """What speaks against it, the most fundamental first; nothing where it may be done.

    Of what a person does by hand, only what settings allow is asked: the cluster is theirs to look at. But what was
    proposed to them unasked, and came to nothing, is not proposed for ever.
    """
    by_hand = situation.way is Way.BY_HAND
    guards = (*_OF_SETTINGS, *(() if by_hand else (*_OF_TIME, *_OF_CLUSTER)), *_OF_AUTOMATIC)
    return tuple(found for guard in guards for found in guard(_Asked(policy, situation)))


def fits(patterns: tuple[str, ...], name: str) -> bool:
    """Whether a name fits one of the patterns whole."""
    return any(compiled(one).matches(name) for one in patterns)


@dataclass(frozen=True, slots=True)
class _Asked:
    policy: Policy
    situation: Situation


Found = Iterator[Refusal]
Guard = Callable[[_Asked], Found]


def _mode(asked: _Asked) -> Found:
    if asked.policy.mode is Mode.OFF:
        yield Refusal("off", "mitigation is off", "set LEAKWATCH_MITIGATION to propose or act")
    elif asked.situation.applying and asked.policy.mode is not Mode.ACT:
        yield Refusal("off", "acts may be proposed, and not done", "set LEAKWATCH_MITIGATION to act")


def _stop(asked: _Asked) -> Found:
    if asked.policy.stopped:
        yield Refusal("stopped", "all acts are stopped by a setting", "unset LEAKWATCH_MITIGATION_STOP")
    elif asked.situation.stop.in_force:
        text = f"{asked.situation.stop.by} stopped all acts: {asked.situation.stop.reason}"
        yield Refusal("stopped", text, "an admin can let them go on: `leakwatch mitigate resume`")


def _namespace(asked: _Asked) -> Found:
    if not fits(asked.policy.namespaces, asked.situation.subject.namespace):
        text = f"namespace {asked.situation.subject.namespace} is not one to act in"
        yield Refusal("namespace", text, "LEAKWATCH_MITIGATION_NAMESPACES names those that are")


def _workload(asked: _Asked) -> Found:
    if asked.policy.workloads and not fits(asked.policy.workloads, asked.situation.subject.name):
        text = f"workload {asked.situation.subject.name} is not one to act on"
        yield Refusal("workload", text, "LEAKWATCH_MITIGATION_WORKLOADS names those that are")


def _act(asked: _Asked) -> Found:
    if asked.situation.wish.act not in asked.policy.acts:
        text = f"{asked.situation.wish.act.value} is not an act that is allowed"
        yield Refusal("act", text, "LEAKWATCH_MITIGATION_ACTS names those that are")


def _argocd(asked: _Asked) -> Found:
    if asked.situation.way is Way.ARGOCD and not asked.policy.argocd:
        yield Refusal("argocd", "Argo CD may not be told to roll back", "set LEAKWATCH_MITIGATION_ARGOCD_ACT")


def _limit(asked: _Asked) -> Found:
    wanted, present = asked.situation.wish.limit_bytes, asked.situation.present_limit
    if asked.situation.wish.act is not ActKind.RAISE_LIMIT or wanted is None or present is None:
        return
    if wanted <= present:
        yield Refusal("limit", "the limit is that high already, or higher", "give a higher one")
    elif wanted > MOST_RAISE * present:
        text = f"the limit would be more than {MOST_RAISE} times what it is"
        yield Refusal("limit", text, "nodes were never planned for that: restart it in time, or roll back")


def _hourly(asked: _Asked) -> Found:
    last, now = asked.situation.last_on_workload, asked.situation.now
    if last is not None and now - last < ONE_WORKLOAD_SECONDS:
        text = f"something was done to {asked.situation.subject.name} {format_duration(now - last)} ago"
        left = format_duration(ONE_WORKLOAD_SECONDS - (now - last))
        yield Refusal("hourly", f"{text}; one act an hour is the most", f"see what came of it, and try again in {left}")


def _daily(asked: _Asked) -> Found:
    if asked.situation.in_a_day >= asked.policy.a_day:
        text = f"there were {asked.situation.in_a_day} acts in the last 24 hours; {asked.policy.a_day} are the most"
        yield Refusal("daily", text, "LEAKWATCH_MITIGATION_A_DAY says how many; so many leaks may have one cause")


def _paused(asked: _Asked) -> Found:
    if asked.situation.disturbance.paused and asked.situation.wish.act is not ActKind.ABORT:
        hint = "abort it, or let it go on first" if _knows_abort(asked) else "resume it first"
        yield Refusal("paused", "its rollout is paused", f"{hint}, as somebody had a reason to pause it")


def _rolling(asked: _Asked) -> Found:
    if asked.situation.wish.act is ActKind.ABORT:
        if not (asked.situation.disturbance.rolling or asked.situation.disturbance.paused):
            yield Refusal("not_rolling", "no rollout of it is under way to abort", "roll back instead")
    elif asked.situation.disturbance.rolling:
        hint = "abort it, or wait until it is over" if _knows_abort(asked) else "wait until it is over"
        yield Refusal("rolling", "a rollout of it is under way", hint)


def _knows_abort(asked: _Asked) -> bool:
    return asked.situation.subject.kind == "Rollout"


def _budget(asked: _Asked) -> Found:
    at_once = asked.situation.disturbance.at_once
    for one in asked.situation.disturbance.budgets:
        if not one.is_current:
            yield Refusal("budget", f"the state of PodDisruptionBudget {one.name} is not known yet", "wait a moment")
        elif at_once and one.healthy < one.desired:
            text = f"{one.healthy} pods are healthy, and PodDisruptionBudget {one.name} wants {one.desired}"
            yield Refusal("budget", text, "see why pods are not ready first")
        elif at_once > one.allowed:
            text = f"{at_once} pods would be down at once, and PodDisruptionBudget {one.name} allows {one.allowed}"
            yield Refusal("budget", text, "let the rollout take fewer down (maxUnavailable), or wait for more replicas")


def _automatic(asked: _Asked) -> Found:
    if not asked.situation.automatic:
        return
    if not fits(asked.policy.automatic, asked.situation.subject.name):
        text = f"workload {asked.situation.subject.name} is not one to act on without asking"
        yield Refusal("automatic", text, "LEAKWATCH_MITIGATION_AUTOMATIC names those that are")
    if asked.situation.probability < asked.policy.automatic_above:
        sure, needed = percent(asked.situation.probability), percent(asked.policy.automatic_above)
        text = f"it is {sure} sure that it leaks, and {needed} are needed to act without asking"
        yield Refusal("probability", text, "let a person decide")
    if asked.situation.tried:
        yield Refusal("tried", "what was proposed against this leak before came to nothing", "let a person decide")


_OF_SETTINGS: tuple[Guard, ...] = (_mode, _stop, _namespace, _workload, _act, _argocd, _limit)
_OF_TIME: tuple[Guard, ...] = (_hourly, _daily)
_OF_CLUSTER: tuple[Guard, ...] = (_paused, _rolling, _budget)
_OF_AUTOMATIC: tuple[Guard, ...] = (_automatic,)
