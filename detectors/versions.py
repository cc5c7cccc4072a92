"""What a version of a workload did at the same age as the one before: whether a leak came with it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from detectors.at_age import NOT_COMPARED, AtAge
from detectors.options import Options
from detectors.panel import Bools, Floats, Ints, Panel
from detectors.scene import Scene, scenes_of
from detectors.trend import slope

# A version of which lives were seen at no shared age for so long is no witness.
_LEAST_HOURS = 3.0
# Growth at the same age of less than this share of the leak's is none.
_NO_GROWTH_RATIO = 1 / 3
_LEAST_BLOCKS = 4
# Pairs of lives that share half as many hours of age as those that share most count too.
_SHARED_RATIO = 0.5
# Clocks of a node and of the API server differ.
_SLACK_SECONDS = 5.0


def compare_versions(
    panel: Panel, starts: Sequence[float], version: Ints, options: Options | None = None
) -> tuple[AtAge, ...]:
    """What each version but the first did beside the one before it; shape (versions - 1,).

    panel: of one subject; starts: when each version began to be rolled out, unix seconds, ascending, not finite where
    that is unknown; version: shape (rows,), that of each row, -1 where it must be told by when each of its lives began
    (a StatefulSet's pods keep their names), -2 for one that is none of these. Lives are laid over each other by age, as
    in version differencing (Matias and others, "Software aging analysis through machine learning", ISSRE 2016). Assumes
    that a life runs the version that was being rolled out when it began.
    """
    if panel.rows == 0 or len(starts) < 2:
        return (NOT_COMPARED,) * max(len(starts) - 1, 0)
    alone = replace(panel, subject=np.zeros(panel.rows, dtype=np.int64), accepted=None)
    with np.errstate(invalid="ignore", over="ignore"):
        scene = next(scenes_of(alone, options or Options()))
        of_life = _versions_of_lives(scene, np.array(starts), version)
        told = [_compare(scene, of_life == earlier, of_life == earlier + 1) for earlier in range(len(starts) - 1)]
    return tuple(told)


def _versions_of_lives(scene: Scene, starts: Floats, version: Ints) -> Ints:
    """Which version each lifetime ran; less than 0 where that is not known. Shape (lifetimes,)."""
    lifetimes = scene.lifetimes
    known = np.isfinite(scene.panel.start_time[lifetimes.row, lifetimes.first]) | lifetimes.seen_from_start
    begun = np.where(np.isfinite(starts), starts, np.inf)
    by_birth = np.searchsorted(begun, lifetimes.began + _SLACK_SECONDS, side="right") - 1
    of_row = version[lifetimes.row]
    return np.where(known, np.where(of_row == -1, by_birth, of_row), -2)


def _compare(scene: Scene, earlier: Bools, later: Bools) -> AtAge:
    pairs = [
        (high - low, low, high, int(one), int(other))
        for one in np.flatnonzero(earlier)
        for other in np.flatnonzero(later)
        for low, high in [_shared(scene, int(one), int(other))]
        if high - low >= _LEAST_HOURS
    ]
    if not pairs:
        before, after = _typical_rate(scene, np.flatnonzero(earlier)), _typical_rate(scene, np.flatnonzero(later))
        return AtAge(before, after, None, _differs(before, after))
    longest = max(pairs)[0]
    rates = [
        (_rate(scene, one, low, high), _rate(scene, other, low, high), low, high)
        for shared, low, high, one, other in pairs
        if shared >= _SHARED_RATIO * longest
    ]
    told = [one for one in rates if np.isfinite(one[0]) and np.isfinite(one[1])]
    if not told:
        return NOT_COMPARED
    before, after, low, high = (float(np.median(column)) for column in zip(*told, strict=True))
    return AtAge(before, after, (low, high), _differs(before, after))


def _typical_rate(scene: Scene, lives: Ints) -> float:
    """Bytes/hour of lives, whatever their age, the median of those seen long enough; NaN where there are none."""
    lives = lives[scene.evidence.span_hours[lives] >= _LEAST_HOURS]
    return float(np.median(scene.evidence.slope[lives])) if lives.size else float("nan")


def _differs(before: float, after: float) -> bool | None:
    return before < _NO_GROWTH_RATIO * after if after > 0 and np.isfinite(before) else None


def _shared(scene: Scene, one: int, other: int) -> tuple[float, float]:
    """Between which ages, hours, both lifetimes were seen."""
    mine, theirs = _ages(scene, one), _ages(scene, other)
    if mine.size == 0 or theirs.size == 0:
        return 0.0, 0.0
    return float(max(mine[0], theirs[0])), float(min(mine[-1], theirs[-1]))


def _ages(scene: Scene, lifetime: int) -> Floats:
    """The age of each block of a lifetime, hours."""
    since = scene.panel.grid.start - float(scene.lifetimes.began[lifetime])
    ages: Floats = scene.blocks.time[lifetime, : int(scene.blocks.count[lifetime])] + since / 3600.0
    return ages


def _rate(scene: Scene, lifetime: int, low: float, high: float) -> float:
    """Bytes/hour between two ages, load removed; NaN with too few blocks between them."""
    age = _ages(scene, lifetime)
    inside = (age >= low) & (age <= high)
    if inside.sum() < _LEAST_BLOCKS:
        return float("nan")
    value = scene.evidence.adjusted[lifetime, : age.size][inside]
    return float(slope(age[inside][None, :], value[None, :], np.array([inside.sum()]))[0])
