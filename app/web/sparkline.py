"""A small plot for a row of a list: the floor of the pod that leaks most, the limit where it is near, the onset."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from app.domain.incident import Incident, KeptEvidence
from app.output.evidence import bins, reduced
from app.web.figures import duration, seconds_of
from detectors.words import amount

_WIDTH, _HEIGHT = 160, 36
_POINTS = 40
# The limit is drawn where it is this much, at most, of the floor's rise above it.
_NEAR = 1.0
_LEAST_RISE = 0.05
_FRAME = Markup(
    '<svg class="spark" viewBox="0 0 160 36" preserveAspectRatio="none" role="img" aria-label="{}">'
    "<title>{}</title>{}</svg>"
)


def sparkline(incident: Incident, kept: KeptEvidence | None) -> Markup:
    """An inline SVG, styled by classes alone; a dash where no series is kept."""
    floors = [] if kept is None else _worst(kept.content["pods"])
    known = [value for value in floors if value is not None]
    if kept is None or len(known) < 2:
        return Markup('<span class="none">no series</span>')
    limit = incident.finding.get("limit_bytes")
    low = min(known)
    high = max(*known, low * (1 + _LEAST_RISE), low + 1.0)
    parts = []
    if limit is not None and limit - high <= _NEAR * (high - low):
        high = max(high, limit)
        parts.append(Markup('<path class="limit" d="M0 {0}H160"/>').format(_y(limit, low, high)))
    times = kept.content["times"]
    onset = incident.finding.get("onset_at")
    if onset is not None and times[0] < (at := seconds_of(onset)) < times[-1]:
        x = round(_WIDTH * (at - times[0]) / (times[-1] - times[0]))
        parts.append(Markup('<path class="onset" d="M{} 0V36"/>').format(x))
    parts.append(Markup('<path class="floor" d="{}"/>').format(_line(floors, low, high)))
    told = f"{amount(known[0])} to {amount(known[-1])} in {duration(times[-1] - times[0])}"
    return _FRAME.format(f"Memory, {told}", told, Markup("").join(parts))


def _worst(pods: Sequence[Mapping[str, Any]]) -> list[int | None]:
    """The floor of the leaking pod whose memory is the largest in the end, in a few points."""
    best: list[int | None] = []
    for pod in sorted(pods, key=lambda pod: not pod["leaking"]):
        if best and not pod["leaking"]:
            break
        floor = reduced(pod["floor"], bins(len(pod["floor"]), _POINTS), np.fmin)
        if not best or _last(floor) > _last(best):
            best = floor
    return best


def _last(floor: Sequence[int | None]) -> int:
    return next((value for value in reversed(floor) if value is not None), 0)


def _line(floors: Sequence[int | None], low: float, high: float) -> str:
    """A path with a gap where nothing is known."""
    told, is_drawn = [], False
    for number, value in enumerate(floors):
        if value is not None:
            x = round(_WIDTH * number / (len(floors) - 1))
            told.append(f"{'L' if is_drawn else 'M'}{x} {_y(value, low, high)}")
        is_drawn = value is not None
    return "".join(told)


def _y(value: float, low: float, high: float) -> int:
    """From the top, with room for the line's width."""
    return round(2 + (_HEIGHT - 4) * (1 - (value - low) / (high - low)))
