"""What the alerts on MongoDB must make of series that were seen, and of those that tempt them."""

from alert_rules.conventions import POD_OWNER
from alert_rules.pack import Fired, Situation

_POD = 'namespace="shop",pod="mongo-0"'
_OWNED = {f'{POD_OWNER}{{{_POD},workload="mongo",workload_type="StatefulSet"}}': "1x120"}
_TARGET = {"namespace": "shop", "pod": "mongo-0", "instance": "10.0.0.10:9216", "workload": "mongo"}
_SET = {"namespace": "shop", "rs_nm": "rs0"}
_AT = "shop/mongo-0 (10.0.0.10:9216)"


def _metric(name: str, more: str = "", of: int = 0) -> str:
    """A series that the exporter of the member with that number tells."""
    who = f'job="mongo",namespace="shop",pod="mongo-{of}",instance="10.0.0.1{of}:9216",rs_nm="rs0"'
    return f"mongodb_{name}{{{who}{more}}}"


def _member(name: str, member: int, told_by: int = 0, state: str = "SECONDARY") -> str:
    return _metric(name, f',member_idx="mongo-{member}:27017",member_state="{state}"', told_by)


def _states(*values: str, told_by: int = 0) -> dict[str, str]:
    return {_member("rs_members_state", number, told_by): one for number, one in enumerate(values)}


def _optimes(*values: str, told_by: int = 0) -> dict[str, str]:
    return {_member("rs_members_optimeDate", number, told_by): one for number, one in enumerate(values)}


def _fires(labels: dict[str, str], said: str) -> tuple[Fired, ...]:
    return (Fired(labels, said),)


def _situation(
    alert: str, name: str, series: dict[str, str], fires: tuple[Fired, ...] = (), at: str = "40m"
) -> Situation:
    return Situation(name, alert, _OWNED | series, at, fires)


_UNHEALTHY = "mongo-2:27017 of replica set rs0 in shop has been in state 8 for a quarter of an hour."
_LAG = "mongo-2:27017 of replica set rs0 in shop is 2m 0s behind."
_HEALTHY = ("1x60", "2x60", "2x60")
# A primary that writes each minute, in milliseconds; who keeps up; who is two minutes behind.
_NOW, _LATE = "1000000+60000x60", "880000+60000x60"
_GIB8 = _metric("ss_wt_cache_maximum_bytes_configured")
_CACHE = _metric("ss_wt_cache_bytes_currently_in_the_cache")
_DIRTY = _metric("ss_wt_cache_tracked_dirty_bytes_in_the_cache")
_CURRENT, _FREE = (_metric("ss_connections", f',conn_type="{kind}"') for kind in ("current", "available"))
_RESIDENT = _metric("ss_mem_resident")
_MAX = {_GIB8: "8589934592x120"}

