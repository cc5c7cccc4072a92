"""Programs that run on Python."""

import sys

from demo.recorder.program import Command, Leak, Program
from demo.recorder.traffic import Traffic, batch, bursts, constant, daily, spikes


def _run(source: str, folder: str | None = None) -> Command:
    """With a folder of the recording's data as its argument, or without one."""
    return lambda at: [sys.executable, "-B", str(at.sources / source), *([str(at.data / folder)] if folder else [])]


LEAKING = [
    Program(
        family="py_tracebacks",
        runtime="python",
        limit_mib=128,
        traffic=Traffic(5, daily(8)),
        command=_run("py_tracebacks.py"),
        note="exceptions kept in a dict; their tracebacks keep frames and bodies; daily load",
        leak=Leak(),
    ),
    Program(
        family="py_threads",
        runtime="python",
        limit_mib=192,
        traffic=Traffic(0.4, constant),
        command=_run("py_threads.py"),
        note="a thread per subscription that waits for ever",
        leak=Leak(),
        held_back=True,
    ),
    Program(
        family="py_c_library",
        runtime="python",
        limit_mib=128,
        traffic=Traffic(2, bursts(daily(4), 3, "codec")),
        command=_run("py_ctypes.py"),
        note="memory of a C library, never freed; bursts on a daily load",
        leak=Leak(9016),
    ),
    Program(
        family="py_slow",
        runtime="python",
        limit_mib=128,
        base_mib=55,
        traffic=Traffic(1, constant),
        command=_run("py_slow.py"),
        note="two weeks to the limit, beside a bounded pool that changes",
        leak=Leak(1752),
    ),
    Program(
        family="py_steps",
        runtime="python",
        limit_mib=128,
        base_mib=40,
        traffic=Traffic(2, constant),
        command=_run("py_steps.py"),
        note="leaks in steps of 6 MB with hours of rest",
        leak=Leak(5800 * 1056 / 900),
    ),
    Program(
        family="py_late",
        runtime="python",
        limit_mib=128,
        base_mib=36,
        traffic=Traffic(3, daily(20)),
        command=_run("py_late.py"),
        note="calm for 14 hours, then leaks with the daily load",
        leak=Leak(10_056, onset_hours=14),
        held_back=True,
    ),
    Program(
        family="py_one_replica",
        runtime="python",
        limit_mib=96,
        base_mib=24,
        traffic=Traffic(2, constant),
        command=_run("py_replicas.py"),
        note="the first of three replicas leaks",
        leak=Leak(6056),
        replicas=3,
    ),
    Program(
        family="py_unread_sockets",
        runtime="python",
        limit_mib=160,
        traffic=Traffic(1.2, constant),
        command=_run("py_unread_sockets.py"),
        note="sockets whose data nobody reads: kernel memory",
        leak=Leak(),
        memory_kind="kernel",
    ),
]

HEALTHY = [
    Program(
        family="py_wander",
        runtime="python",
        limit_mib=160,
        base_mib=24,
        traffic=Traffic(20, constant),
        command=_run("py_wander.py"),
        note="live objects of mixed sizes whose number wanders; fragmentation keeps the highest level",
    ),
    Program(
        family="py_high_water",
        runtime="python",
        limit_mib=128,
        traffic=Traffic(24, bursts(daily(7), 1.6, "areas")),
        command=_run("py_high_water.py"),
        note="a pool grows to the most requests that ever came at once and keeps its size; bursts on a daily load",
    ),
    Program(
        family="py_nightly",
        runtime="python",
        limit_mib=160,
        base_mib=20,
        traffic=Traffic(4, batch(2, 1)),
        command=_run("py_nightly.py"),
        note="a batch at night, nothing by day",
    ),
    Program(
        family="py_burst_oom",
        runtime="python",
        limit_mib=88,
        base_mib=1,
        traffic=Traffic(2, spikes(4.3, "export")),
        command=_run("py_bursts.py"),
        note="flat, and OOM-killed by large bursts: the limit is too low",
        held_back=True,
    ),
    Program(
        family="py_file_reader",
        runtime="python",
        limit_mib=256,
        traffic=Traffic(0.3, constant),
        command=_run("py_files.py", "files"),
        note="reads 150 MB of files at random: the page cache warms up",
        memory_kind="cache",
    ),
    Program(
        family="py_log_writer",
        runtime="python",
        limit_mib=128,
        base_mib=25,
        traffic=Traffic(5, daily(9)),
        command=_run("py_log.py", "logs"),
        note="writes a log that is rotated and deleted: inactive page cache",
        memory_kind="cache",
        held_back=True,
    ),
]
