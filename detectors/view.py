"""A lifetime looked at from one of its blocks on: what that part says by itself, and how it takes the whole's place."""

import numpy as np

from detectors.blocks import Blocks
from detectors.evidence import Evidence, Weighed, adopt, described, rows_of, weigh, weighed
from detectors.late import OF_THE_WHOLE
from detectors.panel import Bools, Floats, Ints
from detectors.steady import ask_without_last_window

_LEAST_RISE = 0.005


def may_grow(blocks: Blocks) -> Bools:
    """Whether the lowest of a lifetime's last third is above that of its first by half a hundredth, shape (lifetimes,).

    Whatever stands on a floor that does not rise hides no leak, and no view of it need be worked out.
    """
    at, third = np.arange(blocks.floor.shape[1]), blocks.count[:, None] / 3
    first = np.where(at < third, blocks.floor, np.inf).min(axis=1, initial=np.inf)
    last = np.where((at >= 2 * third) & (at < blocks.count[:, None]), blocks.floor, np.inf).min(axis=1, initial=np.inf)
    grows: Bools = np.isfinite(last) & (last > (1 + _LEAST_RISE) * first)
    return grows


def views_from(
    blocks: Blocks, evidence: Evidence, chosen: Ints, first: Ints, doubtful: float
) -> tuple[Blocks, Weighed]:
    """Some lifetimes from a block on, and what is weighed of them. chosen, first: shape (views,).

    doubtful: see `ask_without_last_window`, which holds for each view. What other lives say of refills still holds.
    """
    part = blocks.since(chosen, first)
    return part, told_of(part, evidence.refills[chosen], doubtful)


def told_of(part: Blocks, refills: Floats, doubtful: float) -> Weighed:
    """What is weighed of some blocks, with what other lives say of refills, shape (lifetimes,), without their newest
    sixth too where they say more than `doubtful`."""
    told = weighed(part)
    told.refills[:] = refills
    weigh(told)
    ask_without_last_window(part, told, doubtful)
    return told


def take_views(
    evidence: Evidence,
    chosen: Ints,
    part: Blocks,
    told: Weighed,
    kept: Bools,
    of_the_whole: frozenset[str] = OF_THE_WHOLE,
) -> None:
    """Put the kept views, shape (views,), in the place of what is told of their lifetimes, but for these members."""
    rows = kept.nonzero()[0]
    whole = described(part.since(rows, rows * 0), rows_of(told, rows))
    adopt(evidence, whole, chosen[rows], kept[rows], of_the_whole)
