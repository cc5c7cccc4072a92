"""What the alerts on Node.js must make of series that were seen, and of those that tempt them."""

from alert_rules.conventions import POD_OWNER
from alert_rules.pack import Fired, Situation

_POD = 'namespace="shop",pod="web-1"'
_WHO = _POD + ',container="app",instance="10.0.0.1:9100"'
_OWNER = f'{POD_OWNER}{{{_POD},workload="web",workload_type="Deployment"}}'
_OWNED = {_OWNER: "1x200"}
_LABELS = {"namespace": "shop", "pod": "web-1", "container": "app", "workload": "web"}
_HEAP = f'nodejs_heap_size_used_bytes{{job="web",{_WHO}}}'
_LIMIT = f'kube_pod_container_resource_limits{{resource="memory",{_POD},container="app"}}'
_LAG = f'nodejs_eventloop_lag_p99_seconds{{job="web",{_WHO}}}'
_GC = f'nodejs_gc_duration_seconds_sum{{job="web",{_WHO},kind="%s"}}'
_HANDLES = f'nodejs_active_handles_total{{job="web",{_WHO}}}'
_STARTED = f'process_start_time_seconds{{job="web",{_WHO}}}'
_CPU = f'process_cpu_seconds_total{{job="web",{_WHO}}}'

# As rarely as Prometheus still takes for one series: what looks at hours is then quick to try.
_STEP = "4m"
# Of a container limited to 1 GiB, V8 takes 512 MiB.
_GIB = {_LIMIT: "1073741824x60"} | _OWNED


def _heap(name: str, series: dict[str, str], fires: tuple[Fired, ...] = ()) -> Situation:
    return Situation(name, "NodejsHeapNearLimit", _GIB | series, "30m", fires, _STEP)


def _growing(name: str, series: dict[str, str], fires: tuple[Fired, ...] = ()) -> Situation:
    quiet = {_STARTED: "0x160", _CPU: "0+120x160"} | _OWNED
    return Situation(name, "NodejsHeapGrowing", quiet | series, "10h", fires, interval=_STEP)


def _handles(name: str, series: dict[str, str], fires: tuple[Fired, ...] = ()) -> Situation:
    return Situation(name, "NodejsActiveHandlesGrowing", {_STARTED: "0x160"} | _OWNED | series, "10h30m", fires, _STEP)


_HEAP_SITUATIONS = (
    _heap(
        "9 of 10 bytes of the heap are in use after each collection",
        {_HEAP: "483183820x60"},
        (Fired(_LABELS, "shop/web-1 (app) uses 90% of its heap, and collecting garbage frees no more."),),
    ),
    _heap(
        "two jobs scrape it, and it is told once",
        {_HEAP: "483183820x60", _HEAP.replace('job="web"', 'job="pods"'): "483183820x60"},
        (Fired(_LABELS, "shop/web-1 (app) uses 90% of its heap, and collecting garbage frees no more."),),
    ),
    Situation(
        "nobody knows whose pod it is",
        "NodejsHeapNearLimit",
        {_LIMIT: "1073741824x60", _HEAP: "483183820x60"},
        "30m",
        (
            Fired(
                {"namespace": "shop", "pod": "web-1", "container": "app"},
                "shop/web-1 (app) uses 90% of its heap, and collecting garbage frees no more.",
            ),
        ),
        _STEP,
    ),
    Situation(
        "half of its limit is less than V8's least",
        "NodejsHeapNearLimit",
        {_LIMIT: "335544320x60", _HEAP: "170000000x60"},
        "30m",
        interval=_STEP,
    ),
    _heap("garbage fills it, and is collected", {_HEAP: "200000000 500000000 " * 30}),
    _heap(
        "the committed heap is full, as it always is",
        {_HEAP: "60000000x60", _HEAP.replace("used", "total"): "60000000x60"},
    ),
    Situation("it has no limit", "NodejsHeapNearLimit", {_HEAP: "483183820x60"} | _OWNED, "30m", interval=_STEP),
    Situation(
        "its limit is 32 GiB, and V8 takes 4",
        "NodejsHeapNearLimit",
        {_LIMIT: "34359738368x60", _HEAP: "3000000000x60"},
        "30m",
        interval=_STEP,
    ),
)

