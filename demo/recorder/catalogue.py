"""The programs of a recording. About a third are held back: no detector may be fitted to them."""

import sys
from collections.abc import Callable, Iterable

from demo.recorder.program import Client, Leak, Places, Program
from demo.recorder.traffic import Traffic, asleep_at_night, batch, bursts, constant, daily, ramp, spikes

Command = Callable[[Places], list[str]]

_REDIS_BASE = "EVAL \"for i = 1, 15000 do redis.call('set', 'base:' .. i, string.rep('x', 800)) end\" 0"


def programs() -> list[Program]:
    """Every program of the recording, each family once."""
    return [*_node(), *_python(), *_jvm(), *_go(), *_redis(), *_postgres()]


def _node() -> Iterable[Program]:
    yield Program(
        "node_timer_closures",
        "node",
        192,
        Traffic(8, constant),
        _run_node("node_timers.js"),
        "a timer per session, never cleared, keeps the session",
        Leak(),
    )
    yield Program(
        "node_buffers",
        "node",
        160,
        Traffic(0.8, bursts(constant, 4, "thumbnails")),
        _run_node("node_buffers.js"),
        "Buffers outside the heap are kept, bursty traffic",
        Leak(),
        base_mib=40,
    )
    yield Program(
        "node_sleeps_at_night",
        "node",
        192,
        Traffic(22, asleep_at_night(7)),
        _run_node("node_audit.js"),
        "leaks per request by day, rests from 20:00 to 08:00",
        Leak(),
    )
    yield Program(
        "node_big_young_heap",
        "node",
        256,
        Traffic(9, constant),
        _run_node("node_big_heap.js", options=["--max-semi-space-size=32"]),
        "a slow leak behind a young generation that swings by tens of megabytes",
        Leak(),
        held_back=True,
    )
    yield Program(
        "node_bursts_daily",
        "node",
        160,
        Traffic(4, bursts(daily(0), 4, "checkout")),
        _run_node("node_inflight.js", "200000", "6"),
        "requests in flight; bursts on a daily load",
    )
    yield Program(
        "node_bounded_lru",
        "node",
        160,
        Traffic(10, constant),
        _run_node("node_lru.js", "9000", "50000"),
        "a bounded cache fills for some ten hours, then stays",
        held_back=True,
    )
    yield Program(
        "node_ramp",
        "node",
        192,
        Traffic(3, ramp),
        _run_node("node_inflight.js", "300000", "20"),
        "requests in flight; the traffic doubles over the recording",
    )
    yield Program(
        "node_redeploys",
        "node",
        160,
        Traffic(20, daily(10)),
        _run_node("node_lru.js", "4000", "20000"),
        "a bounded cache warms again after each deploy",
        redeploy_seconds=430,
    )
    yield Program(
        "node_idle", "node", 96, Traffic(0.2, constant), _run_node("node_idle.js"), "answers health checks", base_mib=8
    )


def _python() -> Iterable[Program]:
    yield Program(
        "py_tracebacks",
        "python",
        128,
        Traffic(5, daily(8)),
        _run_python("py_tracebacks.py"),
        "exceptions kept in a dict; their tracebacks keep frames and bodies; daily load",
        Leak(),
    )
    yield Program(
        "py_threads",
        "python",
        192,
        Traffic(0.4, constant),
        _run_python("py_threads.py"),
        "a thread per subscription that waits for ever",
        Leak(),
        held_back=True,
    )
    yield Program(
        "py_c_library",
        "python",
        128,
        Traffic(2, bursts(daily(4), 3, "codec")),
        _run_python("py_ctypes.py"),
        "memory of a C library, never freed; bursts on a daily load",
        Leak(),
    )
    yield Program(
        "py_slow",
        "python",
        128,
        Traffic(1, constant),
        _run_python("py_slow.py"),
        "weeks to the limit, beside a bounded pool that changes",
        Leak(),
        base_mib=55,
    )
    yield Program(
        "py_steps",
        "python",
        128,
        Traffic(2, constant),
        _run_python("py_steps.py"),
        "leaks in steps of 6 MB with hours of rest",
        Leak(),
        base_mib=40,
    )
    yield Program(
        "py_late",
        "python",
        128,
        Traffic(3, daily(20)),
        _run_python("py_late.py"),
        "calm for 14 hours, then leaks with the daily load",
        Leak(onset_hours=14),
        held_back=True,
        base_mib=36,
    )
    yield Program(
        "py_one_replica",
        "python",
        96,
        Traffic(2, constant),
        _run_python("py_replicas.py"),
        "the first of three replicas leaks",
        Leak(),
        replicas=3,
        base_mib=24,
    )
    yield Program(
        "py_unread_sockets",
        "python",
        160,
        Traffic(1.2, constant),
        _run_python("py_unread_sockets.py"),
        "sockets whose data nobody reads: kernel memory",
        Leak("kernel"),
    )
    yield Program(
        "py_wander",
        "python",
        160,
        Traffic(20, constant),
        _run_python("py_wander.py"),
        "live objects of mixed sizes whose number wanders; fragmentation",
        base_mib=24,
    )
    yield Program(
        "py_high_water",
        "python",
        128,
        Traffic(24, bursts(daily(7), 1.6, "areas")),
        _run_python("py_high_water.py"),
        "a pool grows to the most requests that ever came at once and keeps its size; bursts on a daily load",
    )
    yield Program(
        "py_nightly",
        "python",
        160,
        Traffic(4, batch(2, 1)),
        _run_python("py_nightly.py"),
        "a batch at night, nothing by day",
        base_mib=20,
    )
    yield Program(
        "py_burst_oom",
        "python",
        88,
        Traffic(2, spikes(4.3, "export")),
        _run_python("py_bursts.py"),
        "flat, and OOM-killed by large bursts: the limit is too low",
        held_back=True,
        base_mib=1,
    )
    yield Program(
        "py_file_reader",
        "python",
        256,
        Traffic(0.3, constant),
        lambda at: _run_python("py_files.py", str(at.data / "files"))(at),
        "reads 150 MB of files at random: the page cache warms up",
    )
    yield Program(
        "py_log_writer",
        "python",
        128,
        Traffic(5, daily(9)),
        lambda at: _run_python("py_log.py", str(at.data / "logs"))(at),
        "writes a log that is rotated and deleted: page cache",
        held_back=True,
        base_mib=25,
    )


