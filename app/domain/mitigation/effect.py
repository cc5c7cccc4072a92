"""Whether a leak is gone after an act: memory of the new pods held against that of those before, at the same age. Pure.

What is compared is growth between two ages, not the level: another version of a program may need more or less to begin
with. The first third of a life is left out, for it holds the warm-up. The growth that a leak would have brought in that
time is either there again, or it is not; what lies between, or is too small to be seen, cannot be told yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from statistics import median

from app.domain.mitigation.model import Sighting
from detectors.words import amount, span

_HOUR = 3600.0
MIB = 2**20
# What the leak would have brought must stand out of what memory does anyway: so much, or this share of the level.
_LEAST_GROWTH_BYTES = 24 * MIB
_LEAST_GROWTH_SHARE = 0.08
_LEAST_AGE_SECONDS = 2 * _HOUR
_LONGEST_NEEDED_SECONDS = 72 * _HOUR
_FIRST_PART = 1 / 3
# Of the leak's growth, how much less must have come for it to be gone, and how much at most where it is still there.
_GONE_ABOVE, _STILL_BELOW = 0.65, 0.35
_LEAST_SIGHTINGS = 4
# A sighting is of an age where it is no further from it than this share of the age that pods have.
_NEAR_SHARE = 0.25


class Effect(StrEnum):
    """What can be said so far."""

    TOO_YOUNG = "too_young"
    UNCLEAR = "unclear"
    GONE = "gone"
    STILL_THERE = "still_there"


@dataclass(frozen=True, slots=True)
class Before:
    """What the workload did before the act. growth: of one leaking pod, bytes/hour; level: of the largest pod, bytes.

    curve: (age in seconds, bytes) of the largest life whose beginning was seen, by age; empty where none was
    """

    growth_bytes_per_hour: float
    level_bytes: float
    curve: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """What is said of it. needed_seconds: the age at which it can be told; text: in words, with the figures."""

    effect: Effect
    needed_seconds: float
    age_seconds: float
    text: str


def judge(before: Before, sightings: Sequence[Sighting]) -> Judged:
    """What scans since the act say. sightings: in order of age; empty where no scan has looked yet."""
    needed = needed_age(before)
    age = sightings[-1].age_seconds if sightings else 0.0
    if age < needed or len(sightings) < _LEAST_SIGHTINGS:
        text = f"cannot tell yet: pods since then are {span(age / _HOUR)} old, and must be {span(needed / _HOUR)}"
        return Judged(Effect.TOO_YOUNG, needed, age, text)
    compared = _compare(before, sightings, age)
    if compared is None:
        text = (
            f"cannot tell yet: scans saw too little of pods since then at an age of {span(age * _FIRST_PART / _HOUR)}"
        )
        return Judged(Effect.UNCLEAR, needed, age, text)
    share, text = compared.missing_share, compared.words
    leaking = next((one.leaking for one in reversed(sightings) if one.leaking is not None), None)
    is_flagged = sightings[-1].verdict == "leak" and leaking != 0
    if share < _STILL_BELOW:
        return Judged(Effect.STILL_THERE, needed, age, f"the leak is still there: {text}")
    if share > _GONE_ABOVE and not is_flagged:
        return Judged(Effect.GONE, needed, age, f"the leak is gone: {text}")
    doubt = "; scans still call it a leak" if is_flagged else ""
    return Judged(Effect.UNCLEAR, needed, age, f"cannot tell yet: {text}{doubt}")


def needed_age(before: Before) -> float:
    """The age in seconds at which what the leak would have brought stands out.

    Where lives of before were seen from their beginning, they say it: a leak may begin long after the pod does. Where
    they never grew so much, or none was seen so, the rate of growth does.
    """
    least = max(_LEAST_GROWTH_BYTES, _LEAST_GROWTH_SHARE * _start(before))
    for age, _ in before.curve:
        grown = _grown(before, age)
        if age >= _LEAST_AGE_SECONDS and grown is not None and grown >= least:
            return age
    if before.growth_bytes_per_hour <= 0:
        return _LONGEST_NEEDED_SECONDS
    needed = least / before.growth_bytes_per_hour / (1 - _FIRST_PART) * _HOUR
    seen = before.curve[-1][0] if before.curve else 0.0
    return min(max(needed, seen, _LEAST_AGE_SECONDS), _LONGEST_NEEDED_SECONDS)


@dataclass(frozen=True, slots=True)
class _Compared:
    missing_share: float
    words: str


def _compare(before: Before, sightings: Sequence[Sighting], age: float) -> _Compared | None:
    """How much of the leak's growth has not come this time: 1 for all of it, 0 for none. None where scans looked too
    seldom to say what the level was at both ages."""
    young = age * _FIRST_PART
    by_rate = before.growth_bytes_per_hour * (age - young) / _HOUR
    grown = _grown(before, age)
    then = by_rate if grown is None else grown
    old_level, young_level = _level(sightings, age, age), _level(sightings, young, age)
    if old_level is None or young_level is None:
        return None
    now = old_level - young_level
    words = (
        f"from an age of {span(young / _HOUR)} to {span(age / _HOUR)} it grew by {amount(now)},"
        f" where it was {amount(then)} before"
    )
    return _Compared((then - now) / then if then > 0 else (_GONE_ABOVE + _STILL_BELOW) / 2, words)


def _grown(before: Before, age: float) -> float | None:
    """By how much lives of before grew up to an age, without their beginning; None where none was seen so long."""
    old, young = _at(before.curve, age), _at(before.curve, age * _FIRST_PART)
    return None if old is None or young is None else old - young


def _at(curve: Sequence[tuple[float, float]], age: float) -> float | None:
    """The curve's value at an age, between its points; None outside it."""
    for (left, low), (right, high) in pairwise(curve):
        if left <= age <= right:
            return low if right == left else low + (high - low) * (age - left) / (right - left)
    return None


def _level(sightings: Sequence[Sighting], age: float, span_seconds: float) -> float | None:
    """The level about an age: the middle of the three sightings nearest to it, for one alone may be a peak.

    None where those are not near: span_seconds is what is compared over.
    """
    nearest = sorted(sightings, key=lambda one: abs(one.age_seconds - age))[:3]
    if median(abs(one.age_seconds - age) for one in nearest) > _NEAR_SHARE * span_seconds:
        return None
    return median(one.level_bytes for one in nearest)


def _start(before: Before) -> float:
    return before.curve[0][1] if before.curve else before.level_bytes
