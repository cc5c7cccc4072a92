"""Competing shapes of one series: flat, steps, saturating, straight, both in work too, accelerating, late."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detectors.panel import Bools, Floats, Ints
from detectors.rows import TINY, centred, correlation_of_neighbours, dot

# Where a step, a late onset or a stop may be, and how fast what saturates does, as shares of the lifetime; a cache that
# fills by the request saturates as fast in shares of its work.
_STEPS = tuple(np.arange(0.06, 0.97, 0.06).tolist())
_ONSETS = (0.2, 0.35, 0.5, 0.65, 0.8)
_TIMES_TO_SATURATE = (0.02, 0.035, 0.05, 0.07, 0.1, 0.14, 0.2, 0.28, 0.4, 0.6)
_TIMES_OF_LOGARITHMS = (0.01, 0.05)
_STOPS = (0.15, 0.3, 0.45, 0.6, 0.75, 0.88)
# Free parameters of each beyond the level: the size of the change, and where or how fast it is.
_PARAMETERS = {"straight": 1.0, "accelerating": 1.5, "late": 2.0, "work": 1.0, "saturating": 2.0, "step": 2.0}
_PARAMETERS_OF_A_STEP = 2.0
_MOST_STEPS = 3
_GROWING = ("straight", "accelerating", "late", "work")
# As few points may lie between two steps.
_LEAST_OF_A_STEP = 2.0
# Residuals smaller than this share of the level are rounding.
_ROUNDING = 1e-5
_LEAST_POINTS = 4.0
# A series of 48 points takes up 20 kB for each thing that is worked out between any two of them, of which there are
# about ten at a time.
_SERIES_AT_ONCE = 12


@dataclass(frozen=True, slots=True)
class Shapes:
    """How much better growth that goes on describes a series than what does not go on; each of shape (series,).

    Differences of the information criterion, positive where growth is better: against no change at all, one to
    three steps, and growth that saturates. best: index into NAMES of the best single shape.
    """

    over_flat: Floats
    over_steps: Floats
    over_saturating: Floats
    best: Ints


NAMES = tuple(_PARAMETERS)


@dataclass(frozen=True, slots=True)
class _Curves:
    """curve: centred, 0 where unknown, shape (curves, series, points); size: its square, shape (curves, series)."""

    curve: Floats
    size: Floats


@dataclass(frozen=True, slots=True)
class _Fit:
    error: Floats
    line: Floats


def shapes(time: Floats, value: Floats, cpu: Floats) -> Shapes:
    """Fit each shape to each series, and compare.

    time: hours; value: any unit; cpu: cores; all of shape (series, points), NaN after a row's last point. A shape may
    only rise. The criterion is Schwarz's (Annals of Statistics 6, 1978), n log(error/n) + k log n, with n the effective
    number of points under first-order autocorrelation of what the best shape leaves (Bayley and Hammersley 1946), so
    that slow wander does not pass for structure.
    """
    known = np.isfinite(value)
    y = centred(value, known)
    total = dot(y, y)[:, 0]
    curves = {name: _aligned(curves, known) for name, curves in _curves(time, cpu, known).items()}
    fits = {name: _best(y, total, of_shape) for name, of_shape in curves.items()}
    errors_of_steps = _steps(y, known)

    errors = np.stack([fits[name].error for name in NAMES])
    lines = np.stack([fits[name].line for name in NAMES])
    closest = errors.argmin(axis=0)
    fit = np.take_along_axis(lines, closest[None, :, None], axis=0)[0]
    points = known.sum(axis=1).astype(np.float64)
    r = correlation_of_neighbours(np.where(known, y - fit, 0.0))
    effective = np.maximum(points * (1 - r) / (1 + r), _LEAST_POINTS)
    level = np.where(known, np.abs(value), 0.0).sum(axis=1) / np.maximum(points, 1.0)
    least = points * (_ROUNDING * level) ** 2 + TINY

    def criterion(error: Floats, parameters: float) -> Floats:
        per_point = (np.maximum(error, 0.0) + least) / np.maximum(points, 1.0)
        score: Floats = effective * np.log(per_point) + parameters * np.log(effective)
        return score

    scores = np.stack([criterion(fits[name].error, _PARAMETERS[name]) for name in NAMES])
    growing = scores[[NAMES.index(name) for name in _GROWING]].min(axis=0)
    steps = np.stack(
        [criterion(error, _PARAMETERS_OF_A_STEP * (1 + more)) for more, error in enumerate(errors_of_steps)]
    ).min(axis=0)
    return Shapes(
        over_flat=criterion(total, 0.0) - growing,
        over_steps=steps - growing,
        over_saturating=scores[NAMES.index("saturating")] - growing,
        best=scores.argmin(axis=0),
    )


def _curves(time: Floats, cpu: Floats, known: Bools) -> dict[str, Floats]:
    """The curves of each shape, shape (curves, series, points), anything where unknown."""
    share = _share_of_time(time, known)
    work = np.cumsum(np.where(known & np.isfinite(cpu), cpu, 0.0), axis=1)

    def each(shares: Sequence[float]) -> Floats:
        return np.array(shares)[:, None, None]

    return {
        "straight": share[None],
        "accelerating": np.stack([share * share, share * share * share]),
        "late": np.maximum(share - each(_ONSETS), 0.0),
        "work": work[None],
        "saturating": np.concatenate(
            [
                1 - np.exp(-share / each(_TIMES_TO_SATURATE)),
                1 - np.exp(-work / np.maximum(work[:, -1:], TINY) / each(_TIMES_TO_SATURATE)),
                np.log1p(share / each(_TIMES_OF_LOGARITHMS)),
                np.minimum(share, each(_STOPS)),
            ]
        ),
        "step": (share > each(_STEPS)).astype(np.float64),
    }


def _share_of_time(time: Floats, known: Bools) -> Floats:
    since = np.where(known, time - time[:, :1], 0.0)
    share: Floats = since / np.maximum(since.max(axis=1, keepdims=True, initial=0.0), TINY)
    return share


def _aligned(curves: Floats, known: Bools) -> _Curves:
    mask = known.astype(np.float64)
    mean = (curves * mask).sum(axis=2, keepdims=True) / np.maximum(mask.sum(axis=1, keepdims=True), 1.0)
    centred_curves = (curves - mean) * mask
    return _Curves(centred_curves, np.einsum("csp,csp->cs", centred_curves, centred_curves))


def _best(y: Floats, total: Floats, curves: _Curves) -> _Fit:
    """The rising curve with the least squared error, of each series; none where none leaves less than there was."""
    along = np.maximum(np.einsum("csp,sp->cs", curves.curve, y), 0.0)
    slope = np.where(curves.size > TINY, along / np.maximum(curves.size, TINY), 0.0)
    errors = total - slope * along
    series = np.arange(total.size)
    chosen = errors.argmin(axis=0)
    better = errors[chosen, series] < total
    factor = np.where(better, slope[chosen, series], 0.0)
    return _Fit(np.where(better, errors[chosen, series], total), factor[:, None] * curves.curve[chosen, series])


def _steps(y: Floats, known: Bools) -> list[Floats]:
    """The least squared error that one step leaves, two, and so on, wherever they are, up or down; shape (series,)."""
    parts = [slice(first, first + _SERIES_AT_ONCE) for first in range(0, y.shape[0], _SERIES_AT_ONCE)]
    found = [_steps_of_few(y[part], known[part]) for part in parts or [slice(0)]]
    return [np.concatenate(errors) for errors in zip(*found, strict=True)]


def _steps_of_few(y: Floats, known: Bools) -> list[Floats]:
    """The same of so few series that what is worked out on the way stays in a core's cache.

    Found by dynamic programming over where the last step is (Bellman, CACM 4, 1961), all of them fitted together: of
    three equal steps, taken one after the other, the first lies in the middle of the second.
    """
    sums, squares, points = (_since_start(part) for part in (y, y * y, known.astype(np.float64)))
    points_between = points[:, None, :] - points[:, :, None]
    of_mean = sums[:, None, :] - sums[:, :, None]
    of_mean *= of_mean
    of_mean /= np.maximum(points_between, 1.0)
    between = squares[:, None, :] - squares[:, :, None]
    between -= of_mean
    np.maximum(between, 0.0, out=between)
    between[points_between < _LEAST_OF_A_STEP] = np.inf
    # Shape (series, points + 1): what is left up to each point, of one level, then with a step more each time.
    left, errors = between[:, 0, :], []
    for _ in range(_MOST_STEPS - 1):
        left = np.minimum((left[:, :, None] + between).min(axis=1), left)
        errors.append(left[:, -1])
    errors.append(np.minimum((left + between[:, :, -1]).min(axis=1), left[:, -1]))
    return errors


def _since_start(values: Floats) -> Floats:
    """Sums of all before each point, and of all at last; shape (series, points + 1)."""
    return np.concatenate([np.zeros((values.shape[0], 1)), np.cumsum(values, axis=1)], axis=1)
