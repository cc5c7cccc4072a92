"""The figures of each lifetime that speak for or against a leak, and the probability that they add up to."""

from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from detectors.blocks import Blocks
from detectors.coefficients import LIFETIME
from detectors.load import without_load
from detectors.panel import Bools, Floats, Ints
from detectors.ranked import median
from detectors.records import Records, records
from detectors.season import day_on_day
from detectors.shapes import NAMES, Shapes, shapes
from detectors.trend import slope
from detectors.valleys import Valleys, valleys

# A change of less than a thousandth of the level is noise of the accounting (pages are charged in batches).
_TOLERANCE = 0.001
# Beyond this, differences of the information criterion say no more; their roots are what is weighed.
_CERTAIN = 40.0
_LONGEST_HOURS = 60.0
_POSITIVE = 2.0
_WORK = NAMES.index("work")


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a lifetime's probability is made of. Arrays have shape (lifetimes,), `adjusted` (lifetimes, BLOCKS), bytes.

    level: bytes, median floor; span_hours: between the first and the last block
    adjusted: the floor with load removed
    raw_valleys, valleys: of the floor, and of the floor with load removed; the rest is of the latter
    whole_days: how much of another day can be compared, 0 to 1; day_on_day: -1 to 1, see detectors.season
    refills: how far an earlier life of the workload had come to rest above, 0 to 1, see detectors.earlier
    probability: that this lifetime leaks
    """

    level: Floats
    span_hours: Floats
    adjusted: Floats
    raw_valleys: Valleys
    valleys: Valleys
    shapes: Shapes
    whole_days: Floats
    day_on_day: Floats
    refills: Floats
    probability: Floats


@dataclass(frozen=True, slots=True)
class Evidence(Weighed):
    """The same, and what is told of it beside its probability. Arrays have shape (lifetimes,).

    raw_slope, slope: bytes/hour of the floor, and of the floor with load removed
    explained: share of the growth that load explains, 0 to 1
    raw_records, records: of the floor, and of the floor with load removed
    since: the block from which on a view behind a step looks, 0 for all of it; see detectors.after_step
    """

    raw_slope: Floats
    slope: Floats
    explained: Floats
    raw_records: Records
    records: Records
    since: Ints


def gather(blocks: Blocks) -> Evidence:
    """The evidence of each lifetime, from its own blocks; what others say of it is not yet in the probability."""
    return described(blocks, weighed(blocks))


def weighed(blocks: Blocks) -> Weighed:
    """The part of it that is weighed: of a view that is asked for nothing else, the rest need not be worked out."""
    count = blocks.count
    level = np.nan_to_num(median(blocks.floor, count))
    tolerance = _TOLERANCE * level
    adjusted = without_load(blocks.time, blocks.floor, blocks.cpu)
    told = shapes(blocks.time, adjusted, blocks.cpu)
    season = day_on_day(blocks.time, adjusted, count, tolerance)
    return Weighed(
        level=level,
        span_hours=blocks.span_hours,
        adjusted=adjusted,
        raw_valleys=_valleys(blocks.floor, blocks, tolerance, told),
        valleys=_valleys(adjusted, blocks, tolerance, told),
        shapes=told,
        whole_days=season.told,
        day_on_day=season.rise,
        refills=np.zeros(count.shape),
        probability=np.zeros(count.shape),
    )


def _valleys(value: Floats, blocks: Blocks, tolerance: Floats, told: Shapes) -> Valleys:
    """The valleys in windows of time, or, where growth goes along with the work done and they agree more so, of work: a
    leak by the request rests at night, and at the weekend."""
    found = valleys(value, blocks.count, tolerance)
    rows = np.flatnonzero((told.best == _WORK) & (told.over_flat >= _POSITIVE))
    if rows.size:
        work = np.cumsum(np.nan_to_num(blocks.cpu[rows]), axis=1)
        by_work = valleys(value[rows], blocks.count[rows], tolerance[rows], work)
        adopt(found, by_work, rows, by_work.agreement > found.agreement[rows], frozenset())
    return found


def described(blocks: Blocks, part: Weighed) -> Evidence:
    """The whole of it, from the blocks and what is weighed of them."""
    count, tolerance = blocks.count, _TOLERANCE * part.level
    raw_slope, without = slope(blocks.time, blocks.floor, count), slope(blocks.time, part.adjusted, count)
    return Evidence(
        **{field.name: getattr(part, field.name) for field in fields(Weighed)},
        raw_slope=raw_slope,
        slope=without,
        explained=_explained(raw_slope * part.span_hours, without * part.span_hours, tolerance),
        raw_records=records(blocks.floor, count, tolerance),
        records=records(part.adjusted, count, tolerance),
        since=np.zeros(count.shape, dtype=np.int64),
    )


def weigh(evidence: Weighed) -> None:
    """Set the probability of each lifetime from its figures."""
    # Row by row: a product of matrices may add in another order where it has more rows or threads.
    evidence.probability[:] = logistic((figures_of(evidence) * LIFETIME.weights).sum(axis=1) + LIFETIME.intercept)


def adopt(whole: Any, part: Any, rows: Ints, chosen: Bools, kept: frozenset[str]) -> None:
    """Put a part's figures in the place of the whole's, for those of `rows` that are `chosen`, but for those `kept`."""
    for field in fields(whole):
        old, new = getattr(whole, field.name), getattr(part, field.name)
        if is_dataclass(old):
            adopt(old, new, rows, chosen, kept)
        elif field.name not in kept:
            old[rows[chosen]] = new[chosen]


def rows_of(whole: Any, rows: Ints) -> Any:
    """The figures of some rows, in that order."""
    members = {field.name: getattr(whole, field.name) for field in fields(whole)}
    return type(whole)(
        **{name: rows_of(one, rows) if is_dataclass(one) else one[rows] for name, one in members.items()}
    )


def grows_at_all(evidence: Evidence, lifetime: int) -> bool:
    """Whether some growth describes a lifetime better than no change does, by a difference that counts as positive.

    Kass and Raftery, "Bayes factors", JASA 90, 1995.
    """
    return bool(growing(evidence)[lifetime])


def growing(evidence: Weighed) -> Bools:
    """`grows_at_all` of each lifetime, shape (lifetimes,)."""
    return evidence.shapes.over_flat >= _POSITIVE


def figures_of(evidence: Weighed) -> Floats:
    """What the coefficients weigh, shape (lifetimes, figures), in the order of LIFETIME.names."""
    raw_agreement, agreement = evidence.raw_valleys.agreement, evidence.valleys.agreement
    over_saturating = _signed_root(evidence.shapes.over_saturating)
    return np.column_stack(
        [
            agreement**2,
            raw_agreement * _signed_root(evidence.shapes.over_steps),
            np.minimum(over_saturating, 0.0),
            evidence.day_on_day * agreement,
            evidence.whole_days,
            np.log(np.clip(evidence.span_hours, 1.0, _LONGEST_HOURS)),
            evidence.refills,
        ]
    )


def log_odds_of(probability: Floats) -> Floats:
    """Log-odds of probabilities that `logistic` gave."""
    bounded = np.clip(probability, 1e-13, 1 - 1e-13)
    odds: Floats = np.log(bounded) - np.log1p(-bounded)
    return odds


def logistic(log_odds: Floats) -> Floats:
    """Probabilities of log-odds."""
    probability: Floats = 1.0 / (1.0 + np.exp(-np.clip(log_odds, -30.0, 30.0)))
    return probability


def _signed_root(difference: Floats) -> Floats:
    bounded = np.clip(difference, -_CERTAIN, _CERTAIN)
    root: Floats = np.sign(bounded) * np.sqrt(np.abs(bounded))
    return root


def _explained(raw: Floats, adjusted: Floats, tolerance: Floats) -> Floats:
    raw, adjusted = np.maximum(np.nan_to_num(raw), 0.0), np.maximum(np.nan_to_num(adjusted), 0.0)
    grew = raw > 2 * tolerance
    return np.where(grew, np.clip(1 - adjusted / np.where(grew, raw, 1.0), 0.0, 1.0), 0.0)
