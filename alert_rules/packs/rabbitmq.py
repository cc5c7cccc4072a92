"""RabbitMQ: alarms, memory, queues, partitions. Names are those of the plugin rabbitmq_prometheus.

Queues have series of their own at /metrics/per-object and at /metrics/detailed (named rabbitmq_detailed_...), and are
summed up to one series a node at /metrics. A queue is told by the node that leads it, which changes: it is known by
its workload, not by its pod.
"""

from alert_rules.belonging import CONTAINER, of_workload_if_known
from alert_rules.pack import Options, Pack, PackKind, Threshold, Unit
from alert_rules.packs.rabbitmq_situations import SITUATIONS
from alert_rules.promql import number
from alert_rules.rule import Alert, Group, Recording
from alert_rules.targets import AT_CONTAINER

_PACK = "rabbitmq"
MEMORY_USED = Threshold(_PACK, "memory_used", 0.85, Unit.RATIO, "memory in use against the high watermark")
QUEUE_READY = Threshold(_PACK, "queue_ready", 1000.0, Unit.COUNT, "messages below which a queue may grow")
QUEUE_UNACKNOWLEDGED = Threshold(
    _PACK, "queue_unacknowledged", 1000.0, Unit.COUNT, "messages that consumers of a queue may hold unacknowledged"
)
QUEUE_ORPHANED = Threshold(
    _PACK, "queue_orphaned", 10.0, Unit.COUNT, "messages that a queue without consumers may hold"
)
FILE_DESCRIPTORS = Threshold(_PACK, "file_descriptors", 0.8, Unit.RATIO, "open files against those there may be")

_QUEUE = "cluster, namespace, workload, vhost, queue"
# At /metrics no queue is named: one series is all those that a node leads.
_IN_QUEUE = (
    "{{ with $labels.queue }}queue {{ . }} (vhost {{ $labels.vhost }}){{ else }}the queues of a node{{ end }} of "
    "{{ $labels.namespace }}/{{ $labels.workload }}"
)
_READY, _UNACKNOWLEDGED, _CONSUMERS = (
    f"namespace_workload_queue:rabbitmq_{what}:max" for what in ("ready", "unacknowledged", "consumers")
)


def _build(options: Options) -> Pack:
    return Pack(
        (
            Group("leakwatch-rabbitmq", (*_alarms(), *_nodes(options))),
            Group("leakwatch-rabbitmq-queues", (*_recordings(), *_queues(options))),
        ),
        SITUATIONS,
    )


def _alarms() -> tuple[Alert, ...]:
    return (
        Alert(
            "RabbitmqMemoryAlarm",
            of_workload_if_known(f"max by ({CONTAINER}) (rabbitmq_alarms_memory_used_watermark) == 1"),
            "1m",
            "critical",
            "RabbitMQ is out of memory, and lets nobody publish.",
            AT_CONTAINER + " is above its memory watermark: publishers of the whole cluster wait.",
        ),
        Alert(
            "RabbitmqDiskAlarm",
            of_workload_if_known(f"max by ({CONTAINER}) (rabbitmq_alarms_free_disk_space_watermark) == 1"),
            "1m",
            "critical",
            "RabbitMQ is out of disk space, and lets nobody publish.",
            AT_CONTAINER + " has too little disk space: publishers of the whole cluster wait.",
        ),
        Alert(
            "RabbitmqClusterPartitioned",
            of_workload_if_known(f"max by ({CONTAINER}) (rabbitmq_unreachable_cluster_peers_count) > 0"),
            "5m",
            "critical",
            "A RabbitMQ node does not reach others of its cluster.",
            AT_CONTAINER + " does not reach {{ $value }} of its peers.",
        ),
    )


def _nodes(options: Options) -> tuple[Alert, ...]:
    memory, files = (
        f"max by ({CONTAINER}) ({used}) / max by ({CONTAINER}) ({most})"
        for used, most in (
            ("rabbitmq_process_resident_memory_bytes", "rabbitmq_resident_memory_limit_bytes"),
            ("rabbitmq_process_open_fds", "rabbitmq_process_max_fds"),
        )
    )
    return (
        Alert(
            "RabbitmqMemoryNearWatermark",
            of_workload_if_known(f"{memory} > {number(options.value(MEMORY_USED))}"),
            "10m",
            "warning",
            "RabbitMQ comes close to the memory at which it stops publishers.",
            AT_CONTAINER + " uses {{ $value | humanizePercentage }} of its memory watermark.",
        ),
        Alert(
            "RabbitmqFileDescriptorsNearLimit",
            of_workload_if_known(f"{files} > {number(options.value(FILE_DESCRIPTORS))}"),
            "10m",
            "warning",
            "RabbitMQ has few file descriptors left, and then takes no connections.",
            AT_CONTAINER + " has {{ $value | humanizePercentage }} of the files open that it may.",
        ),
    )


def _recordings() -> tuple[Recording, ...]:
    """Each queue once, whoever leads it: a follower that still tells of it knows no more than the leader."""
    return tuple(
        Recording(
            name,
            f"max by ({_QUEUE}) ({of_workload_if_known(_of_queues(metric))})",
        )
        for name, metric in (
            (_READY, "messages_ready"),
            (_UNACKNOWLEDGED, "messages_unacked"),
            (_CONSUMERS, "consumers"),
        )
    )


def _of_queues(metric: str) -> str:
    return f"rabbitmq_queue_{metric} or rabbitmq_detailed_queue_{metric}"


def _queues(options: Options) -> tuple[Alert, ...]:
    now, before, first = (f"min_over_time({_READY}[15m]{offset})" for offset in ("", " offset 30m", " offset 1h"))
    many = f"{now} > {number(options.value(QUEUE_READY))}"
    orphaned = f"{_READY} > {number(options.value(QUEUE_ORPHANED))}"
    # One that never had any is a store, as dead letters are; at /metrics, where no queue is named, none is known.
    lost = f'({_CONSUMERS}{{queue!=""}} == 0) and (max_over_time({_CONSUMERS}[1d]) > 0)'
    return (
        Alert(
            "RabbitmqQueueGrowing",
            f"({many}) and ({now} > 1.1 * {before}) and ({before} > 1.1 * {first})",
            "15m",
            "warning",
            "A RabbitMQ queue grows faster than it is consumed.",
            "{{ $value | humanize }} messages are ready in " + _IN_QUEUE + ", ever more for an hour.",
        ),
        Alert(
            "RabbitmqQueueUnacknowledged",
            f"min_over_time({_UNACKNOWLEDGED}[10m]) > {number(options.value(QUEUE_UNACKNOWLEDGED))}",
            "15m",
            "warning",
            "Consumers of a RabbitMQ queue take many messages and do not acknowledge them.",
            "{{ $value | humanize }} messages in " + _IN_QUEUE + " are taken and not acknowledged.",
        ),
        Alert(
            "RabbitmqQueueWithoutConsumers",
            f"({orphaned}) and {lost}",
            "10m",
            "warning",
            "A RabbitMQ queue has lost its consumers, and messages wait in it.",
            "{{ $value | humanize }} messages are ready in " + _IN_QUEUE + ", and nobody takes them.",
        ),
    )


RABBITMQ = PackKind(
    _PACK,
    "RabbitMQ",
    "the plugin rabbitmq_prometheus; for queues by name, its /metrics/per-object or, at /metrics/detailed, the "
    "families queue_coarse_metrics and queue_consumer_count",
    _build,
    (MEMORY_USED, QUEUE_READY, QUEUE_UNACKNOWLEDGED, QUEUE_ORPHANED, FILE_DESCRIPTORS),
)
