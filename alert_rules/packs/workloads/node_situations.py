"""What the alerts on nodes and on the cluster autoscaler must make of things."""

from alert_rules.pack import Fired, Situation

_EXPORTER = 'cluster="c",instance="10.0.0.1:9100"'
_NAME = {f'node_uname_info{{{_EXPORTER},nodename="n1"}}': "1x90"}
_PRESSURE = 'kube_node_status_condition{cluster="c",node="n1",condition="MemoryPressure",status="true"'
_LEFT = f"node_memory_MemAvailable_bytes{{{_EXPORTER}}}"
_ALL = {f"node_memory_MemTotal_bytes{{{_EXPORTER}}}": "1000x90"}
_KILLS = f"node_vmstat_oom_kill{{{_EXPORTER}}}"
_POD = 'cluster="c",namespace="shop",pod="cart-1"'
_RUNS_ON = {f'kube_pod_info{{{_POD},node="n1"}}': "1x60"}
_RESTARTS = f'kube_pod_container_status_restarts_total{{{_POD},container="app"}}'
_LAST = f'kube_pod_container_status_last_terminated_reason{{{_POD},container="app",reason="OOMKilled"}}'
_N1 = {"cluster": "c", "node": "n1", "instance": "10.0.0.1:9100"}
_UNNAMED = {"cluster": "c", "instance": "10.0.0.1:9100"}

_PRESSURES = (
    Situation(
        "two replicas of kube-state-metrics tell of pressure",
        "NodeMemoryPressure",
        {f'{_PRESSURE},instance="{one}"}}': "1x30" for one in ("a", "b")},
        "10m",
        (
            Fired(
                {"cluster": "c", "node": "n1"},
                "The kubelet of n1 is under memory pressure: it evicts pods and takes no new ones of best effort.",
            ),
        ),
    ),
    Situation("it passes within minutes", "NodeMemoryPressure", {_PRESSURE + "}": "0x3 1x3 0x30"}, "9m"),
    Situation(
        "the node is short of disk, not of memory",
        "NodeMemoryPressure",
        {'kube_node_status_condition{cluster="c",node="n1",condition="DiskPressure",status="true"}': "1x30"},
        "20m",
    ),
)
_LITTLE_LEFT = (
    Situation(
        "little is available",
        "NodeMemoryAvailableLow",
        _NAME | _ALL | {_LEFT: "20x60"},
        "20m",
        (Fired(_N1, "n1 has 2% of its memory available."),),
    ),
    Situation(
        "nobody tells the node's name",
        "NodeMemoryAvailableLow",
        _ALL | {_LEFT: "20x60"},
        "20m",
        (Fired(_UNNAMED, "10.0.0.1:9100 has 2% of its memory available."),),
    ),
    Situation(
        "nothing is free, and page cache would give way",
        "NodeMemoryAvailableLow",
        _NAME | _ALL | {_LEFT: "400x60", f"node_memory_MemFree_bytes{{{_EXPORTER}}}": "5x60"},
        "30m",
    ),
    Situation(
        "it is not scraped for a while",
        "NodeMemoryAvailableLow",
        _NAME | _ALL | {_LEFT: "20x8 _x10 400x30"},
        "25m",
    ),
)
_CHILDREN = (
    Situation(
        "a worker process is killed, and no container ends",
        "NodeProcessOomKilled",
        _NAME | _RUNS_ON | {_KILLS: "5x10 6x30", _RESTARTS: "0x60"},
        "20m",
        (Fired(_N1, "Processes OOM-killed on n1 in the last 15 minutes, with no container ended by it: 1."),),
    ),
    Situation(
        "a container ends by it, and kube-state-metrics tells so three minutes later",
        "NodeProcessOomKilled",
        _NAME | _RUNS_ON | {_KILLS: "5x10 6x30", _RESTARTS: "0x13 1x60", _LAST: "_x13 1x60"},
        "20m",
    ),
    Situation(
        "a worker process is killed, and nobody tells the node's name",
        "NodeProcessOomKilled",
        {_KILLS: "5x10 6x30"},
        "20m",
        (
            Fired(
                _UNNAMED,
                "Processes OOM-killed on 10.0.0.1:9100 in the last 15 minutes, with no container ended by it: 1.",
            ),
        ),
    ),
    Situation("the node starts anew", "NodeProcessOomKilled", _NAME | {_KILLS: "7x10 0x30"}, "20m"),
    Situation("it is not scraped for a while", "NodeProcessOomKilled", _NAME | {_KILLS: "7x5 _x8 7x30"}, "20m"),
)
_PENDING = "cluster_autoscaler_unschedulable_pods_count"
_FAILED = 'cluster_autoscaler_failed_scale_ups_total{cluster="c",reason="cloudProviderError"}'
_ERRORS = 'cluster_autoscaler_errors_total{cluster="c",type="cloudProviderError"}'
_SAFE = "cluster_autoscaler_cluster_safe_to_autoscale"
_CLUSTER = {"cluster": "c"}

