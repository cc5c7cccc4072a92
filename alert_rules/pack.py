"""A pack: rules that belong together, what can be set about them, and situations that show that they work. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from alert_rules.rule import Alert, Group


class Unit(StrEnum):
    """What a threshold counts."""

    BYTES = "bytes"
    BYTES_PER_SECOND = "bytes per second"
    SECONDS = "seconds"
    RATIO = "ratio"
    COUNT = "count"
    PER_SECOND = "per second"


@dataclass(frozen=True, slots=True)
class Threshold:
    """Something of a pack that can be set. default: in `unit`; per_workload: whether a workload may have its own.

    beyond_whole: of a ratio, whether it may be more than 100%; what is compared with others may be.
    """

    pack: str
    name: str
    default: float
    unit: Unit
    help: str
    per_workload: bool = False
    beyond_whole: bool = False


@dataclass(frozen=True, slots=True)
class Override:
    """One threshold for one namespace (workload None), or for one workload of it. value: in the threshold's unit."""

    namespace: str
    workload: str | None
    threshold: Threshold
    value: float


@dataclass(frozen=True, slots=True)
class Accepted:
    """What somebody judged to be no leak, and how much of it: only what clearly exceeds it may raise an alert.

    growth_bytes_per_second: of one pod; level_bytes: the most that was accepted, None where it was not kept.
    """

    cluster: str
    namespace: str
    workload: str
    container: str
    growth_bytes_per_second: float
    level_bytes: float | None


@dataclass(frozen=True, slots=True)
class Options:
    """What every pack is built from.

    cadvisor, kube_state_metrics: label matchers of their series, with no braces; backups: those of kube_cronjob_info
    that tell which CronJobs make backups.
    """

    cadvisor: str = 'container!="",container!="POD"'
    kube_state_metrics: str = ""
    backups: str = 'cronjob=~".*(backup|snapshot).*"'
    thresholds: Mapping[Threshold, float] = field(default_factory=dict)
    overrides: tuple[Override, ...] = ()
    accepted: tuple[Accepted, ...] = ()

    def value(self, threshold: Threshold) -> float:
        """What it is set to, in its unit, for all that has no value of its own."""
        return self.thresholds.get(threshold, threshold.default)

    def overrides_of(self, threshold: Threshold) -> tuple[Override, ...]:
        """The values that some namespaces and workloads have of their own."""
        return tuple(one for one in self.overrides if one.threshold == threshold)


@dataclass(frozen=True, slots=True)
class Fired:
    """An alert that a situation must raise. labels: what its expression leaves; description: as it is rendered."""

    labels: Mapping[str, str]
    description: str


@dataclass(frozen=True, slots=True)
class Situation:
    """Series, and what one alert must make of them.

    series: their values by selector, in promtool's notation (`0+1x30`), one each `interval`; at: when it is looked
    at; fires: empty where it must be quiet.
    """

    name: str
    alert: str
    series: Mapping[str, str]
    at: str
    fires: tuple[Fired, ...] = ()
    interval: str = "1m"


@dataclass(frozen=True, slots=True)
class Pack:
    """Groups of rules, and the situations that test them."""

    groups: tuple[Group, ...]
    situations: tuple[Situation, ...]

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """Its alerting rules, in order."""
        return tuple(rule for group in self.groups for rule in group.rules if isinstance(rule, Alert))


@dataclass(frozen=True, slots=True)
class PackKind:
    """A pack that can be chosen. needs: what must be scraped for it, in words."""

    name: str
    title: str
    needs: str
    build: Callable[[Options], Pack]
    thresholds: tuple[Threshold, ...] = ()
