"""What is kept of a subject for people to look at."""

from collections.abc import Mapping

import numpy as np
from scipy.ndimage import minimum_filter1d

from detectors.blocks import BLOCKS
from detectors.growth import Growth
from detectors.judgement import RowEvidence
from detectors.panel import Floats, Ints
from detectors.scene import Scene

MAX_ROWS = 20


def exhibit(scene: Scene, members: Ints, leaking: set[int], growths: Mapping[int, Growth]) -> tuple[RowEvidence, ...]:
    """The rows of a subject, leaking ones first and then the largest, at most MAX_ROWS of them.

    growths: of the lifetimes whose line is drawn.
    """
    mine = np.unique(scene.lifetimes.row[members])
    size = np.nan_to_num(_largest(scene.memory[mine]))
    order = sorted(range(mine.size), key=lambda i: (int(mine[i]) not in leaking, -size[i]))[:MAX_ROWS]
    chosen = mine[order]
    floors = _floor(scene.memory[chosen])
    return tuple(
        _row(scene, members, int(row), int(row) in leaking, floors[i], growths) for i, row in enumerate(chosen)
    )


def _row(
    scene: Scene, members: Ints, row: int, leaking: bool, floor: Floats, growths: Mapping[int, Growth]
) -> RowEvidence:
    lifetimes = scene.lifetimes
    mine = members[lifetimes.row[members] == row]
    over = mine[lifetimes.ended[mine]]
    ends = scene.panel.grid.start + lifetimes.last[over] * scene.panel.grid.step
    killed = lifetimes.killed[over]
    return RowEvidence(
        row=int(scene.rows[row]),
        leaking=leaking,
        floor=floor,
        peak=scene.peak[row],
        fit=_fit(scene, mine, growths),
        restarts=tuple(ends[~killed].tolist()),
        oom_kills=tuple(ends[killed].tolist()),
    )


def _fit(scene: Scene, mine: Ints, growths: Mapping[int, Growth]) -> Floats:
    """The fitted line of the row's lifetimes that have one, from onset to where it was judged; NaN elsewhere."""
    grid, line = scene.panel.grid, np.full(scene.panel.grid.steps, np.nan)
    for lifetime in mine:
        growth = growths.get(int(lifetime))
        if growth is None:
            continue
        ends = scene.told_until(int(lifetime))
        inside = (grid.times >= growth.onset) & (grid.times <= ends)
        inside[: int(scene.lifetimes.first[lifetime])] = False
        line[inside] = growth.fit[1] - growth.rate * (ends - grid.times[inside]) / 3600.0
    return line


def _floor(memory: Floats) -> Floats:
    """The lower envelope on the grid, as wide as a block of the whole window."""
    known = np.isfinite(memory)
    width = max(memory.shape[1] // BLOCKS, 1)
    lowest = minimum_filter1d(np.where(known, memory, np.inf), width, axis=1, mode="nearest")
    return np.where(known & np.isfinite(lowest), lowest, np.nan)


def _largest(memory: Floats) -> Floats:
    largest: Floats = np.where(np.isfinite(memory), memory, -np.inf).max(axis=1, initial=0.0)
    return largest
