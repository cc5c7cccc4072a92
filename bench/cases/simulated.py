"""The scenario generator's held-back families as cases: no weight was fitted on them."""

from collections.abc import Iterable

import numpy as np

from bench.cases.cases import Cases
from bench.cases.panels import stacked
from bench.scenarios import HELD_BACK, scenarios

_HOURS = 48.0
_STEP_SECONDS = 60.0


def held_back(seeds: Iterable[int], name: str) -> Cases:
    """Each held-back family with each seed, over 48 hours."""
    drawn = list(scenarios(seeds, families=sorted(HELD_BACK), hours=_HOURS, step_seconds=_STEP_SECONDS))
    panel = stacked([one.panel for one in drawn])
    onsets = [one.truth.onset_at for one in drawn]
    return Cases(
        name=name,
        panel=panel,
        leak=np.array([one.truth.leak for one in drawn], dtype=bool),
        onset=np.array([panel.grid.start if onset is None else onset for onset in onsets]),
    )
