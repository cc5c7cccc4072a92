"""The floor of a container's memory and how it grows, as recorded series. Pure.

What the kernel cannot take back is the larger of anonymous memory (rss) and working set less page cache: kernel memory
is in the second only. Its floor, the least within an hour, rises with a leak, and not with a garbage collector's saw
or with peaks. All of it is of one container of one pod: the sum over replicas rises when they become more.

What it costs, a container: one series each minute and seven each five minutes, beside some seventy that cAdvisor
exports. With 10,000 containers the longest looks back are an hour of samples that are a minute apart (600,000), and
an hour of CPU as it is scraped (1.2 million at 30 s); 24 hours and 7 days are looked up at one moment each, and
never read through. Measured so on 2 cores with Prometheus 2.42, asked by HTTP: 0.6 s each minute for this, 0.8 s for
owners, and 4 s each five minutes for the pack's other rules, were all 10,000 to leak.
"""

from alert_rules import conventions as names
from alert_rules.belonging import CONTAINER, WORKLOAD, of_workload
from alert_rules.pack import Options
from alert_rules.promql import duration, selected
from alert_rules.rule import Group, Recording

EVERY = "5m"
# For as long a scrape may fail, or an owner be unknown, before a container counts as gone.
REMEMBERED = "15m"
WINDOWS_SECONDS = {names.GROWTH_6H: 6 * 3600, names.GROWTH_24H: 24 * 3600, names.GROWTH_7D: 7 * 86400}
# cgroups of version 1 write "no limit" as a number that no machine has.
_NO_LIMIT_ABOVE = "2 ^ 60"


def memory_group(options: Options) -> Group:
    """Bytes that the kernel cannot take back, each minute: the floor is not to miss a short drop."""
    rss, working_set, cache = (
        f"max by ({CONTAINER}) ({selected(metric, options.cadvisor)})"
        for metric in ("container_memory_rss", "container_memory_working_set_bytes", "container_memory_cache")
    )
    expr = f"({rss} >= ({working_set} - {cache}))\nor ({working_set} - {cache})\nor {rss}"
    return Group("leakwatch-memory", (Recording(names.UNRECLAIMABLE, expr),), "1m")


def floor_recordings(options: Options, settle_seconds: float) -> tuple[Recording, ...]:
    """The floor, what it is judged beside, and its growth over each window.

    settle_seconds: from when on a container's age its floor counts: what it allocates at its start is no growth. A
    container that restarted within a window, or came with a deploy, therefore has no growth over it.
    """
    present = f"last_over_time({names.UNRECLAIMABLE}[{REMEMBERED}])"
    cpu = f"rate({selected('container_cpu_usage_seconds_total', options.cadvisor)}[1h])"
    return (
        Recording(names.STARTED, _started(options)),
        Recording(names.MEMORY_LIMIT, _limit(options)),
        Recording(names.CPU, f"max by ({CONTAINER}) ({cpu})"),
        Recording(names.FLOOR, f"min_over_time({names.UNRECLAIMABLE}[1h]) and {present}"),
        Recording(names.WORKLOAD_FLOOR, f"max by ({WORKLOAD}) ({of_workload(names.FLOOR, REMEMBERED)})"),
        *(Recording(name, _growth(window, settle_seconds)) for name, window in WINDOWS_SECONDS.items()),
    )


def _growth(window_seconds: float, settle_seconds: float) -> str:
    old_enough = f"time() - {names.STARTED} >= {window_seconds + settle_seconds:.0f}"
    return f"({names.FLOOR} - {names.FLOOR} offset {duration(window_seconds)}) and ({old_enough})"


def _started(options: Options) -> str:
    """The newest: for some minutes after a restart, the container before is still told of."""
    by_cadvisor = selected("container_start_time_seconds", options.cadvisor)
    by_state = selected("kube_pod_container_state_started", options.kube_state_metrics)
    return " or ".join(f"max by ({CONTAINER}) (last_over_time({one}[{REMEMBERED}]))" for one in (by_cadvisor, by_state))


def _limit(options: Options) -> str:
    by_state = selected("kube_pod_container_resource_limits", 'resource="memory"', options.kube_state_metrics)
    by_cadvisor = selected("container_spec_memory_limit_bytes", options.cadvisor)
    return f"min by ({CONTAINER}) ({by_state} > 0)\nor min by ({CONTAINER}) ({by_cadvisor} > 0 < {_NO_LIMIT_ABOVE})"
