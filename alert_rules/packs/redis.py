"""Redis and Valkey: memory, evictions, replication, clients. Names are those of redis_exporter."""

from alert_rules.belonging import of_workload_if_known
from alert_rules.pack import Options, Pack, PackKind, Threshold, Unit
from alert_rules.packs.redis_situations import SITUATIONS
from alert_rules.promql import number
from alert_rules.rule import Alert, Group
from alert_rules.targets import AT_TARGET, TARGET

_PACK = "redis"
MEMORY_USED = Threshold(_PACK, "memory_used", 0.9, Unit.RATIO, "memory in use against maxmemory")
EVICTIONS = Threshold(_PACK, "evictions", 10.0, Unit.PER_SECOND, "keys evicted a second")
FRAGMENTATION = Threshold(
    _PACK, "fragmentation", 1.5, Unit.RATIO, "resident memory against memory in use", beyond_whole=True
)
FRAGMENTED_SIZE = Threshold(
    _PACK, "fragmented_size", 512.0 * 2**20, Unit.BYTES, "memory in use below which fragmentation does not matter"
)
REPLICATION_LAG = Threshold(_PACK, "replication_lag", 30.0, Unit.SECONDS, "time since a replica last acknowledged")

_USED = f"max by ({TARGET}) (redis_memory_used_bytes)"
_MAX = f"max by ({TARGET}) (redis_memory_max_bytes)"
_RESIDENT = f"max by ({TARGET}) (redis_memory_used_rss_bytes)"


def _build(options: Options) -> Pack:
    alerts = (*_availability(), *_memory(options), *_replication(options))
    return Pack((Group("leakwatch-redis", alerts),), SITUATIONS)


def _availability() -> tuple[Alert, ...]:
    rejected = f"max by ({TARGET}) (increase(redis_rejected_connections_total[10m]))"
    return (
        Alert(
            "RedisDown",
            of_workload_if_known(f"max by ({TARGET}) (redis_up) == 0"),
            "3m",
            "critical",
            "Redis does not answer its exporter.",
            "Redis at " + AT_TARGET + " does not answer.",
        ),
        Alert(
            "RedisConnectionsRejected",
            of_workload_if_known(f"{rejected} > 0"),
            "2m",
            "warning",
            "Redis turns clients away, for it has as many as it may.",
            "Redis at " + AT_TARGET + " turned {{ $value | humanize }} connections away in ten minutes.",
        ),
    )


def _memory(options: Options) -> tuple[Alert, ...]:
    # A cache that evicts from all keys is full by design; what it evicts is told by an alert of its own.
    cache = 'redis_instance_info{maxmemory_policy=~"allkeys-.+"}'
    sentinel = 'redis_instance_info{redis_mode="sentinel"}'
    evicted = f"max by ({TARGET}) (rate(redis_evicted_keys_total[10m]))"
    large = f"({_USED} > {number(options.value(FRAGMENTED_SIZE))})"
    return (
        Alert(
            "RedisMemoryNearMax",
            of_workload_if_known(
                f"{_USED} / ({_MAX} > 0) > {number(options.value(MEMORY_USED))} unless on ({TARGET}) {cache}"
            ),
            "10m",
            "critical",
            "Redis has little memory left, and refuses writes when it is used up.",
            "Redis at " + AT_TARGET + " uses {{ $value | humanizePercentage }} of its maxmemory.",
        ),
        Alert(
            "RedisEvictionsHigh",
            of_workload_if_known(f"{evicted} > {number(options.value(EVICTIONS))}"),
            "15m",
            "warning",
            "Redis throws many keys away to make room.",
            "Redis at " + AT_TARGET + " evicts {{ $value | humanize }} keys a second.",
        ),
        Alert(
            "RedisMemoryFragmented",
            of_workload_if_known(f"({_RESIDENT} / {_USED} > {number(options.value(FRAGMENTATION))}) and {large}"),
            "1h",
            "warning",
            "Redis holds much more memory than its data needs.",
            "Redis at " + AT_TARGET + " holds {{ $value | humanize }} times the memory that is in use.",
        ),
        Alert(
            "RedisMaxMemoryNotSet",
            of_workload_if_known(f"{_MAX} == 0 unless on ({TARGET}) {sentinel}"),
            "1h",
            "info",
            "Redis has no maxmemory, and grows until it is killed.",
            "Redis at " + AT_TARGET + " has no maxmemory.",
        ),
    )


def _replication(options: Options) -> tuple[Alert, ...]:
    lag = f"max by ({TARGET}, slave_ip, slave_port) (redis_connected_slave_lag_seconds)"
    return (
        Alert(
            "RedisReplicationBroken",
            of_workload_if_known(f"max by ({TARGET}, master_host) (redis_master_link_up) == 0"),
            "5m",
            "warning",
            "A Redis replica has lost its primary.",
            "The replica " + AT_TARGET + " has no link to its primary {{ $labels.master_host }}.",
        ),
        Alert(
            "RedisReplicationLagging",
            of_workload_if_known(f"{lag} > {number(options.value(REPLICATION_LAG))}"),
            "5m",
            "warning",
            "A Redis replica lags behind its primary.",
            "The replica {{ $labels.slave_ip }}:{{ $labels.slave_port }} of "
            + AT_TARGET
            + " last acknowledged {{ $value | humanizeDuration }} ago.",
        ),
    )


REDIS = PackKind(
    _PACK,
    "Redis",
    "redis_exporter, one target an instance of Redis (in its pod, or by address)",
    _build,
    (MEMORY_USED, EVICTIONS, FRAGMENTATION, FRAGMENTED_SIZE, REPLICATION_LAG),
)
