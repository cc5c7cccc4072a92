"""Memory limits, as two sources tell them over time."""

from dataclasses import dataclass

import numpy as np

from detectors.panel import Floats, Ints

# "Unlimited" is written as the largest page-aligned 64-bit number under cgroups v1; no machine has an exbibyte.
_NO_LIMIT_ABOVE = 2.0**60


@dataclass(frozen=True, slots=True)
class ToldLimits:
    """What kube-state-metrics and what cAdvisor says: bytes, shape (rows, steps), NaN where it says nothing.

    The limit in force is the last that kube-state-metrics told in a window, else the last of cAdvisor.
    """

    by_state: Floats
    by_cadvisor: Floats

    def latest(self) -> Floats:
        """The limit last in force, bytes, shape (rows,); NaN where there is none."""
        return _limit(last_known(self.by_state), last_known(self.by_cadvisor))

    def at(self, ends: Ints, window_steps: int) -> Floats:
        """The limit in force at each window's end, shape (ends, rows). ends: columns."""
        return _limit(
            _last_within(self.by_state, ends, window_steps), _last_within(self.by_cadvisor, ends, window_steps)
        )


def last_known(values: Floats) -> Floats:
    """The last finite value of each row, shape (rows,); NaN where there is none."""
    if values.shape[1] == 0:
        return np.full(values.shape[0], np.nan)
    known = np.isfinite(values)
    last = values.shape[1] - 1 - known[:, ::-1].argmax(axis=1)
    return np.where(known.any(axis=1), values[np.arange(values.shape[0]), last], np.nan)


def _last_within(values: Floats, ends: Ints, window_steps: int) -> Floats:
    columns = np.where(np.isfinite(values), np.arange(values.shape[1]), -1)
    newest = np.maximum.accumulate(columns, axis=1)[:, ends]
    taken = values[np.arange(values.shape[0])[:, None], np.maximum(newest, 0)]
    return np.where(newest > ends - window_steps, taken, np.nan).T


def _limit(by_state: Floats, by_cadvisor: Floats) -> Floats:
    limit = np.where(np.isfinite(by_state), by_state, by_cadvisor)
    return np.where((limit > 0) & (limit < _NO_LIMIT_ABOVE), limit, np.nan)
