"""Earlier lives of the same workload that had come to rest above: what climbs below them only fills up again."""

import numpy as np

from detectors.blocks import Blocks
from detectors.evidence import Evidence
from detectors.lifetimes import Lifetimes
from detectors.panel import Floats, Ints

# A life that set no new high for this share of it has come to rest; shorter ones say nothing.
_AT_REST = 0.2
_LEAST_HOURS = 3.0
_NO_LEAK = 0.3
# Began so much earlier to be an earlier life and not a sibling of the same rollout.
_EARLIER_SECONDS = 600.0
# From a twentieth below the earlier level it counts in full to a twentieth above, where it has gone beyond.
_MARGIN = 0.05
_FULL = 0.1


def refills(evidence: Evidence, blocks: Blocks, lifetimes: Lifetimes, subject: Ints) -> Floats:
    """How far each lifetime is below an earlier one of its subject that had come to rest, 0 to 1, shape (lifetimes,).

    subject: of each lifetime. 0 for lifetimes whose start was not seen: they have been there all along.
    """
    rest = np.minimum(evidence.raw_records.rest, evidence.records.rest)
    resting = (rest > _AT_REST) & (evidence.probability < _NO_LEAK) & (evidence.span_hours >= _LEAST_HOURS)
    top = np.where(resting, _high(blocks), 0.0)
    now = _latest_floor(blocks)
    result = np.zeros(lifetimes.count)
    for members in groups(subject):
        if members.size < 2:
            continue
        earlier = lifetimes.began[members][None, :] < lifetimes.began[members][:, None] - _EARLIER_SECONDS
        held = np.where(earlier, top[members][None, :], 0.0).max(axis=1)
        below = np.clip((held - now[members]) / np.maximum(now[members], 1.0) + _MARGIN, 0.0, _FULL) / _FULL
        result[members] = np.where((held > 0) & lifetimes.seen_from_start[members], below, 0.0)
    return result


def groups(subject: Ints) -> list[Ints]:
    """The indices of each subject's lifetimes, in order; one array a subject that has any."""
    if subject.size == 0:
        return []
    order = np.argsort(subject, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(subject[order])) + 1)


def _high(blocks: Blocks) -> Floats:
    ordered = np.sort(blocks.floor, axis=1)  # NaN goes last
    index = np.floor(0.8 * np.maximum(blocks.count - 1, 0)).astype(np.int64)
    return np.nan_to_num(ordered[np.arange(blocks.count.size), index])


def _latest_floor(blocks: Blocks) -> Floats:
    index = np.maximum(blocks.count[:, None] - 1 - np.arange(3), 0)
    latest: Floats = np.fmin.reduce(np.take_along_axis(blocks.floor, index, axis=1), axis=1)
    return np.nan_to_num(latest)
