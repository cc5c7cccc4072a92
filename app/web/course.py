"""Small plots of a workload's past: its verdicts over time, and its revisions laid over each other by age."""

from collections.abc import Sequence

from markupsafe import Markup

from app.domain.fleet import share_of
from app.domain.lifetimes import RevisionAges
from app.domain.workload import PastVerdict
from app.web.figures import duration
from detectors.words import amount

_WIDTH, _HEIGHT = 600, 90
# Verdicts that are further apart than this are not joined: nothing is known of the time between.
_GAP_SECONDS = 3 * 3600.0
_MOST_REVISIONS = 4
_LEAST_RISE = 0.02
_FRAME = Markup(
    '<svg class="course" viewBox="0 0 600 90" preserveAspectRatio="none" role="img" aria-label="{}">'
    "<title>{}</title>{}</svg>"
)


def memory_course(past: Sequence[PastVerdict], limit_bytes: float | None) -> Markup:
    """Bytes of the largest pod over time, with the limit where it is near; past: the oldest first."""
    values = [one.current_bytes for one in past]
    low, high = min(values), max(values)
    high = max(high, low * (1 + _LEAST_RISE), low + 1.0)
    parts = Markup("")
    if limit_bytes is not None and limit_bytes <= high + 2 * (high - low):
        high = max(high, limit_bytes)
        parts = Markup('<path class="limit" d="M0 {0}H600"/>').format(_y(limit_bytes, low, high))
    said = f"Memory, {amount(values[0])} to {amount(values[-1])}, at most {amount(max(values))}"
    return _plot(past, values, low, high, said, parts)


def growth_course(past: Sequence[PastVerdict]) -> Markup:
    """Growth of one pod as it was judged over time."""
    values = [one.growth_bytes_per_hour for one in past]
    low = min(0.0, *values)
    high = max(*values, low + 1.0)
    said = f"Growth, {amount(values[0])}/h to {amount(values[-1])}/h, at most {amount(max(values))}/h"
    return _plot(past, values, low, high, said, Markup(""))


def probability_course(past: Sequence[PastVerdict]) -> Markup:
    """Probability of a leak over time, and the half from which on it is one."""
    values = [100 * one.probability for one in past]
    half = Markup('<path class="limit" d="M0 {0}H600"/>').format(_y(50.0, 0.0, 100.0))
    said = f"Probability of a leak, {values[0]:.0f} % to {values[-1]:.0f} %, at most {max(values):.0f} %"
    return _plot(past, values, 0.0, 100.0, said, half)


def age_plot(revisions: Sequence[RevisionAges]) -> Markup:
    """Each revision's memory by age, the latest four; a class of each tells them apart, as in the table beside it."""
    drawn = [one for one in revisions[:_MOST_REVISIONS] if len(one.curve) > 1]
    if not drawn:
        return Markup("")
    points = [point for one in drawn for point in one.curve]
    longest = max(age for age, _ in points) or 1.0
    low, high = min(value for _, value in points), max(value for _, value in points)
    high = max(high, low * (1 + _LEAST_RISE), low + 1.0)
    lines = [
        Markup('<path class="r{}" d="{}"/>').format(
            number, _path([(_x(age, 0.0, longest), _y(value, low, high)) for age, value in one.curve])
        )
        for number, one in enumerate(drawn)
    ]
    said = f"Memory by age up to {duration(longest)}, from {amount(low)} to {amount(high)}"
    return _FRAME.format(said, said, Markup("").join(lines))


def _plot(
    past: Sequence[PastVerdict], values: Sequence[float], low: float, high: float, said: str, parts: Markup
) -> Markup:
    """A line through the values with gaps where nothing was judged, and beneath it a band of the verdicts."""
    first, last = past[0].at, past[-1].at
    runs: list[list[tuple[int, int]]] = []
    before = None
    for one, value in zip(past, values, strict=True):
        if before is None or one.at - before > _GAP_SECONDS:
            runs.append([])
        runs[-1].append((_x(one.at, first, last), _y(value, low, high)))
        before = one.at
    line = Markup('<path class="floor" d="{}"/>').format("".join(_path(run) for run in runs))
    said = f"{said}, over {duration(last - first)}"
    return _FRAME.format(said, said, parts + _band(past) + line)


def _band(past: Sequence[PastVerdict]) -> Markup:
    """The verdict of each time, as a stripe; runs of the same are one."""
    first, last = past[0].at, past[-1].at
    stripes: list[tuple[str, int, int]] = []
    for number, one in enumerate(past):
        share = share_of(one.verdict, one.probability).value
        begin = _x(one.at, first, last)
        end = _x(past[number + 1].at if number + 1 < len(past) else last, first, last)
        if stripes and stripes[-1][0] == share:
            stripes[-1] = (share, stripes[-1][1], end)
        else:
            stripes.append((share, begin, end))
    drawn = [
        Markup('<rect class="{}" x="{}" y="{}" width="{}" height="4"/>').format(share, x, _HEIGHT - 4, max(end - x, 2))
        for share, x, end in stripes
    ]
    return Markup("").join(drawn)


def _path(points: Sequence[tuple[int, int]]) -> str:
    """A line; a dot where there is one point alone."""
    if len(points) == 1:
        return f"M{points[0][0]} {points[0][1]}h1"
    return "M" + "L".join(f"{x} {y}" for x, y in points)


def _x(value: float, low: float, high: float) -> int:
    return round(_WIDTH * (value - low) / (high - low)) if high > low else 0


def _y(value: float, low: float, high: float) -> int:
    """From the top, with room for the line's width and for the band."""
    return round(3 + (_HEIGHT - 12) * (1 - (value - low) / (high - low)))
