"""How many healthy workloads are flagged at some hour of two days, once they have run for a week."""

from collections.abc import Iterator, Sequence

import numpy as np

from bench.report import table
from bench.scenarios import FAMILIES, HELD_BACK, generate
from bench.scenarios.combine import combine
from detectors.judgement import Verdict
from detectors.memory import nonreclaimable
from detectors.panel import Floats, History, Panel
from detectors.replay import reconsider, replay

_STEP_SECONDS, _PAST_STEP_SECONDS = 300.0, 1800.0
_HOURS_OF_ALL, _HOURS_ASKED = 216.0, 48
_WINDOW_STEPS = round(48 * 3600 / _STEP_SECONDS)
_HOUR_STEPS = round(3600 / _STEP_SECONDS)
_PAST_BLOCKS = 7 * 48
_INTRODUCTION = """## False alarms by the hour

Healthy workloads that have run for a week, asked at every hour of two days, each time with the last two days and up to
a week before them, as a scan does it.
"""
_HEADER = ("healthy workloads", "asked", "ever flagged", "share", "share of all hours", "which")


def section(seeds: Sequence[int]) -> str:
    """A section of Markdown: the families that were fitted, and those that were held back."""
    flagged = {name: list(hours_flagged(name, seeds)) for name, family in FAMILIES.items() if not family.leak}
    rows = [
        _cells("of families that were fitted", {k: v for k, v in flagged.items() if k not in HELD_BACK}),
        _cells("of families that were held back", {k: v for k, v in flagged.items() if k in HELD_BACK}),
        _cells("all", flagged),
    ]
    return f"{_INTRODUCTION}\n{table(_HEADER, rows)}\n"


def hours_flagged(family: str, seeds: Sequence[int]) -> Iterator[int]:
    """At how many of the hours asked each seed's workload was flagged."""
    panel = combine([generate(family, seed, hours=_HOURS_OF_ALL) for seed in seeds], _STEP_SECONDS)
    last = panel.grid.steps - 1
    ends = range(last - _HOURS_ASKED * _HOUR_STEPS, last + 1, _HOUR_STEPS)
    told = replay(panel, ends, _WINDOW_STEPS)
    told = reconsider(panel, ends, _WINDOW_STEPS, _past(panel), _PAST_BLOCKS, told)
    for subject in range(len(seeds)):
        yield sum(told.verdict(end, subject) is Verdict.LEAK for end in range(len(ends)))


def _past(panel: Panel) -> History:
    """What lies before the last window, the least and the most of each half hour."""
    steps = round(_PAST_STEP_SECONDS / _STEP_SECONDS)
    blocks = (panel.grid.steps - _WINDOW_STEPS) // steps
    before = slice(panel.grid.steps - _WINDOW_STEPS - blocks * steps, panel.grid.steps - _WINDOW_STEPS)
    folded: Floats = nonreclaimable(panel)[:, before].reshape(panel.rows, blocks, steps)
    return History(_PAST_STEP_SECONDS, np.fmin.reduce(folded, axis=2), np.fmax.reduce(folded, axis=2))


def _cells(what: str, flagged: dict[str, list[int]]) -> list[str]:
    hours = np.array([one for of_family in flagged.values() for one in of_family])
    which = {name: sum(one > 0 for one in of_family) for name, of_family in flagged.items()}
    return [
        what,
        str(hours.size),
        str(np.count_nonzero(hours)),
        f"{np.count_nonzero(hours) / hours.size:.3f}",
        f"{hours.sum() / hours.size / (_HOURS_ASKED + 1):.3f}",
        ", ".join(f"{name} {count}" for name, count in which.items() if count) or "–",
    ]