def _jvm() -> Iterable[Program]:
    yield Program(
        "jvm_direct_buffers",
        "jvm",
        224,
        Traffic(2, constant),
        _run_java("DirectBuffers", "-XX:+UseSerialGC", "-Xmx64m", "-XX:MaxDirectMemorySize=400m"),
        "direct buffers outside the heap",
        Leak(),
        base_mib=16,
    )
    yield Program(
        "jvm_class_loaders",
        "jvm",
        224,
        Traffic(2, daily(6)),
        _run_java("ClassLoaders", "-XX:+UseSerialGC", "-Xmx64m"),
        "class loaders that stay referenced: metaspace; daily load",
        Leak(),
        base_mib=20,
    )
    yield Program(
        "jvm_sessions",
        "jvm",
        256,
        Traffic(6, constant),
        _run_java("Sessions", "-XX:+UseG1GC", "-Xms16m", "-Xmx128m"),
        "sessions that never expire in a heap that grows",
        Leak(),
        held_back=True,
        base_mib=24,
    )
    yield Program(
        "jvm_g1_commits",
        "jvm",
        256,
        Traffic(5, daily(13)),
        _run_java("BoundedCache", "-XX:+UseG1GC", "-Xms16m", "-Xmx128m", arguments=["4000", "300000"]),
        "a bounded cache under G1, which commits the heap by and by; daily load",
        base_mib=16,
    )
    yield Program(
        "jvm_serial_commits",
        "jvm",
        224,
        Traffic(8, constant),
        _run_java("BoundedCache", "-XX:+UseSerialGC", "-Xms8m", "-Xmx96m", arguments=["8000", "50000"]),
        "a bounded cache under the serial collector, which commits the heap by and by",
        held_back=True,
        base_mib=8,
    )


def _go() -> Iterable[Program]:
    yield Program(
        "go_goroutines",
        "go",
        96,
        Traffic(2, constant),
        _run_built("go_goroutines"),
        "goroutines that wait for ever",
        Leak(),
        base_mib=12,
    )
    yield Program(
        "go_slices",
        "go",
        128,
        Traffic(1.5, daily(11)),
        _run_built("go_slices"),
        "short slices keep the long arrays behind them; daily load",
        Leak(),
        held_back=True,
        base_mib=16,
    )
    yield Program(
        "go_oom_cycles",
        "go",
        64,
        Traffic(4, daily(2)),
        _run_built("go_fast"),
        "uploads are kept; OOM-killed again and again",
        Leak(),
        base_mib=8,
    )
    yield Program(
        "go_sawtooth",
        "go",
        128,
        Traffic(10, constant),
        _run_built("go_sawtooth"),
        "GOGC=400: a wide sawtooth",
        environment={"GOGC": "400"},
        held_back=True,
        base_mib=4,
    )
    yield Program(
        "go_daily",
        "go",
        128,
        Traffic(10, daily(9)),
        _run_built("go_inflight"),
        "requests in flight, daily load",
        base_mib=16,
    )


