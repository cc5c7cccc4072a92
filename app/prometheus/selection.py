"""Which series a scan means: what there is, by the index alone, and the label matchers of what is read of it."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from app.domain.scan import Problem
from app.errors import SourceUnusable
from app.prometheus.batching import cut_into_batches
from app.prometheus.client import reading_threads
from app.prometheus.members import container_key
from app.prometheus.owner_lists import Listing, OwnerLists, recent
from app.prometheus.ownership import Ownership, SeenContainer, usable_refs
from app.prometheus.promql import one_of, together
from app.prometheus.source import ContainerRef, Control, LabelSet, Plan, ScanRequest
from app.settings import MetricNames
from detectors.panel import Grid

# The label sets of a metric with these matchers in a grid's span, and the server's warnings; the label in between is
# the one by which it can be asked for in parts.
ListSeries = Callable[[str, str, str, Grid, Control], tuple[list[LabelSet], list[str]]]


class Selection:
    """The label matchers of one scan. Its plan comes first: it finds out which pods need not be named."""

    def __init__(self, metrics: MetricNames, request: ScanRequest | None = None) -> None:
        self._metrics = metrics
        self._request = request
        self._pods_in_namespace: Counter[str] = Counter()

    def plan(self, list_series: ListSeries, max_samples: int, concurrency: int, control: Control) -> Plan:
        """What is to be read, by the label sets that match. Raises SourceError, ScanAbandoned."""
        request, names = self._request, self._metrics
        if request is None:
            raise ValueError("a selection without a request plans nothing")
        grid, namespaces = request.grid, one_of("namespace", request.namespaces)
        memory = together(names.container_matchers, namespaces, request.selector)
        state = together(names.state_matchers, namespaces)
        with reading_threads(concurrency, control) as pool:

            def begin(metric: str, matchers: str, label: str, grid: Grid) -> Listing:
                return pool.submit(list_series, metric, matchers, label, grid, control)

            # cAdvisor tells both metrics of a container, or neither. Where one of them is left out of what is scraped
            # it shows at the end, as long as such a container runs.
            begun = [begin(names.working_set, memory, "pod", grid), begin(names.rss, memory, "pod", recent(grid))]
            lists = OwnerLists(begin, names, state, grid)
            found = [listing.result() for listing in begun]
            if not _keys(found[0][0]) >= _keys(found[1][0]) or not found[0][0]:
                found[1] = begin(names.rss, memory, "pod", grid).result()
            working_set, rss = (labels for labels, _ in found)
            owners = lists.of({key[:2] for key in _keys([*working_set, *rss])})
        warnings = [*(text for _, said in found for text in said), *owners.warnings]
        problems = [Problem("server_warning", text) for text in warnings]
        if not working_set and not rss:
            raise SourceUnusable(
                f"no container memory between the window's ends: {names.working_set}{{{memory}}} matches nothing",
                "check --namespace and --selector, or LEAKWATCH_METRICS__CONTAINER_MATCHERS and the metric names",
            )
        if not owners.pods:
            problems.append(
                Problem("no_kube_state_metrics", "no pod owners: workloads are told by pod names, limits by cAdvisor")
            )
        ownership = Ownership.from_label_sets(owners.pods, owners.replicasets, owners.jobs, known=request.owners)
        refs, odd = usable_refs(_seen([*working_set, *rss], owners.info), ownership)
        problems += odd
        self._pods_in_namespace = Counter(ref.namespace for ref in refs)
        return Plan(grid, cut_into_batches(refs, grid.steps, max_samples), distinct(problems))

    @property
    def limits_over_time(self) -> bool:
        """Whether limits are wanted as they were at each time."""
        return self._request is not None and self._request.limits_over_time

    @property
    def load_of_all(self) -> bool:
        """Whether CPU is wanted of all containers."""
        return self._request is None or self._request.load_of_all

    def wanted(self) -> list[tuple[str, str]]:
        """All metrics that a panel is made of, each with its own matchers."""
        names = self._metrics
        by_cadvisor = (names.working_set, names.rss, names.cache, names.cpu, names.start_time, names.spec_limit)
        return [
            *((name, names.container_matchers) for name in by_cadvisor),
            *((name, names.state_matchers) for name in (names.restarts, names.terminated)),
            # Limits of memory alone; the old metric of its own for them has no such label.
            (names.limit, together(names.state_matchers, 'resource=~"memory|"')),
        ]

    def matchers(self, matchers: str, containers: Sequence[ContainerRef]) -> str:
        """A metric's own matchers and the containers'; pods are named only where not all of a namespace is meant."""
        here = Counter(container.namespace for container in containers)
        by_cadvisor = matchers == self._metrics.container_matchers
        selector = self._request.selector if self._request and by_cadvisor else ""
        pods = ""
        if any(self._pods_in_namespace[namespace] > count for namespace, count in here.items()):
            pods = one_of("pod", {container.pod for container in containers})
        return together(matchers, selector, one_of("namespace", here), pods)


def distinct(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each problem once, in order of appearance."""
    return tuple(dict.fromkeys(problems))


def _keys(series: Iterable[LabelSet]) -> set[tuple[str, str, str]]:
    return {container_key(labels) for labels in series}


def _seen(series: Iterable[LabelSet], info: Iterable[LabelSet]) -> list[SeenContainer]:
    """Each container once, in a stable order, with the image that it runs."""
    image_of = {container_key(labels): labels.get("image", "") for labels in info}
    found: dict[tuple[str, str, str], SeenContainer] = {}
    for labels in series:
        key = container_key(labels)
        if all(key) and key not in found:
            image = image_of.get(key) or labels.get("image") or None
            found[key] = SeenContainer(*key, image=image, node=labels.get("node") or None)
    return [found[key] for key in sorted(found)]
