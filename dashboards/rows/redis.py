"""Redis, by redis_exporter: memory against maxmemory, evictions, fragmentation, replication, load."""

from dashboards import queries
from dashboards.graphs import graph, share
from dashboards.model import Query, Row, Unit

_KEYS = "cluster, namespace, pod, instance"
_NAME = "{{pod}} {{instance}}"
_RATE = "$__rate_interval"


def redis(where: str) -> Row:
    """The row. where: matchers of the exporters' series."""
    used = _top("redis_memory_used_bytes", where)
    # Without maxmemory it is 0: there is no limit then, and no share of it.
    most = f"({_top('redis_memory_max_bytes', where)} > 0)"
    hits, misses = _rate("redis_keyspace_hits_total", where), _rate("redis_keyspace_misses_total", where)
    return Row(
        "Redis",
        (
            graph(
                "Memory of Redis",
                "What Redis has allocated, what the process holds (RSS), and maxmemory, where there is one.",
                Unit.BYTES,
                Query(used, f"{_NAME} used"),
                Query(_top("redis_memory_used_rss_bytes", where), f"{_NAME} RSS"),
                Query(most, f"{_NAME} maxmemory"),
                limit=True,
            ),
            share(
                "Used of maxmemory",
                "At the whole of it Redis evicts keys, or refuses writes, as maxmemory-policy says.",
                Query(f"{used} / on ({_KEYS}) {most}", _NAME),
            ),
            graph(
                "Fragmentation",
                "RSS for each byte allocated. Above 1.5 much is held and not used; below 1 the system swaps.",
                Unit.NONE,
                Query(_top("redis_mem_fragmentation_ratio", where), _NAME),
            ),
            graph(
                "Keys evicted and expired",
                "Keys a second that were thrown out for want of memory, and those whose time was over.",
                Unit.PER_SECOND,
                Query(_rate("redis_evicted_keys_total", where), f"{_NAME} evicted"),
                Query(_rate("redis_expired_keys_total", where), f"{_NAME} expired"),
            ),
            graph(
                "Keys",
                "Keys by database, and those of them with an expiry: keys without one are never given back.",
                Unit.COUNT,
                Query(_top("redis_db_keys", where, f"{_KEYS}, db"), f"{_NAME} {{{{db}}}}"),
                Query(_top("redis_db_keys_expiring", where, f"{_KEYS}, db"), f"{_NAME} {{{{db}}}} expiring"),
            ),
            graph(
                "Hit ratio",
                "Share of look-ups that found their key. It falls when keys are evicted that are still wanted.",
                Unit.RATIO,
                Query(f"{hits} / ({hits} + {misses})", _NAME),
            ),
            graph(
                "Replication",
                "Whether a replica's link to its master is up (1), and how late replicas are, in seconds.",
                Unit.NONE,
                Query(_top("redis_master_link_up", where), f"{_NAME} link up"),
                Query(
                    _top("redis_connected_slave_lag_seconds", where, f"{_KEYS}, slave_ip, slave_port"),
                    "{{slave_ip}}:{{slave_port}} late",
                ),
            ),
            graph(
                "Clients of Redis",
                "Connected clients, those that wait, and connections refused a second for there were too many.",
                Unit.COUNT,
                Query(_top("redis_connected_clients", where), f"{_NAME} connected"),
                Query(_top("redis_blocked_clients", where), f"{_NAME} waiting"),
                Query(_rate("redis_rejected_connections_total", where), f"{_NAME} refused a second"),
            ),
            graph(
                "Commands",
                "Commands a second.",
                Unit.PER_SECOND,
                Query(_rate("redis_commands_processed_total", where), _NAME),
            ),
        ),
    )


def _top(metric: str, where: str, keys: str = _KEYS) -> str:
    return f"max by ({keys}) ({queries.selector(metric, where)})"


def _rate(metric: str, where: str) -> str:
    return f"max by ({_KEYS}) (rate({queries.selector(metric, where)}[{_RATE}]))"
