"""An incident's evidence as a drawing: over the time, or all lives of its pods laid over each other.

The most lines that a chart has are so few because no reader tells more apart; the others are shown as one band.
"""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from app.domain.incident import Incident, KeptEvidence
from app.output.evidence import plot_document
from app.web.charts.drawing import (
    Drawing,
    Floats,
    Forecast,
    Ints,
    Line,
    Mark,
    MarkKind,
    Over,
    Rest,
    Upright,
    UprightKind,
    last_known,
)
from app.web.figures import seconds_of

POINTS = 240
_MOST_LINES = 12
# Of more pods than that, so few leaking ones and so few others have a line of their own.
_WORST, _SOUND = 6, 3
_MOST_FITS = 3
_MOST_LIVES = 24
# So many points around it may tell of the end of a life, and so many floors before it.
_REACH, _FLOOR_REACH = 3, 8
_MOST_MARKS = 200
_MOST_DEPLOYS = 8
_HEADROOM = 1.08
# A limit that is further above is not shown at first, as the memory would be a line at the bottom.
_NEAR_LIMIT = 4.0
_LONGEST_FORECAST = 1.0
_FORECAST_TENTH = 0.04


def incident_drawing(incident: Incident, moment: str, kept: KeptEvidence, over: Over) -> Drawing:
    """The drawing of a moment ("latest", "opened") of an incident. It has no lines where no series is kept."""
    plot = plot_document(incident, moment, kept, POINTS)
    pods = _pods(plot)
    suspect = incident.standing.suspect
    revisions = tuple(sorted({one.revision for one in pods}, key=lambda name: (name != suspect, str(name))))
    if over is Over.AGE:
        return _over_age(plot, pods, revisions)
    return _over_time(plot, pods, revisions)


def _over_time(plot: dict[str, Any], pods: list[Line], revisions: tuple[str | None, ...]) -> Drawing:
    lines, others = _chosen(pods)
    forecast, limit = _forecast(plot), plot["limit_bytes"]
    marks = tuple(_marks(plot, pods, {one.pod for one in lines}))
    start, end = _known_span(plot, pods)
    if forecast is not None:
        end = min(float(forecast.x[-1]), end + _LONGEST_FORECAST * (end - start))
        end += _FORECAST_TENTH * (end - start)
    tops = [one.peak for one in lines] + [one.floor for one in lines]
    return Drawing(
        *(Over.TIME, tuple(_fitted(lines)), tuple(_rests(others)), marks, tuple(_uprights(plot, (start, end)))),
        *(forecast, limit, revisions, (start, end), _y_span(tops, limit)),
    )


def _over_age(plot: dict[str, Any], pods: list[Line], revisions: tuple[str | None, ...]) -> Drawing:
    ends = {pod["pod"]: pod["restarts_unix_seconds"] + pod["oom_kills_unix_seconds"] for pod in plot["pods"]}
    lives = [life for pod in _chosen(pods)[0] for life in _lives(pod, ends[pod.pod])]
    lives.sort(key=lambda life: (not life.is_leaking, -float(life.x[-1])))
    shown = tuple(lives[:_MOST_LIVES])
    end = max((float(life.x[-1]) for life in shown), default=0.0)
    tops = [one.peak for one in shown] + [one.floor for one in shown]
    return Drawing(
        *(Over.AGE, shown, (), (), (), None, plot["limit_bytes"], revisions),
        *((0.0, max(end, 60.0) * 1.02), _y_span(tops, plot["limit_bytes"])),
    )


def _known_span(plot: dict[str, Any], pods: list[Line]) -> tuple[float, float]:
    """From the first sample of any pod, or the onset where that is before it, to the last; a minute at least."""
    known = [pod.x[np.isfinite(pod.floor)] for pod in pods]
    start = min((float(x[0]) for x in known), default=0.0)
    end = max((float(x[-1]) for x in known), default=start) + 60.0
    onset = plot["onset_at"]
    if onset is not None and pods:
        start = min(start, max(seconds_of(onset), float(pods[0].x[0])))
    return start, end


def _pods(plot: dict[str, Any]) -> list[Line]:
    times = np.array(plot["times_unix_seconds"], dtype=np.float64)
    return [
        Line(
            pod["pod"],
            pod["revision"],
            pod["leaking"],
            times,
            _series(pod["floor_bytes"]),
            _series(pod["peak_bytes"]),
            _series(pod["fit_bytes"]),
        )
        for pod in plot["pods"]
        if any(value is not None for value in pod["floor_bytes"])
    ]


def _series(values: Sequence[int | None]) -> Floats:
    return np.array(values, dtype=np.float64)


def _chosen(pods: list[Line]) -> tuple[list[Line], list[Line]]:
    """Those with a line of their own, and the others: of leaking pods and of the rest, those with most memory."""
    ranked = sorted(pods, key=lambda pod: (not pod.is_leaking, -last_known(pod.floor)))
    if len(ranked) <= _MOST_LINES:
        return ranked, []
    leaking, sound = ([pod for pod in ranked if pod.is_leaking is kind] for kind in (True, False))
    return leaking[:_WORST] + sound[:_SOUND], leaking[_WORST:] + sound[_SOUND:]


