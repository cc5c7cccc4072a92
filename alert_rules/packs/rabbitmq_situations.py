"""What the alerts on RabbitMQ must make of series that were seen, and of those that tempt them."""

from alert_rules.conventions import POD_OWNER
from alert_rules.pack import Fired, Situation

_OWNED = {
    f'{POD_OWNER}{{namespace="shop",pod="rabbit-{node}",workload="rabbit",workload_type="StatefulSet"}}': "1x200"
    for node in (0, 1)
}
_NODE = {"namespace": "shop", "pod": "rabbit-0", "container": "rabbitmq", "workload": "rabbit"}
_QUEUE = {"namespace": "shop", "workload": "rabbit", "vhost": "/", "queue": "orders"}
_AT = "shop/rabbit-0 (rabbitmq)"
_IN_QUEUE = "queue orders (vhost /) of shop/rabbit"


def _metric(name: str, more: str = "", node: int = 0) -> str:
    who = f'job="rabbit",namespace="shop",pod="rabbit-{node}",container="rabbitmq",instance="10.0.0.2{node}:15692"'
    return f"rabbitmq_{name}{{{who}{more}}}"


def _queue(name: str, node: int = 0) -> str:
    return _metric(f"queue_{name}", ',vhost="/",queue="orders"', node)


def _situation(
    alert: str, name: str, series: dict[str, str], fires: tuple[Fired, ...] = (), at: str = "40m"
) -> Situation:
    return Situation(name, alert, _OWNED | series, at, fires)


def _node(alert: str, name: str, series: dict[str, str], said: str = "") -> Situation:
    return _situation(alert, name, series, (Fired(_NODE, said),) if said else ())


def _queues(alert: str, name: str, series: dict[str, str], said: str = "") -> Situation:
    return _situation(alert, name, series, (Fired(_QUEUE, said),) if said else (), "2h30m")


_MEMORY, _WATERMARK = _metric("process_resident_memory_bytes"), _metric("resident_memory_limit_bytes")
_FILES, _MOST_FILES = _metric("process_open_fds"), _metric("process_max_fds")
_MEMORY_ALARM, _DISK_ALARM = _metric("alarms_memory_used_watermark"), _metric("alarms_free_disk_space_watermark")
_UNREACHABLE = _metric("unreachable_cluster_peers_count")
_READY, _UNACKED, _CONSUMERS = _queue("messages_ready"), _queue("messages_unacked"), _queue("consumers")
_DETAILED = _READY.replace("rabbitmq_queue", "rabbitmq_detailed_queue")

_NODES = (
    _node(
        "RabbitmqMemoryAlarm",
        "it is set",
        {_MEMORY_ALARM: "0x10 1x50"},
        f"{_AT} is above its memory watermark: publishers of the whole cluster wait.",
    ),
    _node("RabbitmqMemoryAlarm", "it was set, and is over", {_MEMORY_ALARM: "0x10 1x10 0x40"}),
    _node("RabbitmqMemoryAlarm", "the node is gone", {_MEMORY_ALARM: "1x10 stale"}),
    _node(
        "RabbitmqDiskAlarm",
        "it is set",
        {_DISK_ALARM: "0x10 1x50"},
        f"{_AT} has too little disk space: publishers of the whole cluster wait.",
    ),
    _node("RabbitmqDiskAlarm", "only memory is short", {_DISK_ALARM: "0x60", _MEMORY_ALARM: "1x60"}),
    _node(
        "RabbitmqClusterPartitioned",
        "one of its peers is cut off",
        {_UNREACHABLE: "0x10 1x50"},
        f"{_AT} does not reach 1 of its peers.",
    ),
    _node("RabbitmqClusterPartitioned", "a peer restarts", {_UNREACHABLE: "0x36 1 1 0x40"}),
    _node("RabbitmqClusterPartitioned", "an old version does not tell", {_MEMORY_ALARM: "0x60"}),
    _node(
        "RabbitmqMemoryNearWatermark",
        "nine of ten bytes are used",
        {_MEMORY: "900x60", _WATERMARK: "1000x60"},
        f"{_AT} uses 90% of its memory watermark.",
    ),
    _node(
        "RabbitmqMemoryNearWatermark",
        "a burst of messages for five minutes",
        {_MEMORY: "300x34 900x5 300x40", _WATERMARK: "1000x60"},
    ),
    _node(
        "RabbitmqFileDescriptorsNearLimit",
        "nine of ten are open",
        {_FILES: "900x60", _MOST_FILES: "1000x60"},
        f"{_AT} has 90% of the files open that it may.",
    ),
    _node("RabbitmqFileDescriptorsNearLimit", "no limit is told", {_FILES: "900x60"}),
)

