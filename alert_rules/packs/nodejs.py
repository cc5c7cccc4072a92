"""Node.js: the heap, the event loop, garbage collection, handles. Names are those of prom-client's default metrics."""

from itertools import pairwise

from alert_rules.belonging import CONTAINER, POD, of_workload_if_known
from alert_rules.conventions import POD_OWNER
from alert_rules.pack import Options, Pack, PackKind, Threshold, Unit
from alert_rules.packs.nodejs_situations import SITUATIONS
from alert_rules.promql import number, selected
from alert_rules.rule import Alert, Group, Recording
from alert_rules.targets import AT_CONTAINER

_PACK = "nodejs"
HEAP_LIMIT = Threshold(
    _PACK,
    "heap_limit",
    0.0,
    Unit.BYTES,
    "what the heap may reach (--max-old-space-size); 0: what V8 takes by itself, from the container's memory limit",
    per_workload=True,
)
HEAP_USED = Threshold(_PACK, "heap_used", 0.85, Unit.RATIO, "used heap, after collection, against the heap's limit")
HEAP_GROWTH = Threshold(
    _PACK, "heap_growth", 5 * 2**20 / 3600, Unit.BYTES_PER_SECOND, "growth of the heap that collections leave"
)
EVENT_LOOP_LAG = Threshold(_PACK, "event_loop_lag", 0.2, Unit.SECONDS, "the event loop's lag, 99th percentile")
GC_TIME = Threshold(_PACK, "gc_time", 0.1, Unit.RATIO, "share of time spent collecting garbage")
HANDLES = Threshold(_PACK, "handles", 500.0, Unit.COUNT, "open handles below which growth does not matter")

_LIMIT_SET = "namespace_workload:nodejs_heap_limit_bytes:set"
_HEAP_RATIO = "namespace_pod_container:nodejs_heap_used:ratio"
_LARGE_BYTES = 15 * 2**30


def _build(options: Options) -> Pack:
    recordings = (*_limits_set(options), Recording(_HEAP_RATIO, _heap_ratio(options)))
    alerts = (
        Alert(
            "NodejsHeapNearLimit",
            of_workload_if_known(f"min_over_time({_HEAP_RATIO}[10m]) > {number(options.value(HEAP_USED))}"),
            "5m",
            "warning",
            "A Node.js process has little heap left.",
            AT_CONTAINER + " uses {{ $value | humanizePercentage }} of its heap, and collecting garbage frees no more.",
        ),
        _heap_growing(options),
        Alert(
            "NodejsEventLoopLagHigh",
            of_workload_if_known(f"{_lag()} > {number(options.value(EVENT_LOOP_LAG))}"),
            "5m",
            "warning",
            "A Node.js process answers late, for its event loop is blocked.",
            "The event loop of " + AT_CONTAINER + " lags by {{ $value | humanizeDuration }}.",
        ),
        Alert(
            "NodejsGcTimeHigh",
            of_workload_if_known(f"{_gc()} > {number(options.value(GC_TIME))}"),
            "10m",
            "warning",
            "A Node.js process spends much of its time collecting garbage.",
            AT_CONTAINER + " spends {{ $value | humanizePercentage }} of its time collecting garbage.",
        ),
        _handles_growing(options),
    )
    return Pack((Group("leakwatch-nodejs", (*recordings, *alerts)),), SITUATIONS)


def _limits_set(options: Options) -> tuple[Recording, ...]:
    """A constant series for each limit that was set: for a workload, or for all of a namespace."""
    return tuple(
        Recording(
            _LIMIT_SET,
            f"vector({number(one.value)})",
            {"namespace": one.namespace} | ({"workload": one.workload} if one.workload else {}),
        )
        for one in options.overrides_of(HEAP_LIMIT)
    )