def _rests(others: list[Line]) -> Iterator[Rest]:
    for is_leaking in (False, True):
        pods = [pod for pod in others if pod.is_leaking is is_leaking]
        if not pods:
            continue
        with warnings.catch_warnings():
            # Where no pod has a sample there is a gap, and that is right.
            warnings.simplefilter("ignore", RuntimeWarning)
            low, high = np.nanquantile(np.array([pod.floor for pod in pods]), (0.1, 0.9), axis=0)
        yield Rest(len(pods), is_leaking, pods[0].x, low, high)


def _fitted(lines: list[Line]) -> Iterator[Line]:
    """The lines with the fits of the first few alone: those of all would hide them."""
    for number, line in enumerate(lines):
        yield line if number < _MOST_FITS else replace(line, fit=np.full_like(line.fit, np.nan))


def _lives(pod: Line, ends: Sequence[float]) -> Iterator[Line]:
    """What lies between two ends (restarts and kills, unix seconds), with its age.

    Of a life that had begun before the first sample, the age is counted from that.
    """
    there = np.flatnonzero(np.isfinite(pod.floor))
    cuts = {_cut(pod, at) for at in ends}
    bounds = [int(there[0]), *sorted(cut for cut in cuts if there[0] < cut <= there[-1]), int(there[-1]) + 1]
    for start, end in pairwise(bounds):
        known = there[(there >= start) & (there < end)]
        last = _before_the_end(pod.floor, known, end)
        if known.size < 2 or last <= known[0]:
            continue
        part = slice(int(known[0]), int(known[-1]) + 1)
        began, nothing = float(pod.x[part.start]), np.full(part.stop - part.start, np.nan)
        floor = np.where(np.arange(part.start, part.stop) <= last, pod.floor[part], np.nan)
        yield Line(pod.pod, pod.revision, pod.is_leaking, pod.x[part] - began, floor, pod.peak[part], nothing, began)


def _cut(pod: Line, at: float) -> int:
    """The first point of the life after an end: where memory falls most, as an end is known a sample late at times."""
    near = int(np.searchsorted(pod.x, at))
    places = np.arange(max(near - _REACH, 1), min(near + _REACH, pod.x.size))
    falls = pod.peak[places - 1] - pod.peak[places]
    return near if not np.isfinite(falls).any() else int(places[np.nanargmax(falls)])


def _before_the_end(floor: Floats, known: Ints, end: int) -> int:
    """The last point of a life whose floor is of it alone: a floor is of some time around, and so falls beforehand."""
    if known.size == 0 or end >= floor.size:
        return int(known[-1]) if known.size else -1
    for place in known[::-1][:_FLOOR_REACH].tolist():
        if not floor[place] <= floor[end]:
            return int(place)
    return int(known[-1])


def _marks(plot: dict[str, Any], pods: list[Line], shown: set[str]) -> Iterator[Mark]:
    """What happened to pods that have a line; a kill is not marked once more as the restart that it is."""
    of = {pod["pod"]: pod for pod in plot["pods"]}
    number = 0
    for pod in pods:
        kills = of[pod.pod]["oom_kills_unix_seconds"]
        step = float(pod.x[1] - pod.x[0]) if pod.x.size > 1 else 60.0
        restarts = [at for at in of[pod.pod]["restarts_unix_seconds"] if all(abs(at - kill) > step for kill in kills)]
        for kind, moments in ((MarkKind.OOM_KILL, kills), (MarkKind.RESTART, restarts)):
            for at in moments:
                if pod.pod in shown and number < _MOST_MARKS:
                    number += 1
                    yield Mark(kind, pod.pod, at, _level(pod, at))


def _level(pod: Line, at: float) -> float:
    """The memory of a pod before a moment: the peak that it had come to, or what it had soon after."""
    highest = np.where(np.isfinite(pod.peak), pod.peak, pod.floor)
    before = last_known(highest[pod.x <= at])
    return before if np.isfinite(before) else last_known(highest[::-1])


def _uprights(plot: dict[str, Any], seen: tuple[float, float]) -> Iterator[Upright]:
    onset = plot["onset_at"]
    if onset is not None and seen[0] <= (at := seconds_of(onset)) <= seen[1]:
        yield Upright(UprightKind.ONSET, at, "growth begins")
    for deploy in plot["deploys"][-_MOST_DEPLOYS:]:
        name = deploy["revision"]
        yield Upright(UprightKind.DEPLOY, seconds_of(deploy["at"]), f"{name} begins" if name else "new revision")


def _forecast(plot: dict[str, Any]) -> Forecast | None:
    told, limit = plot["forecast"], plot["limit_bytes"]
    if told is None:
        return None
    slow, median, fast = (_series(told[f"{name}_bytes"]) for name in ("p90", "p50", "p10"))
    return Forecast(_series(told["times_unix_seconds"]), slow, median, np.where(np.isfinite(fast), fast, limit))


def _y_span(series: list[Floats], limit: float | None) -> tuple[float, float]:
    known = np.concatenate([*series, np.empty(0)])
    known = known[np.isfinite(known)]
    high = float(known.max()) if known.size else 1.0
    if limit is not None and limit <= _NEAR_LIMIT * high:
        high = max(high, float(limit))
    return 0.0, max(high, 1.0) * _HEADROOM
