"""How well the time to the limit is told, asked when half of a life that ended in an OOM kill had passed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from bench.cases.cases import Cases
from bench.cases.panels import only, thinned, until
from bench.report import table
from bench.scenarios import generate
from bench.scenarios.combine import combine
from detectors.judge import judge
from detectors.judgement import Quantiles, Verdict
from detectors.lifetimes import split
from detectors.memory import nonreclaimable
from detectors.panel import Panel

# Families whose limit is reached within the window.
_FAMILIES = ("leak_oom_hours", "leak_oom_days", "leak_gc_pressure")
_STEP_SECONDS = 300.0
# Half of a shorter life is too little to be judged by.
_SHORTEST_SECONDS = 4 * 3600.0
_LIVES_OF_ONE = 4
_INTRODUCTION = f"""## The time to the limit

Asked when half of a life that ended in an OOM kill had passed, of workloads of one pod, with what was known by then; of
lives of four hours and more, at most {_LIVES_OF_ONE} of a workload. Those of which no leak was told by then stand in
brackets. p50 is off by shares of what was left, in the median.
"""
_HEADER = ("lives", "p50 is off by", "p10 to p90 holds the end", "it came later", "it came sooner")


@dataclass(frozen=True, slots=True)
class Asked:
    """left: seconds until the kill, at the moment that was asked; told: what was told, None where no leak was."""

    left: float
    told: Quantiles | None


def section(simulated_seeds: Iterable[int], programs: Iterable[Cases]) -> str:
    """A section of Markdown: simulated workloads of each family that ends so, and recorded programs."""
    simulated = [one for seed in simulated_seeds for family in _FAMILIES for one in _of_family(family, seed)]
    recorded = [one for cases in programs for one in _of_cases(cases)]
    rows = [(name, *_cells(asked)) for name, asked in (("simulated", simulated), ("recorded", recorded)) if asked]
    return f"{_INTRODUCTION}\n{table(('', *_HEADER), rows)}\n"


def at_half_of_lives(panel: Panel) -> Iterator[Asked]:
    """What is told of a panel of one row at half of each life that ended in an OOM kill."""
    lifetimes, times = split(panel, nonreclaimable(panel)), panel.grid.times
    ends, begins = times[lifetimes.last[lifetimes.killed]], times[lifetimes.first[lifetimes.killed]]
    long_enough = ends - begins >= _SHORTEST_SECONDS
    for begin, end in list(zip(begins[long_enough], ends[long_enough], strict=True))[:_LIVES_OF_ONE]:
        (judgement,) = judge(until(panel, (begin + end) / 2))
        told = judgement.time_to_limit if judgement.verdict is Verdict.LEAK else None
        yield Asked(float(end - (begin + end) / 2), told)


def _of_family(family: str, seed: int) -> Iterator[Asked]:
    panel = combine([generate(family, seed)], _STEP_SECONDS)
    if panel.rows == 1:
        yield from at_half_of_lives(panel)


def _of_cases(cases: Cases) -> Iterator[Asked]:
    panel = thinned(cases.panel, _STEP_SECONDS)
    for subject in np.flatnonzero(cases.leak).tolist():
        if np.count_nonzero(panel.subject == subject) == 1:
            yield from at_half_of_lives(only(panel, [subject]))


def _cells(asked: list[Asked]) -> list[str]:
    told = [(one.left, one.told) for one in asked if one.told is not None]
    count = f"{len(told)} ({len(asked) - len(told)})"
    if not told:
        return [count, *["–"] * (len(_HEADER) - 1)]
    left = np.array([seconds for seconds, _ in told])
    p10, p50, p90 = np.array([(one.p10, one.p50, one.p90) for _, one in told]).T
    later, sooner = float((p90 < left).mean()), float((p10 > left).mean())
    return [
        count,
        f"{np.median(np.abs(p50 - left) / left):.2f}",
        f"{1 - later - sooner:.2f}",
        f"{later:.2f}",
        f"{sooner:.2f}",
    ]
