"""What a workload's memory did before an act, from the evidence that is kept with its incident. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from app.domain.lifetimes import Lifetime, PodCourse, lifetimes
from app.domain.mitigation.effect import Before
from app.domain.mitigation.model import Sighting
from detectors.panel import Floats

_POINTS = 40


def before_of(finding: Mapping[str, Any], evidence: Mapping[str, Any] | None) -> Before:
    """What it did. finding: the incident's document; evidence: that of its latest moment, None where none is kept.

    The curve is of the largest life at each age, as what scans say later is of the largest pod.
    """
    lives = [] if evidence is None else [life for life in lives_of(evidence) if life.is_begin_seen]
    longest = max((float(life.ages[-1]) for life in lives), default=0.0)
    curve = []
    for age in np.linspace(0.0, longest, _POINTS).tolist() if longest > 0 else ():
        there = [life for life in lives if life.ages[0] <= age <= life.ages[-1]]
        if there:
            curve.append((age, max(float(np.interp(age, life.ages, life.memory)) for life in there)))
    return Before(float(finding["growth_bytes_per_hour"]), float(finding["current_bytes"]), tuple(curve))


def document_of(before: Before) -> dict[str, Any]:
    """It as a JSON document, which `from_document` reads."""
    return {
        "growth_bytes_per_hour": before.growth_bytes_per_hour,
        "level_bytes": before.level_bytes,
        "curve": [[round(age), round(level)] for age, level in before.curve],
    }


def from_document(document: Mapping[str, Any]) -> Before:
    """What a document tells of."""
    curve = tuple((float(age), float(level)) for age, level in document["curve"])
    return Before(float(document["growth_bytes_per_hour"]), float(document["level_bytes"]), curve)


def sighting_of(
    finding: Mapping[str, Any],
    evidence: Mapping[str, Any],
    applied_at: float,
    rolled_out_at: float,
    seen_at: float,
    began_at: float | None = None,
) -> Sighting | None:
    """What a scan saw of the pods that came after an act: unix seconds, as is the end of its window.

    None where it could not see anything of them: not all was read, or no pod ran. began_at: when the life of the
    largest pod began: one that was restarted since is as old as that, however long ago the act was.
    """
    level = float(finding["current_bytes"])
    if seen_at <= rolled_out_at or level <= 0 or not finding.get("fully_read", True):
        return None
    fresh = [
        pod for pod, course in zip(evidence["pods"], _courses(evidence), strict=True) if _began(course) > applied_at
    ]
    leaking = sum(bool(pod["leaking"]) for pod in fresh) if fresh else None
    since = rolled_out_at if began_at is None else max(rolled_out_at, began_at)
    return Sighting(seen_at - since, level, str(finding["verdict"]), leaking) if seen_at > since else None


def lives_of(evidence: Mapping[str, Any]) -> tuple[Lifetime, ...]:
    """The lives that an evidence document tells of, by their peaks: what limits are compared with."""
    times = np.asarray(evidence["times"], dtype=np.float64)
    pods = [
        PodCourse(pod["pod"], pod["revision"], course[1], pod["restarts"], pod["oom_kills"])
        for pod, course in zip(evidence["pods"], _courses(evidence), strict=True)
    ]
    return lifetimes(times, pods)


def _courses(evidence: Mapping[str, Any]) -> Sequence[tuple[Floats, Floats]]:
    times = np.asarray(evidence["times"], dtype=np.float64)
    return [
        (times, np.array([np.nan if value is None else value for value in pod["peak"]], dtype=np.float64))
        for pod in evidence["pods"]
    ]


def _began(course: tuple[Floats, Floats]) -> float:
    """When a pod was first seen, unix seconds; never, where it was not."""
    times, memory = course
    known = np.flatnonzero(np.isfinite(memory))
    return float(times[known[0]]) if known.size else -np.inf
