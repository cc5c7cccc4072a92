"""What the alerts on Redis must make of series that were seen, and of those that tempt them."""

from alert_rules.conventions import POD_OWNER
from alert_rules.pack import Fired, Situation

_POD = 'namespace="shop",pod="redis-0"'
_WHO = f'job="redis",{_POD},container="exporter",instance="10.0.0.5:9121"'
_OWNED = {f'{POD_OWNER}{{{_POD},workload="redis",workload_type="StatefulSet"}}': "1x120"}
_LABELS = {"namespace": "shop", "pod": "redis-0", "instance": "10.0.0.5:9121", "workload": "redis"}
_AT = "Redis at shop/redis-0 (10.0.0.5:9121)"
_GIB = "1073741824"


def _metric(name: str, more: str = "") -> str:
    return f"redis_{name}{{{_WHO}{more}}}"


def _twice(series: dict[str, str]) -> dict[str, str]:
    """The same, scraped by a second job."""
    return series | {name.replace('job="redis"', 'job="pods"'): values for name, values in series.items()}


def _fires(said: str, more: dict[str, str] | None = None) -> tuple[Fired, ...]:
    return (Fired(_LABELS | (more or {}), said),)


def _situation(
    alert: str, name: str, series: dict[str, str], fires: tuple[Fired, ...] = (), at: str = "30m"
) -> Situation:
    return Situation(name, alert, _OWNED | series, at, fires)


_FULL = {_metric("memory_used_bytes"): "1020054732x60", _metric("memory_max_bytes"): f"{_GIB}x60"}
_INFO = 'role="master",redis_mode="standalone",maxmemory_policy="%s"'
_FRAGMENTED = {_metric("memory_used_bytes"): f"{_GIB}x120", _metric("memory_used_rss_bytes"): "2147483648x120"}
_LINK = _metric("master_link_up", ',master_host="10.0.0.4",master_port="6379"')
_LAG = _metric("connected_slave_lag_seconds", ',slave_ip="10.0.0.6",slave_port="6379",slave_state="online"')

SITUATIONS = (
    _situation(
        "RedisDown", "it does not answer", _twice({_metric("up"): "1x10 0x50"}), _fires(f"{_AT} does not answer.")
    ),
    _situation("RedisDown", "it restarts within a minute", {_metric("up"): "1x25 0 1x40"}),
    _situation("RedisDown", "the exporter is gone", {_metric("up"): "1x10 stale"}),
    _situation(
        "RedisDown",
        "no pod is known, for it is outside the cluster",
        {'redis_up{job="redis",instance="cache.example.org:6379"}': "0x60"},
        (Fired({"instance": "cache.example.org:6379"}, "Redis at / (cache.example.org:6379) does not answer."),),
    ),
    _situation(
        "RedisConnectionsRejected",
        "a client leaks connections",
        {_metric("rejected_connections_total"): "0x20 0+6x40"},
        _fires(f"{_AT} turned 60 connections away in ten minutes."),
        "35m",
    ),
    _situation(
        "RedisConnectionsRejected",
        "it counts from nothing again",
        {_metric("rejected_connections_total"): "400x20 0x40"},
    ),
    _situation(
        "RedisMemoryNearMax",
        "19 of 20 bytes are in use",
        _twice(_FULL),
        _fires(f"{_AT} uses 95% of its maxmemory."),
    ),
    _situation(
        "RedisMemoryNearMax",
        "only keys that expire may be evicted",
        _FULL | {_metric("instance_info", "," + _INFO % "volatile-lru"): "1x60"},
        _fires(f"{_AT} uses 95% of its maxmemory."),
    ),
    _situation(
        "RedisMemoryNearMax",
        "a cache is full, as it is meant to be",
        _FULL | {_metric("instance_info", "," + _INFO % "allkeys-lru"): "1x60"},
    ),
    _situation("RedisMemoryNearMax", "it has no maxmemory", _FULL | {_metric("memory_max_bytes"): "0x60"}),
    _situation(
        "RedisEvictionsHigh",
        "it evicts 20 keys a second",
        _twice({_metric("evicted_keys_total"): "0+1200x60"}),
        _fires(f"{_AT} evicts 20 keys a second."),
    ),
    _situation("RedisEvictionsHigh", "it evicted once", {_metric("evicted_keys_total"): "0x10 60000x60"}),
    _situation("RedisEvictionsHigh", "it restarts", {_metric("evicted_keys_total"): "900000x20 0x40"}),
    _situation(
        "RedisMemoryFragmented",
        "it holds twice what is in use",
        _FRAGMENTED,
        _fires(f"{_AT} holds 2 times the memory that is in use."),
        "90m",
    ),
    _situation(
        "RedisMemoryFragmented",
        "it is small, and holds ten times that",
        {_metric("memory_used_bytes"): "1048576x120", _metric("memory_used_rss_bytes"): "10485760x120"},
        at="90m",
    ),
    _situation(
        "RedisMemoryFragmented",
        "much was just deleted, and is given back within the hour",
        {_metric("memory_used_bytes"): f"{_GIB}x120", _metric("memory_used_rss_bytes"): "2147483648x40 1180000000x80"},
        at="90m",
    ),
    _situation(
        "RedisMaxMemoryNotSet",
        "it is 0",
        _twice({_metric("memory_max_bytes"): "0x120"}),
        _fires(f"{_AT} has no maxmemory."),
        "90m",
    ),
    _situation("RedisMaxMemoryNotSet", "it is set", {_metric("memory_max_bytes"): f"{_GIB}x120"}, at="90m"),
    _situation(
        "RedisMaxMemoryNotSet",
        "a sentinel keeps no data",
        {
            _metric("memory_max_bytes"): "0x120",
            _metric("instance_info", ',redis_mode="sentinel"'): "1x120",
        },
        at="90m",
    ),
    _situation("RedisMaxMemoryNotSet", "the exporter is gone", {_metric("memory_max_bytes"): "0x20 stale"}, at="90m"),
    _situation(
        "RedisReplicationBroken",
        "the link is down",
        {_LINK: "1x10 0x50"},
        _fires(
            "The replica shop/redis-0 (10.0.0.5:9121) has no link to its primary 10.0.0.4.", {"master_host": "10.0.0.4"}
        ),
    ),
    _situation("RedisReplicationBroken", "a failover takes two minutes", {_LINK: "1x25 0 0 1x40"}),
    _situation("RedisReplicationBroken", "it became the primary itself", {_LINK: "1x10 0 stale"}),
    _situation(
        "RedisReplicationLagging",
        "a replica last acknowledged a minute ago",
        {_LAG: "1x10 60x50"},
        _fires(
            "The replica 10.0.0.6:6379 of shop/redis-0 (10.0.0.5:9121) last acknowledged 1m 0s ago.",
            {"slave_ip": "10.0.0.6", "slave_port": "6379"},
        ),
    ),
    _situation("RedisReplicationLagging", "one slow save", {_LAG: "1x25 45 1x40"}),
)