_AUTOSCALER = (
    Situation(
        "pods find no node for an hour",
        "ClusterAutoscalerPodsPending",
        {
            f'{_PENDING}{{cluster="c",instance="leads",type="unschedulable"}}': "4x60",
            f'{_PENDING}{{cluster="c",instance="waits",type="unschedulable"}}': "0x60",
        },
        "40m",
        (Fired(_CLUSTER, "Pods that have found no node for half an hour: 4."),),
    ),
    Situation(
        "an older version tells no type",
        "ClusterAutoscalerPodsPending",
        {f'{_PENDING}{{cluster="c"}}': "4x60"},
        "40m",
        (Fired(_CLUSTER, "Pods that have found no node for half an hour: 4."),),
    ),
    Situation(
        "a node is there within ten minutes",
        "ClusterAutoscalerPodsPending",
        {f'{_PENDING}{{cluster="c"}}': "4x10 0x60"},
        "40m",
    ),
    Situation(
        "the scheduler has not looked at them yet",
        "ClusterAutoscalerPodsPending",
        {f'{_PENDING}{{cluster="c",type="scheduler_unprocessed"}}': "4x60"},
        "40m",
    ),
    Situation(
        "the cloud refuses nodes again and again",
        "ClusterAutoscalerScaleUpFailing",
        {_FAILED: "0x10 1x5 2x5 3x60"},
        "35m",
        (
            Fired(
                {"cluster": "c", "reason": "cloudProviderError"},
                "Failures to add nodes in half an hour, by cloudProviderError: 3.",
            ),
        ),
    ),
    Situation("it is refused once", "ClusterAutoscalerScaleUpFailing", {_FAILED: "0x10 1x60"}, "35m"),
    Situation("it starts anew", "ClusterAutoscalerScaleUpFailing", {_FAILED: "9x10 0x60"}, "35m"),
    Situation(
        "its loops fail for half an hour",
        "ClusterAutoscalerErrors",
        {_ERRORS: "0+1x60"},
        "40m",
        (
            Fired(
                {"cluster": "c", "type": "cloudProviderError"},
                "Failed loops of the cluster autoscaler in 15 minutes, by cloudProviderError: 15.",
            ),
        ),
    ),
    Situation("two loops fail", "ClusterAutoscalerErrors", {_ERRORS: "0x10 1x1 2x60"}, "40m"),
    Situation(
        "the one that leads says so",
        "ClusterAutoscalerUnsafe",
        {f'{_SAFE}{{cluster="c",instance="{one}"}}': "0x60" for one in ("leads", "waits")},
        "40m",
        (
            Fired(
                _CLUSTER,
                "Too many nodes of c are not ready: for half an hour the cluster autoscaler has added"
                " and removed none.",
            ),
        ),
    ),
    Situation(
        "one that does not lead stands at zero",
        "ClusterAutoscalerUnsafe",
        {f'{_SAFE}{{cluster="c",instance="leads"}}': "1x60", f'{_SAFE}{{cluster="c",instance="waits"}}': "0x60"},
        "40m",
    ),
    Situation("there is no cluster autoscaler", "ClusterAutoscalerUnsafe", {}, "40m"),
)

NODE_SITUATIONS = (*_PRESSURES, *_LITTLE_LEFT, *_CHILDREN, *_AUTOSCALER)
