"""Programs that are healthy, written and recorded once the detector was built."""

import zlib

from demo.recorder.catalogue.commands import built, java, node, python, script
from demo.recorder.catalogue.stores import postgres, redis, redis_client
from demo.recorder.program import Client, Program
from demo.recorder.traffic import DILUTION, Traffic, bursts, constant, daily, hourly, trend

_OUTAGE_HOURS = (9.0, 14.0)
_JOBS_PER_SECOND = 8
# The programs run for so long before they are recorded.
_WARM_SECONDS = 120
_SESSIONS = (
    'until psql -h "$1" -U postgres -c "" >/dev/null 2>&1; do sleep 0.3; done; '
    'while read -r line; do psql -qh "$1" -U postgres -c "$line" -c "SELECT pg_sleep(40)" >/dev/null 2>&1 & done'
)


def _through_outage(number: int) -> str:
    hours = (number / _JOBS_PER_SECOND - _WARM_SECONDS) * DILUTION / 3600
    push = f"RPUSH jobs {number}:{'j' * 5000}"
    if _OUTAGE_HOURS[0] <= hours < _OUTAGE_HOURS[1]:
        return push
    return f"{push}\nLPOP jobs\nLPOP jobs"


def _profile(number: int) -> str:
    key = zlib.crc32(str(number).encode()) % 6000
    return f"SETRANGE profile:{key} {4000 + key % 10_000} x"


def _look_around(number: int) -> str:
    return (
        "SELECT count(*), max(c.relname) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        f" WHERE a.attnum > {number % 9}"
    )


HEALTHY = [
    Program(
        family="node_external",
        runtime="node",
        limit_mib=224,
        base_mib=20,
        traffic=Traffic(1.5, bursts(constant, 3, "images")),
        command=node("node_external.js"),
        note="buffers outside the heap are freed only when the heap is collected: a saw-tooth of hours",
    ),
    Program(
        family="py_dataset",
        runtime="python",
        limit_mib=144,
        base_mib=15,
        traffic=Traffic(8, constant),
        command=python("py_dataset.py"),
        note="a data set replaced every four hours by another, four times in a row by a larger one, then a smaller one",
    ),
    Program(
        family="py_model_reload",
        runtime="python",
        limit_mib=176,
        base_mib=15,
        traffic=Traffic(6, daily(7)),
        command=python("py_model_reload.py"),
        note="a model reloaded every two to three hours, for minutes beside the old one; a cache of answers fills",
    ),
    Program(
        family="py_versions",
        runtime="python",
        limit_mib=112,
        base_mib=12,
        traffic=Traffic(4, daily(10)),
        command=python("py_versions.py"),
        note="each deploy, every seven hours, brings larger tables",
        redeploy_seconds=800,
    ),
    Program(
        family="py_skewed_shards",
        runtime="python",
        limit_mib=112,
        base_mib=12,
        traffic=Traffic(4, daily(9)),
        command=python("py_skewed_shards.py"),
        note="replicas with shards of 10, 24 and 52 MB that fill by use; all restarted once, after 16 hours",
        replicas=3,
        redeploy_seconds=1900,
    ),
    Program(
        family="py_dentries",
        runtime="python",
        limit_mib=80,
        base_mib=16,
        traffic=Traffic(1.6, constant),
        command=python("py_dentries.py", folder="."),
        note="negative dentries: reclaimable kernel memory fills the limit and then stays",
        memory_kind="kernel",
    ),
    Program(
        family="py_cow",
        runtime="python",
        limit_mib=256,
        base_mib=6,
        traffic=Traffic(9, constant),
        command=python("py_cow.py"),
        note="two forked workers unshare a table page by page, for half a day, up to three times its size",
    ),
    Program(
        family="ruby_sidekiq",
        runtime="ruby",
        limit_mib=224,
        base_mib=10,
        traffic=Traffic(2.5, bursts(daily(8), 2, "jobs")),
        command=script(["ruby"], "ruby_sidekiq.rb"),
        note="five threads, each with arenas: fragmentation that converges; bursts on a daily load",
    ),
    Program(
        family="php_hourly_batch",
        runtime="php",
        limit_mib=96,
        base_mib=10,
        traffic=Traffic(20, hourly(0.1, 0.005)),
        command=script(["php", "-d", "memory_limit=-1"], "php_hourly_batch.php"),
        note="an hourly report of 20 to 30 MB, dropped after",
    ),
    Program(
        family="jvm_soft_cache",
        runtime="jvm",
        limit_mib=208,
        base_mib=8,
        traffic=Traffic(5, constant),
        command=java("SoftCache", "-XX:+UseSerialGC", "-Xms12m", "-Xmx80m", "-XX:SoftRefLRUPolicyMSPerMB=600000"),
        note="soft references fill the heap to its bound for hours, then the collector clears them",
    ),
    Program(
        family="go_memlimit",
        runtime="go",
        limit_mib=128,
        base_mib=6,
        traffic=Traffic(3.5, constant),
        command=built("go_memlimit"),
        note="GOGC=off and GOMEMLIMIT=88MiB: grows for eight hours to its bound and stays",
        environment={"GOGC": "off", "GOMEMLIMIT": "88MiB"},
    ),
    Program(
        family="go_ttl_trend",
        runtime="go",
        limit_mib=192,
        base_mib=8,
        traffic=Traffic(6, trend(daily(9), 0.35)),
        command=built("go_ttl_trend"),
        note="a cache with a TTL of two hours under a daily load that rises by a third a day",
    ),
    Program(
        family="go_compaction",
        runtime="go",
        limit_mib=128,
        base_mib=8,
        traffic=Traffic(9, constant),
        command=built("go_compaction"),
        note="segments pile up to 32 MB and are compacted: stairs up for hours, then down",
        environment={"GOGC": "25"},
    ),
    Program(
        family="redis_outage",
        runtime="redis",
        limit_mib=128,
        traffic=Traffic(_JOBS_PER_SECOND, constant),
        command=redis("outage"),
        client=redis_client("outage", _through_outage),
        note="a queue backs up for five hours while its workers are down, then drains at their speed",
    ),
    Program(
        family="redis_saturates",
        runtime="redis",
        limit_mib=128,
        traffic=Traffic(10, constant),
        command=redis("saturates"),
        client=redis_client("saturates", _profile),
        note="a bounded number of keys without expiry, set at random: fills for some fifteen hours",
    ),
    Program(
        family="pg_sessions",
        runtime="postgres",
        limit_mib=224,
        traffic=Traffic(0.6, trend(daily(10), 0.4)),
        command=lambda at: [*postgres("sessions", "16MB")(at)[:-4], "-c", "max_connections=60", "-c", "fsync=off"],
        client=Client(
            command=lambda at: ["/bin/sh", "-c", _SESSIONS, "sh", str(at.data / "pg-sessions")],
            opening=(),
            request=_look_around,
        ),
        note="sessions of 40 s, as many as the load asks for: a day and a rising trend",
    ),
]
