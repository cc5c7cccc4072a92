"""What the alerts on memory must make of things."""

from alert_rules import conventions as names
from alert_rules.pack import Fired, Situation

_POD = 'cluster="c",namespace="shop",pod="cart-1",container="app"'
_OTHER = 'cluster="c",namespace="shop",pod="cart-2",container="app"'
_OWNERS = {
    f'{names.POD_OWNER}{{cluster="c",namespace="shop",pod="{pod}",workload="cart",workload_type="Deployment"}}': "1x200"
    for pod in ("cart-1", "cart-2")
}
_CART = {"cluster": "c", "namespace": "shop", "workload": "cart", "container": "app"}
_RESTARTS = f"kube_pod_container_status_restarts_total{{{_POD}}}"
_LAST = f'kube_pod_container_status_last_terminated_reason{{{_POD},reason="OOMKilled"}}'
_ENDED = f'kube_pod_container_status_terminated_reason{{{_POD},reason="OOMKilled"}}'
_KSM_A, _KSM_B = 'instance="a"', 'instance="b"'
_LIMIT = f'kube_pod_container_resource_limits{{{_POD},resource="memory",unit="byte"}}'
_RSS = f"container_memory_rss{{{_POD}}}"
_RUNS = f"kube_pod_container_status_running{{{_POD}}}"


def _killed(times: int) -> Fired:
    return Fired(_CART, f"OOM kills of shop/cart (app) in the last 15 minutes: {times}.")


