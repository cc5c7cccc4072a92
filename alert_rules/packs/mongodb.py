"""MongoDB: the replica set, WiredTiger's cache, connections, memory. Names are those of Percona's mongodb_exporter.

What tells of the replica set is called mongodb_rs_... by one of its collectors and mongodb_... by another: both are
read. Several members tell of the same set, each as it sees it: what one of them sees as well is believed.
"""

from alert_rules.belonging import of_workload_if_known
from alert_rules.pack import Options, Pack, PackKind, Threshold, Unit
from alert_rules.packs.mongodb_situations import SITUATIONS
from alert_rules.promql import number
from alert_rules.rule import Alert, Group
from alert_rules.targets import AT_TARGET, TARGET

_PACK = "mongodb"
ELECTIONS = Threshold(_PACK, "elections", 3.0, Unit.COUNT, "elections an hour that are still no churn")
REPLICATION_LAG = Threshold(_PACK, "replication_lag", 30.0, Unit.SECONDS, "how far a secondary may be behind")
CACHE_USED = Threshold(_PACK, "cache_used", 0.95, Unit.RATIO, "WiredTiger's cache in use against its maximum")
CACHE_DIRTY = Threshold(_PACK, "cache_dirty", 0.2, Unit.RATIO, "what of the cache waits to be written")
CONNECTIONS = Threshold(_PACK, "connections", 0.8, Unit.RATIO, "connections in use against those there may be")
OUTSIDE_CACHE = Threshold(
    _PACK, "outside_cache", 2.0 * 2**30, Unit.BYTES, "resident memory beside the cache's that matters"
)

_SET = "cluster, namespace, rs_nm"
_MEMBER = f"{_SET}, member_idx"
_AT_SET = "Replica set {{ $labels.rs_nm }} in {{ $labels.namespace }}"
# Of the states of a member: 1 is primary, 2 secondary, 7 arbiter. All others serve nobody.
_STATE = "(mongodb_rs_members_state or mongodb_members_state)"


def _build(options: Options) -> Pack:
    alerts = (_down(), *_replica_set(options), *_cache(options), *_resources(options))
    return Pack((Group("leakwatch-mongodb", alerts),), SITUATIONS)


def _down() -> Alert:
    return Alert(
        "MongodbDown",
        of_workload_if_known(f"max by ({TARGET}) (mongodb_up) == 0"),
        "3m",
        "critical",
        "MongoDB does not answer its exporter.",
        "MongoDB at " + AT_TARGET + " does not answer.",
    )


def _replica_set(options: Options) -> tuple[Alert, ...]:
    members = f"min by ({_MEMBER}) ({_STATE})"
    serving = " or ".join(f"({_STATE} == {state})" for state in (1, 2, 7))
    elections = "(increase(mongodb_rs_term[1h]) or increase(mongodb_term[1h]))"
    return (
        Alert(
            "MongodbNoPrimary",
            f"count by ({_SET}) ({members}) unless on ({_SET}) ({_STATE} == 1)",
            "2m",
            "critical",
            "A MongoDB replica set has no primary, and takes no writes.",
            _AT_SET + " has no primary; {{ $value }} members are known.",
        ),
        Alert(
            "MongodbMemberUnhealthy",
            f"{members} unless on ({_MEMBER}) ({serving})",
            "15m",
            "warning",
            "A member of a MongoDB replica set serves nobody.",
            "{{ $labels.member_idx }} of replica set {{ $labels.rs_nm }} in {{ $labels.namespace }} has been in state "
            "{{ $value }} for a quarter of an hour.",
        ),
        Alert(
            "MongodbElectionChurn",
            f"max by ({_SET}) ({elections}) > {number(options.value(ELECTIONS))}",
            "5m",
            "warning",
            "A MongoDB replica set elects a primary again and again.",
            _AT_SET + " held {{ $value | humanize }} elections within an hour.",
        ),
        Alert(
            "MongodbReplicationLag",
            f"{_lag()} > {number(options.value(REPLICATION_LAG))}",
            "10m",
            "warning",
            "A MongoDB secondary lags behind its primary.",
            "{{ $labels.member_idx }} of replica set {{ $labels.rs_nm }} in {{ $labels.namespace }} is "
            "{{ $value | humanizeDuration }} behind.",
        ),
    )


