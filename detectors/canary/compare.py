"""The outcome for a canary: its lives laid over those of the stable revision, at the same age and load."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detectors.canary import reasons
from detectors.canary.floors import least_hours
from detectors.canary.kills import kills_of, more_killed, near_limit
from detectors.canary.lives import AgedLife
from detectors.canary.outcome import CanaryOptions, Comparison, Outcome
from detectors.canary.sides import canary_side, last_level, stable_side
from detectors.canary.told import FREEDOM, Told, old_enough, spacing, tell
from detectors.judgement import Figure, Reason

_INTERVAL = 0.9  # the upper end of an interval of 80 %
_SURE_TO_PASS = 0.95
# It is inconclusive for want of time: look again after that, at the soonest and at the latest.
_SOONEST_SECONDS, _LATEST_SECONDS = 60.0, 6 * 3600.0
# So many standard errors it takes to be sure.
_TO_PASS, _TO_FAIL = 2.2, 4.0


def compare(
    stable: Sequence[AgedLife],
    canary: Sequence[AgedLife],
    options: CanaryOptions | None = None,
) -> Comparison:
    """Whether the canary may go on. Never raises for what the samples hold; the same lives give the same outcome.

    stable, canary: lives of each one's pods, running and over.

    It fails when it is OOM-killed more often, when it stands near its limit and the stable does not, or when its floor
    grows beyond the stable's: at the same ages (a warm-up that both have is none), at the same time and load, by more
    than the stable's floor did in any other stretch as long, and without an end. It passes when it is sure that what
    it may grow by would not reach the limit for long. All else is inconclusive. Blind to what sets in later than the
    canary's age, and to leaks that are slower than what passes.
    """
    options = options or CanaryOptions()
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        return _compared(stable, canary, options)


@dataclass(frozen=True, slots=True)
class _Case:
    stable: Sequence[AgedLife]
    canary: Sequence[AgedLife]
    old: Sequence[AgedLife]
    options: CanaryOptions


def _compared(stable: Sequence[AgedLife], canary: Sequence[AgedLife], options: CanaryOptions) -> Comparison:
    case = _Case(stable, canary, old_enough(canary), options)
    if not canary or not stable:
        why = reasons.no_samples("canary" if not canary else "stable")
        return _open(case, None, [why], None if canary else _SOONEST_SECONDS)
    told = tell(stable, case.old)
    killed, near = more_killed(stable, canary), near_limit(stable, case.old)
    failures: list[Reason] = []
    if killed >= options.sure:
        failures.append(reasons.oom_killed(canary, stable))
    if near is not None:
        failures.append(reasons.near_limit(*near))
    room = _room(case, told)
    if told is not None and told.probability >= options.sure and _matters(told, room, options):
        failures += reasons.grows(told, room)
    if failures:
        probability = max(killed, options.sure if near else 0.0, told.probability if told else 0.0)
        return _outcome(case, Outcome.FAIL, told, probability, failures, None)
    if told is None:
        return _open(case, None, reasons.too_young(case.old, kills_of(canary)), _until_old_enough(case))
    most = told.at_most(_SURE_TO_PASS)
    holds = most <= 0 or room / most >= options.horizon_hours
    if holds and max(told.doubt, told.probability, killed) < options.doubtful:
        said = [reasons.holds(most, room), *reasons.background(told)]
        return _outcome(case, Outcome.PASS, told, told.probability, said, None)
    said = reasons.open_for(told, most, room, options, kills_of(canary))
    return _open(case, told, [*said, *reasons.background(told)], _until_more(case, told, room))


def _open(case: _Case, told: Told | None, said: Sequence[Reason], seconds: float | None) -> Comparison:
    probability = told.probability if told else 0.0
    killed = more_killed(case.stable, case.canary) if case.canary and case.stable else 0.0
    return _outcome(case, Outcome.INCONCLUSIVE, told, max(probability, killed), said, seconds)


def _outcome(
    case: _Case, outcome: Outcome, told: Told | None, probability: float, said: Sequence[Reason], seconds: float | None
) -> Comparison:
    excess = None if told is None else told.excess.excess
    low = None if told is None else told.at_most(1 - _INTERVAL)
    high = None if told is None else told.at_most(_INTERVAL)
    return Comparison(
        outcome=outcome,
        probability=probability,
        excess_bytes_per_hour=excess,
        interval=None if low is None or high is None else (low, high),
        reasons=tuple(said),
        figures=_figures(told),
        stable=stable_side(case.stable, told),
        canary=canary_side(case.canary, case.old, told),
        seconds_until_more=seconds,
    )


def _room(case: _Case, told: Told | None) -> float:
    """Bytes that a canary's pod may still grow by: to its limit, without one to twice its level; never below 0."""
    if told is None:
        return 0.0
    floor = last_level(told.stretch.canary.floor)
    limits = [life.limit for life in case.old if np.isfinite(life.limit)]
    return max((min(limits) if limits else 2 * told.level) - (floor or told.level), 0.0)


def _matters(told: Told, room: float, options: CanaryOptions) -> bool:
    """Whether the growth gets somewhere in time, as it is asked of any other leak."""
    if told.excess.excess <= 0:
        return False
    # A level doubles where it has no limit; with one, what is nearer counts.
    reaches = room / told.excess.excess <= options.limit_horizon_hours
    return reaches or told.level / told.excess.excess <= options.doubling_horizon_hours


def _until_old_enough(case: _Case) -> float:
    age = min((life.age for life in case.old), default=0.0) * 3600
    return float(np.clip(least_hours(spacing(case.old)) * 3600 - age, _SOONEST_SECONDS, _LATEST_SECONDS))


def _until_more(case: _Case, told: Told, room: float) -> float:
    """Seconds until the error should have shrunk enough to tell: it shrinks by the root of the age, or faster."""
    age = case.old[0].age * 3600
    wanted = room / case.options.horizon_hours
    error, excess = told.excess.error, told.excess.excess
    times = (_TO_PASS * error / (wanted - excess)) ** 2 if excess < wanted else (_TO_FAIL * error / excess) ** 2
    return float(np.clip((times - 1) * age, max(_SOONEST_SECONDS, age / 4), _LATEST_SECONDS))


def _figures(told: Told | None) -> tuple[Figure, ...]:
    if told is None:
        return ()
    excess = told.excess
    return (
        Figure("standard_errors", excess.beyond_warm_up, "excess over half as much again of the stable's warm-up"),
        Figure("agreement", told.agreement, "share of six windows in which the excess rose for good"),
        Figure("earlier", told.earlier, "slope of the excess in the earlier half over that of the whole"),
        Figure("later", told.later, "slope of the excess in the later half over that of the whole"),
        Figure("stretches", excess.stretches, "stretches of the stable as long, which say what is chance"),
        Figure("starts", excess.starts, "starts of the stable seen up to the same age"),
        Figure("degrees_of_freedom", FREEDOM, "of the distribution that the probability is taken from"),
    )
