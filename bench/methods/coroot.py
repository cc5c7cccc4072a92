"""The rule of Coroot's memory inspection, written anew from a description of it."""

import numpy as np

from bench.methods.method import Method
from bench.methods.witness import HOUR, Witness, flagged, line, pods

_STEP_SECONDS = 60.0
_WINDOW_SECONDS = HOUR
_LEAST_KNOWN_RATIO = 0.8
_DROP_RATIO = 0.5
_LEAST_POINTS = 10
_LEAST_SEGMENT_RATIO = 1 / 3
_TAIL_SLOPE_RATIO = 0.3
_LEAST_LIMIT_RATIO = 0.05
_LEAST_BYTES = 50 * 1024.0**2
_GROWTH_RATIO_AN_HOUR = 0.1


def coroot(witness: Witness) -> bool:
    """RSS that grew by more than 10 % in the last hour, and goes on.

    Thresholds: 80 % of the hour's samples are there; it is cut where memory falls by more than half, and the longest
    piece has 10 samples and a third of the hour; a least-squares line through it rises by 5 % of the limit (50 MiB
    where there is none) and by more than 10 % of its own beginning an hour; the last quarter's own line keeps 0.3 of
    that slope.
    """
    hour = witness.last(_WINDOW_SECONDS)
    expected = _WINDOW_SECONDS / _STEP_SECONDS
    if hour.times.size < _LEAST_KNOWN_RATIO * expected:
        return False
    times, value = _longest(hour)
    if times.size < max(_LEAST_POINTS, _LEAST_SEGMENT_RATIO * expected):
        return False
    slope, end, _ = line(times, value)
    quarter = max(times.size // 4, 2)
    tail, _, _ = line(times[-quarter:], value[-quarter:])
    growth = slope * HOUR
    least = _LEAST_LIMIT_RATIO * witness.limit if np.isfinite(witness.limit) else _LEAST_BYTES
    begin = end - slope * float(times[-1] - times[0])
    return growth >= least and growth > _GROWTH_RATIO_AN_HOUR * begin and tail >= _TAIL_SLOPE_RATIO * slope


def _longest(witness: Witness) -> tuple[np.ndarray, np.ndarray]:
    falls = np.nonzero(witness.value[1:] < (1 - _DROP_RATIO) * witness.value[:-1])[0] + 1
    pieces = np.split(np.arange(witness.value.size), falls)
    longest = max(pieces, key=lambda piece: piece.size)
    return witness.times[longest], witness.value[longest]


COROOT = Method("Coroot's rule, last hour", _STEP_SECONDS, lambda panel: flagged(panel, pods(panel, panel.rss), coroot))
