"""Redis and PostgreSQL: the server runs in the cgroup, its client outside."""

from collections.abc import Callable

from demo.recorder.program import Client, Command, Leak, Program
from demo.recorder.traffic import Traffic, bursts, constant, daily

REDIS_BASE = "EVAL \"for i = 1, 15000 do redis.call('set', 'base:' .. i, string.rep('x', 800)) end\" 0"
_REDIS_WAITS = 'until redis-cli -s "$1" ping >/dev/null 2>&1; do sleep 0.3; done; exec redis-cli -s "$1"'
_PSQL_WAITS = 'until psql -h "$1" -U postgres -c "" >/dev/null 2>&1; do sleep 0.3; done; exec psql -qh "$1" -U postgres'
_COLUMNS = 12


def redis(name: str, *options: str) -> Command:
    """A server on a socket of this name, that keeps nothing on a disk."""
    no_disk = ["--save", "", "--appendonly", "no"]
    return lambda at: [
        *("redis-server", "--port", "0", "--unixsocket", str(at.data / f"redis-{name}.sock")),
        *(*no_disk, "--dir", str(at.data), *options),
    ]


def redis_client(name: str, request: Callable[[int], str]) -> Client:
    """redis-cli on that server."""
    return Client(
        command=lambda at: ["/bin/sh", "-c", _REDIS_WAITS, "sh", str(at.data / f"redis-{name}.sock")],
        opening=(REDIS_BASE,),
        request=request,
    )


def postgres(name: str, shared_buffers: str) -> Command:
    """A server on the database that was made for it."""
    return lambda at: [
        *("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", str(at.built / "postgres")),
        *("-D", str(at.data / f"pg-{name}"), "-k", str(at.data / f"pg-{name}"), "-h", ""),
        *("-c", f"shared_buffers={shared_buffers}", "-c", "max_connections=20", "-c", "fsync=off"),
    ]


def _postgres_client(name: str, opening: tuple[str, ...], request: Callable[[int], str]) -> Client:
    return Client(
        command=lambda at: ["/bin/sh", "-c", _PSQL_WAITS, "sh", str(at.data / f"pg-{name}")],
        opening=opening,
        request=request,
    )


def _table(rows: int) -> str:
    return (
        "CREATE TABLE t AS SELECT g AS id, repeat(md5(g::text), 6) AS body "
        f"FROM generate_series(1, {rows}) g; ALTER TABLE t ADD PRIMARY KEY (id);"
    )


def _prepare(number: int) -> str:
    columns = ", ".join(f"a.body || b.body || '{column}' as c{column}" for column in range(_COLUMNS))
    select = f"SELECT {columns} FROM t a JOIN t b USING (id) WHERE id = {number % 1000}"
    return f"PREPARE p{number} AS {select}; EXECUTE p{number};"


def _report_or_look_up(number: int) -> str:
    if number % 150 == 149:
        return "SELECT count(*) FROM (SELECT body FROM t WHERE id < 90000 ORDER BY body DESC) sorted;"
    return f"SELECT body FROM t WHERE id = {number * 7919 % 250_000};"


PROGRAMS = [
    Program(
        family="redis_list",
        runtime="redis",
        limit_mib=128,
        traffic=Traffic(10, constant),
        command=redis("list"),
        client=redis_client("list", lambda number: f"RPUSH events {number}:{'e' * 1200}"),
        note="a list that is never trimmed",
        leak=Leak(),
    ),
    Program(
        family="redis_ttl",
        runtime="redis",
        limit_mib=96,
        traffic=Traffic(10, daily(5)),
        command=redis("ttl"),
        client=redis_client("ttl", lambda number: f"SETRANGE s:{number} 16000 x\nEXPIRE s:{number} 120"),
        note="keys that expire, following the load",
        held_back=True,
    ),
    Program(
        family="redis_maxmemory",
        runtime="redis",
        limit_mib=96,
        traffic=Traffic(10, bursts(constant, 3, "pages")),
        command=redis("maxmemory", "--maxmemory", "40mb", "--maxmemory-policy", "allkeys-lfu"),
        client=redis_client("maxmemory", lambda number: f"SETRANGE p:{number} 4000 x"),
        note="maxmemory with allkeys-lfu: fills, then stays",
    ),
    Program(
        family="pg_prepared",
        runtime="postgres",
        limit_mib=192,
        traffic=Traffic(0.7, daily(7)),
        command=postgres("prepared", "16MB"),
        client=_postgres_client("prepared", (_table(1000),), _prepare),
        note="one long session prepares statements and never deallocates them",
        leak=Leak(),
        held_back=True,
    ),
    Program(
        family="pg_work_mem",
        runtime="postgres",
        limit_mib=256,
        traffic=Traffic(3, bursts(daily(3), 3, "reports")),
        command=postgres("work", "64MB"),
        client=_postgres_client("work", (_table(250_000), "SET work_mem = '48MB';"), _report_or_look_up),
        note="look-ups touch shared_buffers by and by; a report sorts 30 MB in memory now and then",
        memory_kind="shmem",
    ),
]