def _lag() -> str:
    """Seconds from a secondary's last operation to the primary's; each as the one who knows it best tells it."""
    applied = "(mongodb_rs_members_optimeDate or mongodb_members_optimeDate)"
    primary, secondary = (f"{applied} and on ({_MEMBER}, instance) ({_STATE} == {state})" for state in (1, 2))
    return f"(max by ({_SET}) ({primary}) - on ({_SET}) group_right () max by ({_MEMBER}) ({secondary})) / 1000"


def _cache(options: Options) -> tuple[Alert, ...]:
    most = f"max by ({TARGET}) (mongodb_ss_wt_cache_maximum_bytes_configured)"
    used = f"max by ({TARGET}) (mongodb_ss_wt_cache_bytes_currently_in_the_cache) / {most}"
    dirty = f"max by ({TARGET}) (mongodb_ss_wt_cache_tracked_dirty_bytes_in_the_cache) / {most}"
    return (
        Alert(
            "MongodbCacheNearFull",
            of_workload_if_known(f"{used} > {number(options.value(CACHE_USED))}"),
            "15m",
            "warning",
            "WiredTiger cannot keep its cache below what it may use, and lets queries wait.",
            "The cache of MongoDB at " + AT_TARGET + " is {{ $value | humanizePercentage }} full.",
        ),
        Alert(
            "MongodbCacheDirty",
            of_workload_if_known(f"{dirty} > {number(options.value(CACHE_DIRTY))}"),
            "10m",
            "warning",
            "WiredTiger's cache holds more unwritten data than the disk takes, and lets writes wait.",
            "{{ $value | humanizePercentage }} of the cache of MongoDB at " + AT_TARGET + " waits to be written.",
        ),
    )


def _resources(options: Options) -> tuple[Alert, ...]:
    current, available = (
        f'max by ({TARGET}) (mongodb_ss_connections{{conn_type="{kind}"}})' for kind in ("current", "available")
    )
    # serverStatus().mem.resident is in MiB.
    cache = f"max by ({TARGET}) (mongodb_ss_wt_cache_bytes_currently_in_the_cache)"
    outside = f"max by ({TARGET}) (mongodb_ss_mem_resident) * {2**20} - {cache}"
    half = f"0.5 * max by ({TARGET}) (mongodb_ss_wt_cache_maximum_bytes_configured)"
    return (
        Alert(
            "MongodbConnectionsNearLimit",
            of_workload_if_known(f"{current} / ({current} + {available}) > {number(options.value(CONNECTIONS))}"),
            "5m",
            "warning",
            "MongoDB has few connections left to give.",
            "MongoDB at " + AT_TARGET + " has given {{ $value | humanizePercentage }} of its connections.",
        ),
        Alert(
            "MongodbMemoryOutsideCache",
            of_workload_if_known(f"({outside} > {number(options.value(OUTSIDE_CACHE))}) and ({outside} > {half})"),
            "30m",
            "warning",
            "MongoDB holds much memory that is not its cache.",
            "MongoDB at " + AT_TARGET + " holds {{ $value | humanize1024 }}B beside its cache.",
        ),
    )


MONGODB = PackKind(
    _PACK,
    "MongoDB",
    "Percona's mongodb_exporter with --collector.diagnosticdata and --collector.replicasetstatus, one target an "
    "instance of MongoDB",
    _build,
    (ELECTIONS, REPLICATION_LAG, CACHE_USED, CACHE_DIRTY, CONNECTIONS, OUTSIDE_CACHE),
)
