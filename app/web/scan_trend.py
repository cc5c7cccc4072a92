"""How scans have gone of late, as small charts of bars: how long each took, and what it cost the server."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from app.domain.scan import ScanSpan, ScanState
from app.web.figures import duration
from app.web.scan_words import outcome_word, short
from detectors.words import amount

SCANS = 50
WIDTH, HEIGHT = 6, 40
_GAP = 1.5
_LEAST = 1.0
_FEWEST = 2
# With fewer than so many, bars get no wider.
_LEAST_PLACES = 16


@dataclass(frozen=True, slots=True)
class Bar:
    """One scan. Places are of a picture that is HEIGHT high; whole: whether it succeeded and read all."""

    x: float
    y: float
    width: float
    height: float
    whole: bool
    title: str


@dataclass(frozen=True, slots=True)
class Trend:
    """One measure over the last scans, oldest first, the newest at the right of a picture so wide; figures in words."""

    name: str
    width: float
    last: str
    usual: str
    most: str
    bars: tuple[Bar, ...]


def trends(spans: Sequence[ScanSpan]) -> list[Trend]:
    """What the last scans (newest first) took and cost; no measure that has not two values, or is 0 throughout."""
    measures: tuple[tuple[str, Callable[[ScanSpan], float | None], Callable[[float], str]], ...] = (
        ("Duration", lambda one: one.seconds, duration),
        ("Samples Prometheus read", lambda one: _cost(one, "samples"), short),
        ("Bytes Prometheus sent", lambda one: _cost(one, "bytes"), amount),
    )
    found = [_trend(name, [(one, measure(one)) for one in spans], words) for name, measure, words in measures]
    return [one for one in found if one is not None]


def _trend(name: str, told: Sequence[tuple[ScanSpan, float | None]], words: Callable[[float], str]) -> Trend | None:
    known = [value for _, value in told if value is not None]
    if len(known) < _FEWEST or not any(known):
        return None
    most, width = max(known), max(len(told), _LEAST_PLACES) * WIDTH
    bars = tuple(
        _bar(width - (place + 1) * WIDTH, span, value, most, words)
        for place, (span, value) in enumerate(told)
        if value is not None
    )
    return Trend(name, width, words(known[0]), words(median(known)), words(most), bars[::-1])


def _bar(left: float, span: ScanSpan, value: float, most: float, words: Callable[[float], str]) -> Bar:
    height = max(HEIGHT * value / most, _LEAST)
    return Bar(
        x=left + _GAP / 2,
        y=round(HEIGHT - height, 2),
        width=WIDTH - _GAP,
        height=round(height, 2),
        whole=span.state is ScanState.SUCCEEDED and span.complete is not False,
        title=f"Scan {span.id}, {outcome_word(span.state, span.complete)}: {words(value)}",
    )


def _cost(span: ScanSpan, name: str) -> float | None:
    return None if span.cost is None else float(span.cost.get(name) or 0.0)
