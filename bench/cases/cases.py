"""Labelled workloads, and when their memory first ran out."""

from dataclasses import dataclass

import numpy as np

from detectors.lifetimes import split
from detectors.memory import nonreclaimable
from detectors.panel import Bools, Floats, Panel


@dataclass(frozen=True, slots=True)
class Cases:
    """A panel every minute, and the truth by subject.

    leak: whether it leaks; onset: since when, unix seconds, or the window's start; both of shape (subjects,)
    """

    name: str
    panel: Panel
    leak: Bools
    onset: Floats

    @property
    def first_kill(self) -> Floats:
        """When an OOM kill first ended a life of each subject, unix seconds, inf for never; shape (subjects,)."""
        lifetimes = split(self.panel, nonreclaimable(self.panel))
        found = np.full(self.leak.size, np.inf)
        killed = lifetimes.killed
        subject = self.panel.subject[lifetimes.row[killed]]
        np.minimum.at(found, subject, self.panel.grid.times[lifetimes.last[killed]])
        return found
