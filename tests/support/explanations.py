"""Pods and explanations for tests, with what matters to them set and the rest plain."""

from collections.abc import Sequence

import numpy as np

from app.domain.explanation import Deploy, Explained, Explanation, PodSeries
from app.domain.finding import Finding
from detectors.judgement import Figure
from detectors.panel import Floats, Grid
from tests.support.findings import MIB, report

# 2023-11-15T00:00:00Z; an hour a step.
MIDNIGHT = 1_700_006_400.0


def hourly(steps: int) -> Grid:
    """A grid of hours from midnight on."""
    return Grid(MIDNIGHT, 3600.0, steps)


def pod_of(
    memory: Sequence[float],
    *,
    pod: str = "cart-1",
    revision: str | None = "v2",
    leaking: bool = True,
    limit: float | None = None,
    cache: Sequence[float] | None = None,
    floor: Sequence[float] | None = None,
    fit: Sequence[float] | None = None,
    restarts: tuple[float, ...] = (),
    oom_kills: tuple[float, ...] = (),
) -> PodSeries:
    """A pod whose series are given in MiB, and its restarts and OOM kills in hours."""
    grown = np.array(memory, dtype=np.float64) * MIB
    unknown = np.full(grown.size, np.nan)

    def series(values: Sequence[float] | None, otherwise: Floats) -> Floats:
        return otherwise if values is None else np.array(values, dtype=np.float64) * MIB

    return PodSeries(
        pod=pod,
        revision=revision,
        leaking=leaking,
        limit_bytes=None if limit is None else limit * MIB,
        memory=grown,
        working_set=grown + series(cache, np.zeros(grown.size)),
        floor=series(floor, unknown),
        fit=series(fit, unknown),
        restarts=tuple(MIDNIGHT + 3600 * hour for hour in restarts),
        oom_kills=tuple(MIDNIGHT + 3600 * hour for hour in oom_kills),
    )


def explained(
    *findings: Finding,
    pods: Sequence[PodSeries] = (),
    figures: Sequence[Figure] = (),
    deploys: Sequence[Deploy] = (),
    more_pods: int = 0,
) -> Explained:
    """What a look found: the same pods and figures for each finding."""
    steps = pods[0].memory.size if pods else 2
    return Explained(
        report(*findings),
        tuple(
            Explanation(one, tuple(figures), hourly(steps), tuple(deploys), tuple(pods), len(pods) + more_pods)
            for one in findings
        ),
    )
