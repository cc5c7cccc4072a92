"""All that is known of a panel once its lifetimes are cut and their evidence is gathered."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from detectors.blocks import Blocks, cut
from detectors.earlier import refills
from detectors.evidence import Evidence, gather, weigh
from detectors.lifetimes import Lifetimes, split
from detectors.memory import nonreclaimable
from detectors.options import Options
from detectors.panel import Bools, Floats, Ints, Panel

# The first hour of a life is warm-up, and no more than its first quarter.
_WARM_UP_HOURS = 1.0
_WARM_UP_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Scene:
    """memory: bytes, shape (rows, steps); running: shape (lifetimes,), not over when the window ends."""

    panel: Panel
    options: Options
    memory: Floats
    lifetimes: Lifetimes
    blocks: Blocks
    evidence: Evidence
    running: Bools

    @classmethod
    def of(cls, panel: Panel, options: Options) -> Self:
        """Cut and gather, all rows at once."""
        memory = nonreclaimable(panel)
        lifetimes = split(panel, memory)
        length = lifetimes.last - lifetimes.first + 1
        warm_up = np.minimum(_WARM_UP_HOURS * 3600 / panel.grid.step, length * _WARM_UP_SHARE)
        skip = np.where(lifetimes.seen_from_start, warm_up, 0.0).astype(np.int64)
        blocks = cut(panel, memory, lifetimes, skip)
        evidence = gather(blocks)
        evidence.refills[:] = refills(evidence, blocks, lifetimes, panel.subject[lifetimes.row])
        weigh(evidence)
        fresh = max(int(np.ceil(options.fresh_seconds / panel.grid.step)), 3)
        running = ~lifetimes.ended & (lifetimes.last >= panel.grid.steps - 1 - fresh)
        return cls(panel, options, memory, lifetimes, blocks, evidence, running)

    def members(self, subject_count: int) -> list[Ints]:
        """The lifetimes of each subject."""
        subject = self.panel.subject[self.lifetimes.row]
        order = np.argsort(subject, kind="stable")
        bounds = np.searchsorted(subject[order], np.arange(subject_count + 1))
        return [order[bounds[i] : bounds[i + 1]] for i in range(subject_count)]

    def latest(self, lifetime: int, blocks: int = 4) -> tuple[float, float]:
        """Bytes of floor and of peak at the end of a lifetime: the middle of its last blocks."""
        end = int(self.blocks.count[lifetime])
        last = slice(max(end - blocks, 0), end)
        return float(np.median(self.blocks.floor[lifetime, last])), float(np.median(self.blocks.peak[lifetime, last]))
