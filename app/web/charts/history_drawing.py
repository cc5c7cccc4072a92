"""The verdicts on a workload's container over time, as a drawing and as a picture."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from markupsafe import escape

from app.domain.workload import PastVerdict
from app.web.charts.drawing import Drawing, Floats, Line, Over
from app.web.charts.picture import Key, Picture
from app.web.charts.plain import dots, plain
from app.web.figures import duration
from detectors.judgement import Verdict
from detectors.words import amount

MOST_VERDICTS = 500
_HEADROOM = 1.08
# Of each verdict the class of its marks, what they stand for, and how long a stroke they are.
_MARKS = {
    Verdict.HEALTHY: ("healthy", "judged healthy", 0),
    Verdict.INSUFFICIENT_DATA: ("unknown", "too little data to judge", 8),
    Verdict.LEAK: ("leak", "judged to leak", 0),
}


@dataclass(frozen=True, slots=True)
class History:
    """Verdicts, oldest first: unix seconds, bytes of the largest pod, bytes an hour, probabilities."""

    x: Floats
    current: Floats
    growth: Floats
    probability: Floats
    verdicts: tuple[Verdict, ...]

    def of(self, verdict: Verdict) -> tuple[int, ...]:
        """Which of them are this verdict."""
        return tuple(number for number, one in enumerate(self.verdicts) if one is verdict)


def history_of(newest_first: Sequence[PastVerdict]) -> History:
    """The verdicts as series."""
    past = list(reversed(newest_first))
    x, current, growth, probability = (
        np.array(values, dtype=np.float64)
        for values in (
            [one.at for one in past],
            [one.current_bytes for one in past],
            [one.growth_bytes_per_hour for one in past],
            [one.probability for one in past],
        )
    )
    return History(x, current, growth, probability, tuple(one.verdict for one in past))


def history_picture(workload: str, newest_first: Sequence[PastVerdict]) -> Picture | None:
    """The memory that verdicts were made of, with those that found a leak marked; None where there are but few."""
    history = history_of(newest_first)
    if history.x.size < 2:
        return None
    nothing = np.full_like(history.x, np.nan)
    line = Line(workload, None, False, history.x, history.current, nothing, nothing)
    drawing = Drawing(
        *(Over.TIME, (line,), (), (), (), None, None, (None,), (float(history.x[0]), float(history.x[-1]))),
        (0.0, max(float(history.current.max()), 1.0) * _HEADROOM),
    )
    marks = chain.from_iterable(
        dots(drawing, history.x[places], history.current[places], name, long)
        for verdict, (name, _, long) in _MARKS.items()
        for places in [list(history.of(verdict))]
    )
    return Picture(
        f"Verdicts on {workload}",
        " ".join(_sentences(history)),
        plain(drawing, marks),
        False,
        tuple(_keys(history)),
        (),
        (),
        is_tall=True,
    )


def _sentences(history: History) -> Iterator[str]:
    leaks = len(history.of(Verdict.LEAK))
    yield f"{history.x.size} verdicts in {duration(float(history.x[-1] - history.x[0]))}, {leaks or 'none'} of a leak."
    yield f"The largest pod goes from {amount(history.current[0])} to {amount(history.current[-1])}."


def _keys(history: History) -> Iterator[Key]:
    yield Key("floor sound", escape("memory of the largest pod"))
    for verdict, (name, words, _) in _MARKS.items():
        if history.of(verdict):
            yield Key(name, escape(words))
