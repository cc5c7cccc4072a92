"""RabbitMQ, by its own plugin rabbitmq_prometheus: memory against the watermark, queues, peers, load.

Queues have a label of their own only at /metrics/per-object, or where the plugin is set so; else they are one line.
"""

from dashboards import queries
from dashboards.graphs import graph, share
from dashboards.model import Query, Row, Unit

_KEYS = "cluster, namespace, pod, instance"
_QUEUE = "cluster, namespace, vhost, queue"
_NAME = "{{pod}} {{instance}}"
_RATE = "$__rate_interval"
_QUEUES = 10
# What Erlang calls a connection to a peer that works.
_PEER_UP = 3


def rabbitmq(where: str) -> Row:
    """The row. where: matchers of the nodes' series."""
    used = _top("rabbitmq_process_resident_memory_bytes", where)
    most = _top("rabbitmq_resident_memory_limit_bytes", where)
    peers = f"{queries.selector('erlang_vm_dist_node_state', where)} == bool {_PEER_UP}"
    return Row(
        "RabbitMQ",
        (
            graph(
                "Memory of RabbitMQ",
                "What the node uses, and the watermark: above it every publisher is blocked.",
                Unit.BYTES,
                Query(used, _NAME),
                Query(most, f"{_NAME} watermark"),
                limit=True,
            ),
            share(
                "Used of the watermark",
                "At the whole of it the memory alarm is raised, and publishers are blocked.",
                Query(f"{used} / on ({_KEYS}) {most}", _NAME),
            ),
            graph(
                "Alarms",
                "1 while an alarm is raised: publishers are blocked on every node.",
                Unit.NONE,
                Query(_top("rabbitmq_alarms_memory_used_watermark", where), f"{_NAME} memory"),
                Query(_top("rabbitmq_alarms_free_disk_space_watermark", where), f"{_NAME} disk"),
            ),
            graph(
                "Messages ready",
                "Messages that wait for a consumer, of the longest queues. What grows for hours fills memory and disk.",
                Unit.COUNT,
                Query(_longest("rabbitmq_queue_messages_ready", where), "{{vhost}} {{queue}}"),
            ),
            graph(
                "Messages unacknowledged",
                "Messages that consumers hold and have not acknowledged. They stay in memory.",
                Unit.COUNT,
                Query(_longest("rabbitmq_queue_messages_unacked", where), "{{vhost}} {{queue}}"),
            ),
            graph(
                "Consumers and channels",
                "Consumers, and open channels: channels that only ever grow in number are leaked by a client.",
                Unit.COUNT,
                Query(_top("rabbitmq_consumers", where), f"{_NAME} consumers"),
                Query(_top("rabbitmq_channels", where), f"{_NAME} channels"),
                Query(_top("rabbitmq_connections", where), f"{_NAME} connections"),
            ),
            graph(
                "Messages a second",
                "Published, delivered and acknowledged. Where fewer are acknowledged than published, queues grow.",
                Unit.PER_SECOND,
                Query(_rate("rabbitmq_global_messages_received_total", where), "published"),
                Query(_rate("rabbitmq_global_messages_delivered_total", where), "delivered"),
                Query(_rate("rabbitmq_global_messages_acknowledged_total", where), "acknowledged"),
            ),
            graph(
                "Peers connected",
                "Share of the other nodes that a node is connected to. Below 100 % a node is down, or the network is "
                "parted.",
                Unit.RATIO,
                Query(f"avg by ({_KEYS}) ({peers})", _NAME),
            ),
            graph(
                "Disk space free",
                "Free space, and the watermark below which publishers are blocked.",
                Unit.BYTES,
                Query(_top("rabbitmq_disk_space_available_bytes", where), _NAME),
                Query(_top("rabbitmq_disk_space_available_limit_bytes", where), f"{_NAME} watermark"),
                limit=True,
            ),
        ),
    )


def _longest(metric: str, where: str) -> str:
    """Of each queue; one that several nodes tell of is still one."""
    return f"topk({_QUEUES}, sum by ({_QUEUE}) (max by ({_QUEUE}, pod, instance) ({queries.selector(metric, where)})))"


def _top(metric: str, where: str) -> str:
    return f"max by ({_KEYS}) ({queries.selector(metric, where)})"


def _rate(metric: str, where: str) -> str:
    return f"sum(rate({queries.selector(metric, where)}[{_RATE}]))"
