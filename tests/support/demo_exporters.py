"""A small cluster as its exporters would tell of it, for a real Prometheus to hold.

Which workloads there are stands in demo_cluster. What is told of them, and by whom, stands in demo_kubernetes (by
kube-state-metrics), demo_kubelet, demo_runtimes, demo_stores and demo_leakwatch, as `name{labels}` and a shape over
time. Every series is given the labels that a scrape within Kubernetes adds, and `cluster`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demo.load import Series, push

Floats = NDArray[np.float64]

HOURS = 3
STEP_SECONDS = 30.0
# When the new revision of what is deployed comes, and when what runs out of memory does: seconds into the window.
DEPLOYED = 1.5 * 3600
KILLED = 2.0 * 3600

_SELECTOR = re.compile(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})?")
_LABEL = re.compile(r'(\w+)="([^"]*)",?')


@dataclass(frozen=True)
class Shape:
    """A value over time. of: seconds since the window's begin, and that begin in unix seconds, to values."""

    of: Callable[[Floats, float], Floats]


Metrics = Mapping[str, Shape]


def flat(value: float) -> Shape:
    """Always the same."""
    return Shape(lambda seconds, _: np.full_like(seconds, value))


def grows(start: float, per_hour: float) -> Shape:
    """A straight line, from the window's begin."""
    return Shape(lambda seconds, _: start + per_hour * seconds / 3600)


def waves(mean: float, swing: float, period: float = 1800.0) -> Shape:
    """Up and down around a mean."""
    return Shape(lambda seconds, _: mean + swing * np.sin(2 * np.pi * seconds / period))


def counts(per_second: float) -> Shape:
    """A counter that runs evenly."""
    return Shape(lambda seconds, _: np.floor(1000 + per_second * seconds))


def steps(before: float, after: float, at: float) -> Shape:
    """One value, and another from `at`, seconds into the window."""
    return Shape(lambda seconds, _: np.where(seconds < at, before, after))


def moment(seconds: float) -> Shape:
    """A moment, seconds into the window, as unix seconds."""
    return Shape(lambda times, begin: np.full_like(times, begin + seconds))


def clock() -> Shape:
    """What the time is, in unix seconds."""
    return Shape(lambda seconds, begin: begin + seconds)


def histogram(name: str, labels: str, per_second: float, bounds: tuple[float, ...], mean: float) -> dict[str, Shape]:
    """The series of a histogram whose observations are spread exponentially about their mean."""
    given = f"{labels}," if labels else ""
    shares = {f"{bound:g}": 1 - float(np.exp(-bound / mean)) for bound in bounds} | {"+Inf": 1.0}
    buckets = {f'{name}_bucket{{{given}le="{le}"}}': counts(per_second * share) for le, share in shares.items()}
    return buckets | {
        f"{name}_count{{{labels}}}": counts(per_second),
        f"{name}_sum{{{labels}}}": counts(per_second * mean),
    }


@dataclass(frozen=True)
class Told:
    """What one exporter tells. labels: what the scrape adds; begin, end: seconds into the window it is there for."""

    metrics: Metrics
    labels: Mapping[str, str]
    begin: float = 0.0
    end: float = HOURS * 3600.0

    def series(self, cluster: str, last: float) -> Iterator[Series]:
        """Its series. cluster: a label of all of them, unless it is empty; last: the window's end in unix seconds."""
        first = last - HOURS * 3600
        grid = np.arange(0.0, HOURS * 3600 + STEP_SECONDS, STEP_SECONDS)
        grid = grid[(grid >= self.begin) & (grid <= self.end)]
        for selector, shape in self.metrics.items():
            name, own = _parsed(selector)
            # A target's own labels win, as with honor_labels: what they are about is what we ask for.
            labels = {"cluster": cluster, **self.labels, **own, "__name__": name}
            # To Prometheus a label that is empty is one that is not there.
            given = {label: value for label, value in labels.items() if value}
            yield Series(given, first + grid, shape.of(grid, first))


def fill(url: str, told: list[Told], last: float, cluster: str) -> int:
    """Put all that is told into the Prometheus at `url`, ending at `last`, unix seconds; how many samples it was.

    Raises ValueError where two exporters tell the same series: a mistake in what is told.
    """
    every: dict[tuple[tuple[str, str], ...], Series] = {}
    for one in told:
        for series in one.series(cluster, last):
            key = tuple(sorted(series.labels.items()))
            if key in every:
                raise ValueError(f"told twice: {dict(series.labels)}")
            every[key] = series
    return push(url, every.values())


def _parsed(selector: str) -> tuple[str, dict[str, str]]:
    found = _SELECTOR.fullmatch(selector)
    if found is None:
        raise ValueError(f"no selector: {selector}")
    return found[1], dict(_LABEL.findall(found[2] or ""))