_OOM_KILLS = (
    Situation(
        "a container is killed and starts again",
        "ContainerOomKilled",
        _OWNERS | {_RESTARTS: "0x10 1x20", _LAST: "_x10 1x20"},
        "14m",
        (_killed(1),),
    ),
    Situation(
        "two pods are killed, one of them twice",
        "ContainerOomKilled",
        _OWNERS
        | {
            _RESTARTS: "0x10 1x2 2x20",
            _LAST: "_x10 1x30",
            f"kube_pod_container_status_restarts_total{{{_OTHER}}}": "0x10 1x20",
            f'kube_pod_container_status_last_terminated_reason{{{_OTHER},reason="OOMKilled"}}': "_x10 1x20",
        },
        "14m",
        (_killed(3),),
    ),
    Situation(
        "pods are killed on two nodes, and of one the node is not told",
        "ContainerOomKilled",
        _OWNERS
        | {
            _RESTARTS: "0x10 1x20",
            _LAST: "_x10 1x20",
            f"kube_pod_container_status_restarts_total{{{_OTHER}}}": "0x10 2x20",
            f'kube_pod_container_status_last_terminated_reason{{{_OTHER},reason="OOMKilled"}}': "_x10 1x20",
            'kube_pod_info{cluster="c",namespace="shop",pod="cart-1",node="n1",instance="a"}': "1x30",
            'kube_pod_info{cluster="c",namespace="shop",pod="cart-1",node="n1",instance="b"}': "1x30",
        },
        "14m",
        (
            Fired(_CART | {"node": "n1"}, "OOM kills of shop/cart (app) on n1 in the last 15 minutes: 1."),
            _killed(2),
        ),
    ),
    Situation(
        "two replicas of kube-state-metrics tell of one kill",
        "ContainerOomKilled",
        _OWNERS
        | {_RESTARTS.replace("}", f",{one}}}"): "0x10 1x20" for one in (_KSM_A, _KSM_B)}
        | {_LAST.replace("}", f",{one}}}"): "_x10 1x20" for one in (_KSM_A, _KSM_B)},
        "14m",
        (_killed(1),),
    ),
    Situation(
        "a pod that is not started again is killed",
        "ContainerOomKilled",
        _OWNERS | {_RESTARTS: "0x60", _ENDED: "_x10 1x60"},
        "14m",
        (_killed(1),),
    ),
    Situation(
        "a pod that was killed an hour ago still lies there",
        "ContainerOomKilled",
        _OWNERS | {_RESTARTS: "0x90", _ENDED: "_x10 1x90"},
        "70m",
    ),
    Situation(
        "kube-state-metrics comes back, and the pod still lies there",
        "ContainerOomKilled",
        _OWNERS | {_RESTARTS: "0x90", _ENDED: "_x10 1x20 _x30 1x40"},
        "65m",
    ),
    Situation(
        "it was killed long ago, and has run since",
        "ContainerOomKilled",
        _OWNERS | {_RESTARTS: "1x90", _LAST: "1x90"},
        "30m",
    ),
    Situation(
        "it was killed long ago, and an error ends it now",
        "ContainerOomKilled",
        _OWNERS | {_RESTARTS: "1x10 2x20", _LAST: "1x10 stale"},
        "14m",
    ),
    Situation(
        "a new pod of the same name begins to count at zero",
        "ContainerOomKilled",
        _OWNERS | {_RESTARTS: "5x10 0x20", _LAST: "1x30"},
        "14m",
    ),
    Situation(
        "kube-state-metrics is not scraped for a while",
        "ContainerOomKilled",
        _OWNERS | {_RESTARTS: "1x10 _x8 1x20", _LAST: "1x10 _x8 1x20"},
        "20m",
    ),
)
_NEAR_LIMIT = (
    Situation(
        "one of two pods stays near its limit",
        "ContainerMemoryNearLimit",
        _OWNERS
        | {
            _RSS: "950x60",
            _LIMIT: "1000x60",
            f"container_memory_rss{{{_OTHER}}}": "100x60",
            f'kube_pod_container_resource_limits{{{_OTHER},resource="memory"}}': "1000x60",
        },
        "20m",
        (Fired(_CART, "The fullest pod of shop/cart (app) has 95% of its memory limit resident."),),
    ),
    Situation(
        "the old and the new container are told of at once, and each is half full",
        "ContainerMemoryNearLimit",
        _OWNERS
        | {
            f'container_memory_rss{{{_POD},id="old"}}': "500x60",
            f'container_memory_rss{{{_POD},id="new"}}': "500x60",
            _LIMIT: "1000x60",
        },
        "30m",
    ),
    Situation(
        "page cache that is in use fills the working set, and little is resident",
        "ContainerMemoryNearLimit",
        _OWNERS | {_RSS: "300x60", f"container_memory_working_set_bytes{{{_POD}}}": "990x60", _LIMIT: "1000x60"},
        "30m",
    ),
    Situation(
        "it is full for the minutes of a start",
        "ContainerMemoryNearLimit",
        _OWNERS | {_RSS: "950x10 400x60", _LIMIT: "1000x60"},
        "16m",
    ),
    Situation(
        "it has no limit",
        "ContainerMemoryNearLimit",
        _OWNERS | {_RSS: "950x60", f'kube_pod_container_resource_limits{{{_POD},resource="cpu"}}': "1x60"},
        "30m",
    ),
)
_UNLIMITED = (
    Situation(
        "two pods run without a memory limit for hours",
        "ContainerMemoryUnlimited",
        _OWNERS
        | {
            _RUNS: "1x200",
            f"kube_pod_container_status_running{{{_OTHER}}}": "1x200",
            f'kube_pod_container_resource_limits{{{_POD},resource="cpu"}}': "1x200",
        },
        "190m",
        (Fired(_CART, "shop/cart (app) has no memory limit; pods that run so: 2."),),
    ),
    Situation("it has a limit", "ContainerMemoryUnlimited", _OWNERS | {_RUNS: "1x200", _LIMIT: "1000x200"}, "190m"),
    Situation(
        "limits are not scraped at all",
        "ContainerMemoryUnlimited",
        _OWNERS | {_RUNS: "1x200"},
        "190m",
    ),
    Situation(
        "a job without a limit runs for an hour",
        "ContainerMemoryUnlimited",
        _OWNERS
        | {_RUNS: "1x60 0x140", f'kube_pod_container_resource_limits{{{_OTHER},resource="memory"}}': "1000x200"},
        "190m",
    ),
)

MEMORY_SITUATIONS = (*_OOM_KILLS, *_NEAR_LIMIT, *_UNLIMITED)