def _heap_ratio(options: Options) -> str:
    """Used heap against its limit; the narrowest limit that was set counts, and V8's own where none was.

    V8 takes half of the memory it may use, from 256 MiB to 2 GiB, or 4 GiB where there are 15 GiB or more
    (Heap::HeapSizeFromPhysicalMemory in its heap.cc); Node.js, from 20.3, tells it the container's limit.
    """
    used = f"max by ({CONTAINER}) (nodejs_heap_size_used_bytes)"
    ladder = []
    if options.overrides_of(HEAP_LIMIT):
        owned = f'{POD_OWNER} * on (namespace, workload) group_left () {_LIMIT_SET}{{workload!=""}}'
        ladder.append(f"{used} / on ({POD}) group_left () ({owned})")
        ladder.append(f'{used} / on (namespace) group_left () {_LIMIT_SET}{{workload=""}}')
    everywhere = options.value(HEAP_LIMIT)
    if everywhere > 0:
        ladder.append(f"{used} / {number(everywhere)}")
    else:
        memory = selected("kube_pod_container_resource_limits", options.kube_state_metrics, 'resource="memory"')
        limit = f"max by ({CONTAINER}) ({memory})"
        derived = f"clamp({limit} / 2, {2**28}, {2**31}) * (1 + ({limit} >= bool {_LARGE_BYTES}))"
        ladder.append(f"{used} / on ({CONTAINER}) ({derived})")
    return " or ".join(f"({one})" for one in ladder)


def _heap_growing(options: Options) -> Alert:
    per_hour = options.value(HEAP_GROWTH) * 3600
    floors = [_floor("nodejs_heap_size_used_bytes", offset) for offset in ("", " offset 2h", " offset 4h")]
    # Each half of the four hours must have grown, by half of it at least: a step has not.
    grew = " and ".join(f"({later} - {before} > {number(per_hour)})" for later, before in pairwise(floors))
    cpu = [f"max by ({CONTAINER}) (rate(process_cpu_seconds_total[2h]{offset}))" for offset in ("", " offset 4h")]
    # With more to do, more is in use: growth that came with work is no sign of a leak.
    busier = f"({cpu[0]} > 1.5 * {cpu[1]})"
    rate = f"({floors[0]} - {floors[2]}) / 4 > {number(per_hour)}"
    return Alert(
        "NodejsHeapGrowing",
        of_workload_if_known(f"({rate}) and ({grew}) and {_older(8)} unless {busier}"),
        "1h",
        "warning",
        "The heap that garbage collection leaves to a Node.js process grows steadily.",
        "The heap of "
        + AT_CONTAINER
        + " grows by {{ $value | humanize1024 }}B an hour, with no more work than before.",
    )


def _handles_growing(options: Options) -> Alert:
    floors = [_floor("nodejs_active_handles_total", offset) for offset in ("", " offset 2h", " offset 4h")]
    grew = f"({floors[0]} > {floors[1]}) and ({floors[0]} > 1.5 * {floors[2]}) and ({floors[1]} > {floors[2]})"
    return Alert(
        "NodejsActiveHandlesGrowing",
        of_workload_if_known(f"({floors[0]} > {number(options.value(HANDLES))}) and {grew} and {_older(8)}"),
        "1h",
        "warning",
        "A Node.js process opens handles that it does not close.",
        AT_CONTAINER + " has {{ $value | humanize }} open handles, ever more for four hours.",
    )


def _floor(metric: str, offset: str) -> str:
    return f"max by ({CONTAINER}) (min_over_time({metric}[2h]{offset}))"


def _older(hours: int) -> str:
    """Processes that were running all that time: what is compared is then one process, and past its warm-up."""
    return f"(time() - max by ({CONTAINER}) (process_start_time_seconds) > {hours * 3600})"


def _lag() -> str:
    """The median of ten minutes: one long block is none of it. Old releases of prom-client tell no percentiles."""
    names = ("nodejs_eventloop_lag_p99_seconds", "nodejs_eventloop_lag_seconds")
    return "(" + " or ".join(f"max by ({CONTAINER}) (quantile_over_time(0.5, {one}[10m]))" for one in names) + ")"


def _gc() -> str:
    return f"sum by ({CONTAINER}) (max by ({CONTAINER}, kind) (rate(nodejs_gc_duration_seconds_sum[10m])))"


NODEJS = PackKind(
    _PACK,
    "Node.js",
    "prom-client's default metrics, scraped with the labels namespace, pod and container; limits from "
    "kube-state-metrics",
    _build,
    (HEAP_LIMIT, HEAP_USED, HEAP_GROWTH, EVENT_LOOP_LAG, GC_TIME, HANDLES),
)
