"""Which containers' CPU a source need not read: the detector tells them alike without it."""

from collections.abc import Mapping

from detectors.memory import nonreclaimable_of
from detectors.options import Options
from detectors.panel import Bools, Floats, Grid
from detectors.still import hardly_moves


def needs_no_load(members: Mapping[str, Floats], peak: Floats | None, limit: Floats, grid: Grid) -> Bools:
    """Whether the memory of each row hardly moves, shape (rows,).

    members: by the names that members_by_metric gives, shape (rows, steps), the least of each step; peak: the most of
    it, bytes of that shape, where it is known; limit: bytes, shape (rows,), NaN where there is none. The horizons are
    those by which scans judge, which nobody can set.
    """
    memory = nonreclaimable_of(members["working_set"], members["rss"], members["cache"])
    return hardly_moves(memory, memory if peak is None else peak, limit, grid, Options())
