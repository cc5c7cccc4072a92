"""Whose pods are whose, and what they run, asked for as little as tells it.

Of what runs kube-state-metrics' label sets are those of the window's end; of pods that are gone they are asked for by
name. Over a day of blocks all of them cost a server half of what it spends on a plan.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Set
from concurrent.futures import Future
from dataclasses import dataclass, field

from app.prometheus.promql import one_of, together
from app.prometheus.source import LabelSet
from app.settings import MetricNames
from app.text import is_name
from detectors.panel import Grid

# Begins to list the label sets of a metric, see app.prometheus.selection.ListSeries.
Listing = Future[tuple[list[LabelSet], list[str]]]
BeginList = Callable[[str, str, str, Grid], Listing]

# (namespace, name)
Name = tuple[str, str]

_RECENT_SECONDS = 1800.0
# Where more than this share is gone, or is not known at the end, all are asked for instead.
_MOST_NAMED = 0.25
_NAMES_AT_ONCE = 500


@dataclass(slots=True)
class Owners:
    """Label sets of kube-state-metrics' metrics, and what the server warned of."""

    info: list[LabelSet] = field(default_factory=list)
    pods: list[LabelSet] = field(default_factory=list)
    replicasets: list[LabelSet] = field(default_factory=list)
    jobs: list[LabelSet] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class OwnerLists:
    """Lists under way: of the window's end from the first, and of what is gone once the pods are known."""

    def __init__(self, begin: BeginList, names: MetricNames, matchers: str, grid: Grid) -> None:
        """matchers: of kube-state-metrics' series, with the namespaces that are meant."""
        self._begin, self._names, self._matchers, self._grid = begin, names, matchers, grid
        self._owners = Owners()
        self._recent = [self._ask(metric, label, recent(grid)) for metric, label, _ in self._lists()]

    def of(self, pods: Collection[Name]) -> Owners:
        """All that is told of these pods. Raises SourceError, ScanAbandoned."""
        owners = self._owners
        for (_, _, into), listing in zip(self._lists(), self._recent, strict=True):
            self._take([listing], into)
        # What no name of anything can be has no owner either, and is not for a query to carry.
        wanted = {pod for pod in pods if is_name(pod[1])}
        self._fill(((self._names.container_info, owners.info), (self._names.pod_owner, owners.pods)), "pod", wanted)
        for kind, metric, label, into in (
            ("ReplicaSet", self._names.replicaset_owner, "replicaset", owners.replicasets),
            ("Job", self._names.job_owner, "job_name", owners.jobs),
        ):
            owning = {(one.get("namespace", ""), one["owner_name"]) for one in owners.pods if _owned_by(one, kind)}
            self._fill(((metric, into),), label, owning)
        return owners

    def _lists(self) -> Iterator[tuple[str, str, list[LabelSet]]]:
        names, owners = self._names, self._owners
        yield names.container_info, "pod", owners.info
        yield names.pod_owner, "pod", owners.pods
        yield names.replicaset_owner, "replicaset", owners.replicasets
        yield names.job_owner, "job_name", owners.jobs

    def _fill(self, metrics: Sequence[tuple[str, list[LabelSet]]], label: str, wanted: Set[Name]) -> None:
        """Add the label sets of what the window's end does not tell."""
        if recent(self._grid) == self._grid:
            return
        missing = [(metric, into, wanted - _named(into, label)) for metric, into in metrics]
        begun = [(self._missing(metric, label, names, len(wanted)), into) for metric, into, names in missing if names]
        for listings, into in begun:
            self._take(listings, into)

    def _missing(self, metric: str, label: str, missing: Collection[Name], of: int) -> list[Listing]:
        if len(missing) > _MOST_NAMED * of:
            return [self._ask(metric, label, self._grid)]
        names = sorted({name for _, name in missing})
        parts = [names[first : first + _NAMES_AT_ONCE] for first in range(0, len(names), _NAMES_AT_ONCE)]
        return [self._ask(metric, label, self._grid, one_of(label, part)) for part in parts]

    def _ask(self, metric: str, label: str, grid: Grid, more: str = "") -> Listing:
        return self._begin(metric, together(self._matchers, more), label, grid)

    def _take(self, listings: Iterable[Listing], into: list[LabelSet]) -> None:
        for listing in listings:
            found, warnings = listing.result()
            # Of two that name the same the later one counts; that is to be the one of the window's end.
            into[:0] = found
            self._owners.warnings += warnings


def recent(grid: Grid) -> Grid:
    """The end of a window, which costs a server least."""
    steps = min(max(round(_RECENT_SECONDS / grid.step) + 1, 2), grid.steps)
    return Grid(grid.end - (steps - 1) * grid.step, grid.step, steps)


def _named(label_sets: Iterable[LabelSet], label: str) -> set[Name]:
    return {(one.get("namespace", ""), one.get(label, "")) for one in label_sets}


def _owned_by(pod: LabelSet, kind: str) -> bool:
    return pod.get("owner_kind") == kind and is_name(pod.get("owner_name", ""))