def _redis() -> Iterable[Program]:
    yield Program(
        "redis_list",
        "redis",
        128,
        Traffic(10, constant),
        _redis_server("list"),
        "a list that is never trimmed",
        Leak(),
        client=_redis_client("list", lambda number: f"RPUSH events {number}:{'e' * 1200}"),
    )
    yield Program(
        "redis_ttl",
        "redis",
        96,
        Traffic(10, daily(5)),
        _redis_server("ttl"),
        "keys that expire, following the load",
        held_back=True,
        client=_redis_client("ttl", lambda number: f"SETRANGE s:{number} 16000 x\nEXPIRE s:{number} 120"),
    )
    yield Program(
        "redis_maxmemory",
        "redis",
        96,
        Traffic(10, bursts(constant, 3, "pages")),
        _redis_server("maxmemory", "--maxmemory", "40mb", "--maxmemory-policy", "allkeys-lfu"),
        "maxmemory with allkeys-lfu: fills, then stays",
        client=_redis_client("maxmemory", lambda number: f"SETRANGE p:{number} 4000 x"),
    )


def _postgres() -> Iterable[Program]:
    columns = ", ".join(f"a.body || b.body || '{number}' as c{number}" for number in range(12))
    yield Program(
        "pg_prepared",
        "postgres",
        192,
        Traffic(0.7, daily(7)),
        _postgres_server("prepared", "16MB"),
        "one long session prepares statements and never deallocates them",
        Leak(),
        held_back=True,
        client=_postgres_client(
            "prepared",
            (_table(1000),),
            lambda number: (
                f"PREPARE p{number} AS SELECT {columns} FROM t a JOIN t b USING (id) "
                f"WHERE id = {number % 1000}; EXECUTE p{number};"
            ),
        ),
    )
    yield Program(
        "pg_work_mem",
        "postgres",
        256,
        Traffic(3, bursts(daily(3), 3, "reports")),
        _postgres_server("work", "64MB"),
        "look-ups touch shared_buffers by and by; a report sorts 30 MB in memory now and then",
        client=_postgres_client("work", (_table(250_000), "SET work_mem = '48MB';"), _report_or_look_up),
    )


def _report_or_look_up(number: int) -> str:
    if number % 150 == 149:
        return "SELECT count(*) FROM (SELECT body FROM t WHERE id < 90000 ORDER BY body DESC) sorted;"
    return f"SELECT body FROM t WHERE id = {number * 7919 % 250_000};"


def _table(rows: int) -> str:
    return (
        "CREATE TABLE t AS SELECT g AS id, repeat(md5(g::text), 6) AS body "
        f"FROM generate_series(1, {rows}) g; ALTER TABLE t ADD PRIMARY KEY (id);"
    )


def _run_node(source: str, *arguments: str, options: Iterable[str] = ()) -> Command:
    return lambda at: ["node", *options, str(at.sources / source), *arguments]


def _run_python(source: str, *arguments: str) -> Command:
    return lambda at: [sys.executable, "-B", str(at.sources / source), *arguments]


def _run_java(name: str, *options: str, arguments: Iterable[str] = ()) -> Command:
    return lambda at: ["java", *options, "-XX:+ExitOnOutOfMemoryError", "-cp", str(at.built), name, *arguments]


def _run_built(name: str) -> Command:
    return lambda at: [str(at.built / name)]


def _redis_server(name: str, *options: str) -> Command:
    return lambda at: [
        "redis-server",
        "--port",
        "0",
        "--unixsocket",
        str(at.data / f"redis-{name}.sock"),
        "--save",
        "",
        "--appendonly",
        "no",
        "--dir",
        str(at.data),
        *options,
    ]


def _redis_client(name: str, request: Callable[[int], str]) -> Client:
    wait = 'until redis-cli -s "$1" ping >/dev/null 2>&1; do sleep 0.3; done; exec redis-cli -s "$1"'
    return Client(
        lambda at: ["/bin/sh", "-c", wait, "sh", str(at.data / f"redis-{name}.sock")], (_REDIS_BASE,), request
    )


def _postgres_server(name: str, shared_buffers: str) -> Command:
    return lambda at: [
        "setpriv",
        "--reuid=postgres",
        "--regid=postgres",
        "--clear-groups",
        str(at.built / "postgres"),
        "-D",
        str(at.data / f"pg-{name}"),
        "-k",
        str(at.data / f"pg-{name}"),
        "-h",
        "",
        "-c",
        f"shared_buffers={shared_buffers}",
        "-c",
        "max_connections=20",
        "-c",
        "fsync=off",
    ]


def _postgres_client(name: str, opening: tuple[str, ...], request: Callable[[int], str]) -> Client:
    wait = 'until psql -h "$1" -U postgres -c "" >/dev/null 2>&1; do sleep 0.3; done; exec psql -qh "$1" -U postgres'
    return Client(lambda at: ["/bin/sh", "-c", wait, "sh", str(at.data / f"pg-{name}")], opening, request)
