"""What the alerts on crash loops and CPU throttling must make of things."""

from alert_rules import conventions as names
from alert_rules.pack import Fired, Situation

_POD = 'cluster="c",namespace="shop",pod="cart-1",container="app"'
_OWNED = 'cluster="c",namespace="shop",pod="cart-1",workload="cart",workload_type="Deployment"'
_OWNER = {f"{names.POD_OWNER}{{{_OWNED}}}": "1x180"}
_CART = {"cluster": "c", "namespace": "shop", "workload": "cart", "container": "app"}
_WAITS = f'kube_pod_container_status_waiting_reason{{{_POD},reason="CrashLoopBackOff"}}'
_RESTARTS = f"kube_pod_container_status_restarts_total{{{_POD}}}"
_HELD = f"container_cpu_cfs_throttled_periods_total{{{_POD}}}"
_PERIODS = f"container_cpu_cfs_periods_total{{{_POD}}}"
_LOOPS = (Fired(_CART, "shop/cart (app) ends again and again; pods that do: 1."),)

_CRASH_LOOPS = (
    Situation(
        "it waits after each crash, and runs in between",
        "WorkloadCrashLooping",
        _OWNER | {_WAITS: "1x4 _x3 1x5 _x3 1x6 _x3 1x30"},
        "20m",
        _LOOPS,
    ),
    Situation(
        "an init container crashes",
        "WorkloadCrashLooping",
        _OWNER | {f'kube_pod_init_container_status_waiting_reason{{{_POD},reason="CrashLoopBackOff"}}': "1x60"},
        "20m",
        _LOOPS,
    ),
    Situation(
        "it runs for twelve minutes each time, and never waits",
        "WorkloadCrashLooping",
        _OWNER | {_RESTARTS: "0x12 1x12 2x12 3x12 4x12 5x12 6x12 7x12"},
        "80m",
        _LOOPS,
    ),
    Situation(
        "it waits once while what it needs comes up",
        "WorkloadCrashLooping",
        _OWNER | {_WAITS: "1x3 stale", _RESTARTS: "0x2 1x60"},
        "18m",
    ),
    Situation(
        "a deploy replaces the pod",
        "WorkloadCrashLooping",
        {next(iter(_OWNER)): "1x10 stale", _WAITS: "1x10 stale"},
        "18m",
    ),
    Situation(
        "it waits for its image, not after a crash",
        "WorkloadCrashLooping",
        _OWNER | {f'kube_pod_container_status_waiting_reason{{{_POD},reason="ImagePullBackOff"}}': "1x60"},
        "30m",
    ),
    Situation(
        "a new pod of the same name begins to count at zero",
        "WorkloadCrashLooping",
        _OWNER | {_RESTARTS: "50x30 0x60"},
        "60m",
    ),
    Situation(
        "kube-state-metrics is not scraped for a while, and it had restarts long ago",
        "WorkloadCrashLooping",
        _OWNER | {_RESTARTS: "50x30 _x20 50x60"},
        "80m",
    ),
)
_THROTTLING = (
    Situation(
        "it is held back in half its periods",
        "ContainerCpuThrottled",
        _OWNER | {_HELD: "0+300x60", _PERIODS: "0+600x60"},
        "30m",
        (Fired(_CART, "shop/cart (app) is held back in 50% of its periods."),),
    ),
    Situation(
        "it is idle, and of its few periods half are held back",
        "ContainerCpuThrottled",
        _OWNER | {_HELD: "0+15x60", _PERIODS: "0+30x60"},
        "30m",
    ),
    Situation(
        "it is held back while it starts",
        "ContainerCpuThrottled",
        _OWNER | {_HELD: "0+300x8 2400x60", _PERIODS: "0+600x60"},
        "16m",
    ),
    Situation(
        "the counters begin anew",
        "ContainerCpuThrottled",
        _OWNER | {_HELD: "90000x20 0+6x40", _PERIODS: "0+600x20 0+600x40"},
        "40m",
    ),
    Situation(
        "it is not scraped for a while",
        "ContainerCpuThrottled",
        _OWNER | {_HELD: "0+6x10 _x10 126+6x40", _PERIODS: "0+600x10 _x10 12600+600x40"},
        "40m",
    ),
)

RUNNING_SITUATIONS = (*_CRASH_LOOPS, *_THROTTLING)