_REPLICA_SET = (
    _situation(
        "MongodbDown",
        "it does not answer",
        {_metric("up"): "1x10 0x50"},
        _fires(_TARGET, f"MongoDB at {_AT} does not answer."),
    ),
    _situation("MongodbDown", "it restarts", {_metric("up"): "1x37 0 1x40"}),
    _situation("MongodbDown", "the exporter is gone", {_metric("up"): "1x10 stale"}),
    _situation(
        "MongodbNoPrimary",
        "the majority is lost",
        _states("8x60", "2x60", "8x60"),
        _fires(_SET, "Replica set rs0 in shop has no primary; 3 members are known."),
    ),
    _situation(
        "MongodbNoPrimary",
        "only the other collector tells of it",
        {_member("members_state", 0): "8x60", _member("members_state", 1): "2x60"},
        _fires(_SET, "Replica set rs0 in shop has no primary; 2 members are known."),
    ),
    _situation("MongodbNoPrimary", "an election takes a minute", _states("1x37 8 8x40", "2x37 2 1x40", "2x60")),
    _situation(
        "MongodbNoPrimary",
        "one member is cut off, and the others have a primary",
        _states("8x60", "8x60", "2x60", told_by=2) | _states(*_HEALTHY, told_by=0),
    ),
    _situation("MongodbNoPrimary", "no exporter answers any more", _states("1x10 stale", "2x10 stale")),
    _situation("MongodbNoPrimary", "it is no replica set", {_metric("up"): "1x60"}),
    _situation(
        "MongodbMemberUnhealthy",
        "a member is down",
        _states("1x60", "2x60", "8x60"),
        _fires(_SET | {"member_idx": "mongo-2:27017"}, _UNHEALTHY),
    ),
    _situation("MongodbMemberUnhealthy", "one is the arbiter", _states("1x60", "2x60", "7x60")),
    _situation("MongodbMemberUnhealthy", "a member restarts", _states("1x60", "2x60", "2x30 8 8 3 2x30")),
    _situation(
        "MongodbMemberUnhealthy",
        "one view of three sees it down",
        _states(*_HEALTHY, told_by=0) | _states(*_HEALTHY, told_by=1) | _states("8x60", "2x60", "2x60", told_by=2),
    ),
    _situation(
        "MongodbElectionChurn",
        "an election every ten minutes",
        {_metric("rs_term", ',rs_state="2"', 2): "5x9 6x9 7x9 8x9 9x9 10x9 11x9 12x9 13x9 14x9"},
        _fires(_SET, "Replica set rs0 in shop held 6 elections within an hour."),
        "95m",
    ),
    _situation("MongodbElectionChurn", "a rolling restart", {_metric("rs_term", "", 2): "5x60 6x9 7x30"}, at="95m"),
    _situation(
        "MongodbElectionChurn",
        "it is restored, and its terms begin anew",
        {_metric("rs_term", "", 2): "40x60 1x50"},
        at="95m",
    ),
    _situation(
        "MongodbReplicationLag",
        "a secondary is two minutes behind, as each member sees",
        _states(*_HEALTHY)
        | _optimes(_NOW, _NOW, _LATE)
        | _states(*_HEALTHY, told_by=1)
        | _optimes(_NOW, _NOW, _LATE, told_by=1),
        _fires(_SET | {"member_idx": "mongo-2:27017"}, _LAG),
    ),
    _situation("MongodbReplicationLag", "all keep up", _states(*_HEALTHY) | _optimes(_NOW, _NOW, _NOW)),
    _situation(
        "MongodbReplicationLag", "nobody writes", _states(*_HEALTHY) | _optimes("9000x60", "9000x60", "9000x60")
    ),
    _situation(
        "MongodbReplicationLag",
        "it is down, which is told otherwise",
        _states("1x60", "2x60", "8x60") | _optimes(_NOW, _NOW, "0x60"),
    ),
    _situation(
        "MongodbReplicationLag",
        "one cut off member knows old times of the others",
        _states(*_HEALTHY)
        | _optimes(_NOW, _NOW, _NOW)
        | _states(*_HEALTHY, told_by=2)
        | _optimes(_NOW, "1000000x60", "1000000x60", told_by=2),
    ),
)

_RESOURCES = (
    _situation(
        "MongodbCacheNearFull",
        "it stays at 97 %",
        _MAX | {_CACHE: "8332236554x60"},
        _fires(_TARGET, f"The cache of MongoDB at {_AT} is 97% full."),
    ),
    _situation("MongodbCacheNearFull", "it stands at 80 %, where eviction holds it", _MAX | {_CACHE: "6871947674x60"}),
    _situation(
        "MongodbCacheNearFull", "a burst of five minutes", _MAX | {_CACHE: "6871947674x30 8500000000x5 6871947674x30"}
    ),
    _situation(
        "MongodbCacheDirty",
        "a quarter waits for the disk",
        _MAX | {_DIRTY: "2147483648x60"},
        _fires(_TARGET, f"25% of the cache of MongoDB at {_AT} waits to be written."),
    ),
    _situation(
        "MongodbCacheDirty", "a checkpoint writes it within minutes", _MAX | {_DIRTY: "2147483648x4 100000000x4 " * 6}
    ),
    _situation(
        "MongodbConnectionsNearLimit",
        "nine of ten are given",
        {_CURRENT: "900x60", _FREE: "100x60"},
        _fires(_TARGET, f"MongoDB at {_AT} has given 90% of its connections."),
    ),
    _situation("MongodbConnectionsNearLimit", "many are given, of many", {_CURRENT: "5000x60", _FREE: "46000x60"}),
    _situation(
        "MongodbConnectionsNearLimit",
        "a deploy connects twice for a minute",
        {_CURRENT: "400x35 900 400x40", _FREE: "600x35 100 600x40"},
    ),
    _situation(
        "MongodbMemoryOutsideCache",
        "six of fourteen GiB are not the cache",
        _MAX | {_CACHE: "8589934592x60", _RESIDENT: "14336x60"},
        _fires(_TARGET, f"MongoDB at {_AT} holds 6GiB beside its cache."),
    ),
    _situation(
        "MongodbMemoryOutsideCache", "the cache has warmed up", _MAX | {_CACHE: "8589934592x60", _RESIDENT: "9500x60"}
    ),
    _situation(
        "MongodbMemoryOutsideCache",
        "three GiB beside a cache of a hundred",
        {_GIB8: "107374182400x60", _CACHE: "107374182400x60", _RESIDENT: "105472x60"},
    ),
    _situation(
        "MongodbMemoryOutsideCache",
        "an aggregation takes much for ten minutes",
        _MAX | {_CACHE: "8589934592x60", _RESIDENT: "9500x28 14336x10 9500x40"},
    ),
)

SITUATIONS = (*_REPLICA_SET, *_RESOURCES)
