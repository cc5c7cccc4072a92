"""MongoDB, by percona's mongodb_exporter: replica set, cache, memory, load."""

from collections.abc import Mapping

from dashboards import queries
from dashboards.graphs import graph, share
from dashboards.model import Panel, Query, Row, Shape, Step, Unit

_KEYS = "cluster, namespace, pod, instance"
_SET = "cluster, namespace, rs_nm"
_NAME = "{{pod}} {{instance}}"
_RATE = "$__rate_interval"
_BYTES_A_MEBIBYTE = 1024 * 1024
_MILLISECONDS = 1000
_MICROSECONDS = 1_000_000
# From here on clients' threads evict, whatever is dirty: eviction_trigger.
_CACHE_FULL = (Step(None, "green"), Step(0.95, "red"))
_SECONDARY = 'member_state="SECONDARY"'
# https://www.mongodb.com/docs/manual/reference/replica-states/
_STATES: Mapping[float, tuple[str, str]] = {
    0: ("starting", "yellow"),
    1: ("primary", "green"),
    2: ("secondary", "blue"),
    3: ("recovering", "orange"),
    5: ("starting", "yellow"),
    6: ("unknown", "red"),
    7: ("arbiter", "text"),
    8: ("down", "red"),
    9: ("rollback", "red"),
    10: ("removed", "text"),
}


def mongodb(where: str) -> Row:
    """The row. where: matchers of the exporters' series."""
    cache, most = _top("mongodb_ss_wt_cache_bytes_currently_in_the_cache", where), _cache_limit(where)
    dirty = _top("mongodb_ss_wt_cache_tracked_dirty_bytes_in_the_cache", where)
    written = "mongodb_rs_members_optimeDate"
    newest = f"max by ({_SET}) ({queries.selector(written, where)})"
    behind = f"max by ({_SET}, member_idx) ({queries.selector(written, where, _SECONDARY)})"
    return Row(
        "MongoDB",
        (
            _members(where),
            graph(
                "Replication lag",
                "How far each secondary's last write is behind the newest write of the set.",
                Unit.SECONDS,
                Query(f"({newest} - on ({_SET}) group_right {behind}) / {_MILLISECONDS}", "{{member_idx}}"),
            ),
            graph(
                "Elections",
                "Term of the replica set: each step up was an election, and writes stood still for it.",
                Unit.NONE,
                Query(f"max by ({_SET}) ({queries.selector('mongodb_rs_term', where)})", "{{rs_nm}}"),
            ),
            share(
                "WiredTiger cache",
                "Share of the configured cache in use (it is kept at 80 %), and dirty: above 20 % clients must help "
                "to evict, and slow down.",
                Query(f"{cache} / on ({_KEYS}) {most}", f"{_NAME} used"),
                Query(f"{dirty} / on ({_KEYS}) {most}", f"{_NAME} dirty"),
                thresholds=_CACHE_FULL,
            ),
            graph(
                "Resident memory of MongoDB",
                "RSS by mongod's own account, and its cache's configured size. The rest is connections, sorts and "
                "aggregations, and what the allocator keeps.",
                Unit.BYTES,
                Query(f"{_top('mongodb_ss_mem_resident', where)} * {_BYTES_A_MEBIBYTE}", _NAME),
                Query(most, f"{_NAME} cache"),
                limit=True,
            ),
            graph(
                "Pages evicted by clients",
                "Evictions a second that clients' threads had to do: above zero the cache is too small.",
                Unit.PER_SECOND,
                Query(_rate("mongodb_ss_wt_cache_pages_evicted_by_application_threads", where), _NAME),
            ),
            graph(
                "Connections",
                "Open connections. A stack of 1 MiB stands behind each: a leak of connections is one of memory.",
                Unit.COUNT,
                Query(_top("mongodb_ss_connections", f'{where},conn_type="current"'), _NAME),
            ),
            graph(
                "Operations",
                "Operations a second, by kind.",
                Unit.PER_SECOND,
                Query(
                    _rate("mongodb_ss_opcounters", where, f"{_KEYS}, legacy_op_type"), f"{_NAME} {{{{legacy_op_type}}}}"
                ),
            ),
            graph(
                "Latency of operations",
                "Mean time an operation took in mongod, by kind.",
                Unit.SECONDS,
                Query(_latency(where), f"{_NAME} {{{{op_type}}}}"),
            ),
        ),
    )


def _members(where: str) -> Panel:
    state = queries.selector("mongodb_rs_members_state", where)
    # Members may differ about one for a moment; what is not well has greater numbers than primary and secondary.
    return Panel(
        title="Members of the replica set",
        description="State of each member, as the members themselves see it.",
        shape=Shape.STAT,
        queries=(Query(f"max by ({_SET}, member_idx) ({state})", "{{member_idx}}", instant=True),),
        unit=Unit.NONE,
        width=8,
        values=_STATES,
        extra={"options": {"textMode": "value_and_name"}},
    )


def _cache_limit(where: str) -> str:
    return _top("mongodb_ss_wt_cache_maximum_bytes_configured", where)


def _latency(where: str) -> str:
    keys = f"{_KEYS}, op_type"
    spent, done = _rate("mongodb_ss_opLatencies_latency", where, keys), _rate("mongodb_ss_opLatencies_ops", where, keys)
    return f"{spent} / {done} / {_MICROSECONDS}"


def _top(metric: str, where: str) -> str:
    return f"max by ({_KEYS}) ({queries.selector(metric, where)})"


def _rate(metric: str, where: str, keys: str = _KEYS) -> str:
    return f"max by ({keys}) (rate({queries.selector(metric, where)}[{_RATE}]))"
