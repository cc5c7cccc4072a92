"""Programs that leak, written and recorded once the detector was built."""

import sys

from demo.recorder.catalogue.commands import built, java, node, python, script
from demo.recorder.catalogue.stores import REDIS_BASE, postgres, redis
from demo.recorder.program import Client, Leak, Program
from demo.recorder.traffic import Traffic, bursts, constant, daily, hourly, office_hours


def _partition(number: int) -> str:
    columns = ", ".join(f"c{column} int" for column in range(12))
    return (
        f"CREATE TABLE part_{number} (id int PRIMARY KEY, {columns});\nSELECT count(*) FROM part_{number} WHERE c3 = 1;"
    )


LEAKING = [
    Program(
        family="node_pending_promises",
        runtime="node",
        limit_mib=160,
        base_mib=20,
        traffic=Traffic(7.5, daily(10)),
        command=node("node_pending_promises.js"),
        note="closures kept by promise chains that never settle; daily load",
        leak=Leak(2700),
    ),
    Program(
        family="node_short_deploys",
        runtime="node",
        limit_mib=192,
        base_mib=24,
        traffic=Traffic(12, daily(12)),
        command=node("node_short_deploys.js"),
        note="hooks that keep bodies; a deploy every four and a half hours ends it, a day from the limit",
        leak=Leak(4370),
        redeploy_seconds=540,
    ),
    Program(
        family="py_metric_labels",
        runtime="python",
        limit_mib=112,
        base_mib=20,
        traffic=Traffic(22, bursts(daily(5), 3, "labels")),
        command=python("py_metric_labels.py"),
        note="metrics with unbounded labels; seven of ten requests have known ones; bursts on a daily load",
        leak=Leak(400),
    ),
    Program(
        family="py_gc_sawtooth",
        runtime="python",
        limit_mib=176,
        base_mib=20,
        traffic=Traffic(1.6, constant),
        command=python("py_gc_sawtooth.py"),
        note="a leak behind a saw-tooth of tens of MB: cyclic garbage, collected every few hours",
        leak=Leak(3060),
    ),
    Program(
        family="py_deleted_shm",
        runtime="python",
        limit_mib=128,
        base_mib=25,
        traffic=Traffic(0.45, bursts(constant, 3, "shm")),
        command=python("py_deleted_shm.py"),
        note="files in /dev/shm, deleted but kept open: shared memory",
        leak=Leak(16_384 + 1000),
        memory_kind="shmem",
    ),
    Program(
        family="py_inotify",
        runtime="python",
        limit_mib=96,
        base_mib=20,
        traffic=Traffic(6, daily(9)),
        command=python("py_inotify.py", folder="."),
        note="inotify watches that pin inodes and dentries: kernel memory; daily load",
        leak=Leak(),
        memory_kind="kernel",
    ),
    Program(
        family="py_cron_hourly",
        runtime="python",
        limit_mib=112,
        base_mib=24,
        traffic=Traffic(3, hourly(0.1)),
        command=python("py_cron_hourly.py"),
        note="an hourly job of 10 MB leaves 0.7 MB each time; nothing in between",
        leak=Leak(20_050),
    ),
    Program(
        family="ruby_symbols",
        runtime="ruby",
        limit_mib=96,
        base_mib=14,
        traffic=Traffic(4, constant),
        command=script(["ruby"], "ruby_symbols.rb"),
        note="methods defined per customer: symbols and closures that are never collected",
        leak=Leak(1280),
    ),
    Program(
        family="perl_cycles",
        runtime="perl",
        limit_mib=64,
        base_mib=20,
        traffic=Traffic(0.8, daily(18)),
        command=script(["perl"], "perl_cycles.pl"),
        note="cycles of counted references; two weeks to the limit; daily load",
        leak=Leak(2260),
    ),
    Program(
        family="php_oom_loop",
        runtime="php",
        limit_mib=48,
        base_mib=4,
        traffic=Traffic(2.5, bursts(daily(6), 5, "imports")),
        command=script(["php", "-d", "memory_limit=-1"], "php_oom_loop.php"),
        note="a worker keeps imports; OOM kills from half an hour to many hours apart, by the load",
        leak=Leak(40_960),
    ),
    Program(
        family="erl_binaries",
        runtime="erlang",
        limit_mib=128,
        base_mib=14,
        traffic=Traffic(0.9, constant),
        command=lambda at: [
            *("erl", "-noshell", "+S", "1:1", "+sbwt", "none", "-pa", str(at.built), "-s", "erl_binaries", "main"),
        ],
        note="parts of binaries in a table keep the whole binaries",
        leak=Leak(8150),
    ),
    Program(
        family="jvm_error_streams",
        runtime="jvm",
        limit_mib=192,
        base_mib=10,
        traffic=Traffic(3, constant),
        command=java("JvmErrors", "-XX:+UseSerialGC", "-Xmx40m"),
        note="native memory of deflaters, left behind by failed requests only, and these come in bursts hours apart",
        leak=Leak(),
    ),
    Program(
        family="go_after_func",
        runtime="go",
        limit_mib=64,
        base_mib=8,
        traffic=Traffic(3.5, daily(14)),
        command=built("go_after_func"),
        note="timers of a month that are never stopped keep orders; daily load",
        leak=Leak(1220),
    ),
    Program(
        family="go_stuck_stacks",
        runtime="go",
        limit_mib=64,
        base_mib=8,
        traffic=Traffic(2, daily(8)),
        command=built("go_stuck_stacks"),
        note="in one of three replicas goroutines get stuck from the 7th hour, with stacks of 64 KB; daily load",
        leak=Leak(65_536 / 40, onset_hours=6, replicas=(1,)),
        replicas=3,
    ),
    Program(
        family="redis_pubsub",
        runtime="redis",
        limit_mib=96,
        traffic=Traffic(14, office_hours(8)),
        command=redis("pubsub", "--client-output-buffer-limit", "pubsub 0 0 0"),
        client=Client(
            command=lambda at: [
                *(sys.executable, "-B", str(at.sources / "redis_stalled_subscriber.py")),
                str(at.data / "redis-pubsub.sock"),
            ],
            opening=(REDIS_BASE,),
            request=lambda number: f"PUBLISH news {number}:{'n' * 1000}",
        ),
        note="a subscriber that no longer reads: the server's output buffer; in office hours only",
        leak=Leak(1250),
    ),
    Program(
        family="pg_partitions",
        runtime="postgres",
        limit_mib=128,
        traffic=Traffic(0.5, daily(11)),
        command=postgres("parts", "16MB"),
        client=Client(
            command=lambda at: [
                *(sys.executable, "-B", str(at.sources / "pg_pool.py"), str(at.data / "pg-parts"), "4"),
            ],
            opening=(),
            request=_partition,
        ),
        note="new tables all day, and four sessions that last: each keeps every table in its caches; daily load",
        leak=Leak(),
    ),
]