_GROWS, _BURST = "0+100x200", "0x120 60000-1500x40 0x60"
_MOVED = {_READY: "0+100x60 stale", _queue("messages_ready", 1): "_x60 6000+100x140"}

_QUEUES = (
    _queues(
        "RabbitmqQueueGrowing",
        "100 messages a minute more than are taken",
        {_READY: _GROWS},
        f"13.5k messages are ready in {_IN_QUEUE}, ever more for an hour.",
    ),
    _queues(
        "RabbitmqQueueGrowing",
        "they are told at /metrics/detailed",
        {_DETAILED: _GROWS},
        f"13.5k messages are ready in {_IN_QUEUE}, ever more for an hour.",
    ),
    _queues(
        "RabbitmqQueueGrowing",
        "another node leads it now",
        _MOVED,
        f"13.5k messages are ready in {_IN_QUEUE}, ever more for an hour.",
    ),
    _situation(
        "RabbitmqQueueGrowing",
        "they are summed up at /metrics",
        {_metric("queue_messages_ready"): _GROWS},
        (
            Fired(
                {"namespace": "shop", "workload": "rabbit"},
                "13.5k messages are ready in the queues of a node of shop/rabbit, ever more for an hour.",
            ),
        ),
        "2h30m",
    ),
    _queues("RabbitmqQueueGrowing", "a batch arrives at once, and is worked off", {_READY: _BURST}),
    _queues("RabbitmqQueueGrowing", "dead letters are kept, as ever", {_READY: "20000x200"}),
    _queues("RabbitmqQueueGrowing", "it grows, and is small", {_READY: "0+1x200"}),
    _queues(
        "RabbitmqQueueUnacknowledged",
        "a consumer forgets to acknowledge",
        {_UNACKED: "0+100x60 6000x140"},
        f"6k messages in {_IN_QUEUE} are taken and not acknowledged.",
    ),
    _queues("RabbitmqQueueUnacknowledged", "as many as are prefetched", {_UNACKED: "250x200"}),
    _queues("RabbitmqQueueUnacknowledged", "a consumer dies, and others take over", {_UNACKED: "5000x140 0x60"}),
    _queues(
        "RabbitmqQueueWithoutConsumers",
        "the consumer is scaled to nothing",
        {_CONSUMERS: "3x60 0x140", _READY: "0x60 0+10x140"},
        f"890 messages are ready in {_IN_QUEUE}, and nobody takes them.",
    ),
    _queues(
        "RabbitmqQueueWithoutConsumers",
        "dead letters never had any",
        {_CONSUMERS: "0x200", _READY: "0+10x200"},
    ),
    _queues(
        "RabbitmqQueueWithoutConsumers",
        "a deploy reconnects",
        {_CONSUMERS: "3x144 0x5 3x50", _READY: "0x144 0+50x5 0x50"},
    ),
    _queues("RabbitmqQueueWithoutConsumers", "nothing waits in it", {_CONSUMERS: "3x60 0x140", _READY: "0x200"}),
    _queues(
        "RabbitmqQueueWithoutConsumers",
        "queues are summed up, and one of two nodes leads none that is consumed",
        {_metric("queue_consumers"): "3x60 0x140", _metric("queue_messages_ready"): "500x200"},
    ),
)

SITUATIONS = (*_NODES, *_QUEUES)