_GROWING_SITUATIONS = (
    _growing(
        "it grows by 10 MiB an hour under garbage",
        {_HEAP: "200000000+699051x160"},
        (Fired(_LABELS, "The heap of shop/web-1 (app) grows by 10MiB an hour, with no more work than before."),),
    ),
    _growing("it grew when it was asked for more", {_HEAP: "200000000+699051x160", _CPU: "0+40x80 3200+120x80"}),
    _growing("it began four hours ago", {_HEAP: "200000000+699051x160", _STARTED: "21600x160"}),
    _growing("it made one step, for a cache", {_HEAP: "200000000x100 300000000x60"}),
    _growing("it is a sawtooth whose floor is flat", {_HEAP: "200000000 260000000 320000000 380000000 " * 40}),
)

_LAG_SITUATIONS = (
    Situation(
        "every turn of the loop takes half a second",
        "NodejsEventLoopLagHigh",
        {_LAG: "0.5x60"} | _OWNED,
        "30m",
        (Fired(_LABELS, "The event loop of shop/web-1 (app) lags by 500ms."),),
        _STEP,
    ),
    Situation(
        "an old prom-client tells one lag only",
        "NodejsEventLoopLagHigh",
        {_LAG.replace("_p99", ""): "0.5x60"} | _OWNED,
        "30m",
        (Fired(_LABELS, "The event loop of shop/web-1 (app) lags by 500ms."),),
        _STEP,
    ),
    Situation(
        "one block of ten seconds",
        "NodejsEventLoopLagHigh",
        {_LAG: "0.01x4 10 0.01x40"} | _OWNED,
        "30m",
        interval=_STEP,
    ),
    Situation(
        "its lag is the timer's own 10 ms", "NodejsEventLoopLagHigh", {_LAG: "0.011x60"} | _OWNED, "30m", interval=_STEP
    ),
)

_GC_SITUATIONS = (
    Situation(
        "collecting takes 12 s of each minute",
        "NodejsGcTimeHigh",
        {_GC % "major": "0+36x60", _GC % "minor": "0+12x60"} | _OWNED,
        "30m",
        (Fired(_LABELS, "shop/web-1 (app) spends 20% of its time collecting garbage."),),
        _STEP,
    ),
    Situation(
        "two jobs see the same 4 s of each minute",
        "NodejsGcTimeHigh",
        {_GC % "major": "0+16x60", (_GC % "major").replace('job="web"', 'job="pods"'): "0+16x60"} | _OWNED,
        "30m",
        interval=_STEP,
    ),
    Situation(
        "it restarts, and counts from nothing",
        "NodejsGcTimeHigh",
        {_GC % "major": "9000+4x4 0+4x40"} | _OWNED,
        "30m",
        interval=_STEP,
    ),
)

_HANDLE_SITUATIONS = (
    _handles(
        "sockets are opened and kept",
        {_HANDLES: "100+8x160"},
        (Fired(_LABELS, "shop/web-1 (app) has 1.116k open handles, ever more for four hours."),),
    ),
    _handles("it has many, as ever", {_HANDLES: "2000x160"}),
    _handles("a morning's connections come once", {_HANDLES: "300x100 900x60"}),
    _handles("it restarts each five hours", {_HANDLES: "100+16x75 100+16x85", _STARTED: "0x75 18000x85"}),
)

SITUATIONS = (
    *_HEAP_SITUATIONS,
    *_GROWING_SITUATIONS,
    *_LAG_SITUATIONS,
    *_GC_SITUATIONS,
    *_HANDLE_SITUATIONS,
)
