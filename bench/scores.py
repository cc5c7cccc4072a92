"""How a method does on labelled workloads."""

import time
from dataclasses import dataclass

import numpy as np

from bench.cases.cases import Cases
from bench.cases.panels import only, thinned, until
from bench.methods.method import Method
from detectors.panel import Bools

HOUR = 3600.0
FIRST_HOUR = 6


@dataclass(frozen=True, slots=True)
class Score:
    """How well leaks were told at the window's end, and how early.

    flagged_before, killed: of the leaking workloads first OOM-killed after the sixth hour and the leak's onset, how
    many were flagged before that kill, and how many there are
    lead_hours: from the first flag to that kill, the median over those flagged before it; NaN where none was
    milliseconds: of CPU time, of one series at the window's end
    """

    precision: float
    recall: float
    lead_hours: float
    flagged_before: int
    killed: int
    milliseconds: float

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; 0 where both are."""
        return 2 * self.precision * self.recall / max(self.precision + self.recall, 1e-9)


def score(method: Method, cases: Cases) -> Score:
    """Flags at the window's end against the truth, and how long before the first OOM kill leaks were flagged.

    For the lead, the method is asked at every hour from the sixth of the window and the leak's onset on, each time
    with only what was known by then.
    """
    panel = thinned(cases.panel, method.step_seconds)
    began = time.process_time()
    flags = method.flags(panel)
    seconds = time.process_time() - began
    leads, killed = _leads(method, cases)
    return Score(
        *_precision_and_recall(flags, cases.leak),
        lead_hours=float(np.median(leads)) if leads else float("nan"),
        flagged_before=len(leads),
        killed=killed,
        milliseconds=1000 * seconds / panel.rows,
    )


def _precision_and_recall(flags: Bools, leak: Bools) -> tuple[float, float]:
    right = int((flags & leak).sum())
    return right / max(int(flags.sum()), 1), right / max(int(leak.sum()), 1)


def _leads(method: Method, cases: Cases) -> tuple[list[float], int]:
    """Hours from first flag to first kill of each workload flagged before it; and how many could have been."""
    first_kill, start = cases.first_kill, cases.panel.grid.start
    earliest = np.maximum(cases.onset, start + FIRST_HOUR * HOUR)
    could_be = cases.leak & np.isfinite(first_kill) & (first_kill > earliest)
    pending = np.nonzero(could_be)[0].tolist()
    panel = thinned(only(cases.panel, pending), method.step_seconds)
    number = {subject: index for index, subject in enumerate(pending)}
    leads: list[float] = []
    at = start + FIRST_HOUR * HOUR
    while pending:
        asked = [one for one in pending if cases.onset[one] <= at]
        flagged: set[int] = set()
        if asked:
            flags = method.flags(only(until(panel, at), [number[one] for one in asked]))
            flagged = {one for one, flag in zip(asked, flags, strict=True) if flag}
        leads += [float(first_kill[one] - at) / HOUR for one in sorted(flagged)]
        at += HOUR
        pending = [one for one in pending if one not in flagged and first_kill[one] > at]
    return leads, int(could_be.sum())
