"""Lives of a workload's pods, cut where they were restarted or killed, and its revisions at the same ages. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from detectors.panel import Floats

_HOUR = 3600.0
_AGES = tuple(hours * _HOUR for hours in (0.25, 0.5, 1, 2, 4, 8, 12, 16, 24, 36, 48, 72, 96, 120, 168, 240, 336))
_MOST_AGES = 6
_CURVE_POINTS = 40
# A line through fewer points is no growth.
_LEAST_POINTS = 3


class Ending(StrEnum):
    """How a life ended. gone: its pod was seen no more; runs: it goes on."""

    OOM_KILL = "oom_kill"
    RESTART = "restart"
    GONE = "gone"
    RUNS = "runs"


@dataclass(frozen=True, slots=True)
class PodCourse:
    """A pod over a window: bytes of memory at each of its times, NaN where unknown.

    restarts, kills: unix seconds, each of the last sample before it.
    """

    pod: str
    revision: str | None
    memory: Floats
    restarts: Sequence[float]
    oom_kills: Sequence[float]


@dataclass(frozen=True, slots=True)
class Lifetime:
    """One life. began_at, ended_at: unix seconds; is_begin_seen: whether it began in the window, else it is older.

    ages: seconds since it began, or was first seen, of each of its samples of memory (bytes), shape (samples,)
    growth: bytes/hour, of a straight line through its memory (least squares); None where they are too few
    """

    pod: str
    revision: str | None
    began_at: float
    is_begin_seen: bool
    ended_at: float
    ending: Ending
    growth_bytes_per_hour: float | None
    ages: Floats
    memory: Floats


@dataclass(frozen=True, slots=True)
class RevisionAges:
    """A revision's memory at some ages, bytes: the median of its lives that came to that age, None where none did.

    lives: how many; is_begin_seen: whether their ages are known, else they are counted from the window's start
    curve: (age in seconds, bytes) at more ages, for a plot
    """

    revision: str | None
    lives: int
    is_begin_seen: bool
    levels: tuple[float | None, ...]
    curve: tuple[tuple[float, float], ...]


def lifetimes(times: Floats, pods: Iterable[PodCourse]) -> tuple[Lifetime, ...]:
    """The lives of the pods, the latest first. times: unix seconds, shape (samples,), of the pods' samples."""
    found = [life for pod in pods for life in _lives(times, pod)] if times.size else []
    return tuple(sorted(found, key=lambda life: (-life.began_at, life.pod)))


def ages_of(lives: Sequence[Lifetime]) -> tuple[float, ...]:
    """The ages in seconds, at most six, at which these lives are best compared."""
    longest = max((float(life.ages[-1]) for life in lives), default=0.0)
    return tuple(age for age in _AGES if age <= longest)[-_MOST_AGES:]


def by_age(lives: Sequence[Lifetime], ages: Sequence[float]) -> tuple[RevisionAges, ...]:
    """Each revision at these ages, the latest first. Lives whose age is known alone, where a revision has any."""
    revisions = list(dict.fromkeys(life.revision for life in lives))
    return tuple(_revision([life for life in lives if life.revision == one], ages) for one in revisions)


def _lives(times: Floats, pod: PodCourse) -> list[Lifetime]:
    step = float(times[1] - times[0]) if times.size > 1 else 0.0
    kills = dict.fromkeys(pod.oom_kills, Ending.OOM_KILL)
    restarts = {at: Ending.RESTART for at in pod.restarts if all(abs(at - kill) > step for kill in kills)}
    ends = sorted((kills | restarts).items())
    found, start, is_first = [], -np.inf, True
    for at, ending in [*ends, (np.inf, None)]:
        inside = (times > start) & (times <= at) & np.isfinite(pod.memory)
        if inside.any():
            found.append(_life(times, pod, np.flatnonzero(inside), None if is_first else start, at, ending))
        start, is_first = at, False
    return found


def _life(
    times: Floats, pod: PodCourse, columns: np.ndarray, start: float | None, end: float, ending: Ending | None
) -> Lifetime:
    step = float(times[1] - times[0]) if times.size > 1 else 0.0
    first, last = float(times[columns[0]]), float(times[columns[-1]])
    began = first if start is None else start
    if ending is None:
        end, ending = last, Ending.RUNS if last >= float(times[-1]) - 2 * step else Ending.GONE
    memory = pod.memory[columns]
    growth = None
    if columns.size >= _LEAST_POINTS:
        growth = float(np.polyfit((times[columns] - first) / _HOUR, memory, 1)[0])
    # What was there in the window's first samples may be of any age.
    is_begin_seen = start is not None or columns[0] > 1
    return Lifetime(pod.pod, pod.revision, began, is_begin_seen, end, ending, growth, times[columns] - began, memory)


def _revision(lives: Sequence[Lifetime], ages: Sequence[float]) -> RevisionAges:
    known = [life for life in lives if life.is_begin_seen]
    used = known or lives
    longest = max(float(life.ages[-1]) for life in used)
    curve = [(age, _median(used, age)) for age in np.linspace(0.0, longest, _CURVE_POINTS).tolist()]
    return RevisionAges(
        revision=lives[0].revision,
        lives=len(used),
        is_begin_seen=bool(known),
        levels=tuple(_median(used, age) for age in ages),
        curve=tuple((age, value) for age, value in curve if value is not None),
    )


def _median(lives: Sequence[Lifetime], age: float) -> float | None:
    there = [life for life in lives if life.ages[0] <= age <= life.ages[-1]]
    if not there:
        return None
    return float(np.median([np.interp(age, life.ages, life.memory) for life in there]))
