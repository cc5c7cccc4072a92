"""Programs written in Go."""

from demo.recorder.catalogue.commands import built
from demo.recorder.program import Leak, Program
from demo.recorder.traffic import Traffic, constant, daily

PROGRAMS = [
    Program(
        family="go_goroutines",
        runtime="go",
        limit_mib=96,
        base_mib=12,
        traffic=Traffic(2, constant),
        command=built("go_goroutines"),
        note="goroutines that wait for ever",
        leak=Leak(),
    ),
    Program(
        family="go_slices",
        runtime="go",
        limit_mib=128,
        base_mib=16,
        traffic=Traffic(1.5, daily(11)),
        command=built("go_slices"),
        note="short slices keep the long arrays behind them; daily load",
        leak=Leak(8280),
        held_back=True,
    ),
    Program(
        family="go_oom_cycles",
        runtime="go",
        limit_mib=64,
        base_mib=8,
        traffic=Traffic(4, daily(2)),
        command=built("go_fast"),
        note="uploads are kept; OOM-killed again and again",
        leak=Leak(65_560),
    ),
    Program(
        family="go_gogc",
        runtime="go",
        limit_mib=128,
        base_mib=4,
        traffic=Traffic(10, constant),
        command=built("go_gogc"),
        note="GOGC=400: the heap grows in steps to five times what lives, and stays",
        environment={"GOGC": "400"},
        held_back=True,
    ),
    Program(
        family="go_daily",
        runtime="go",
        limit_mib=128,
        base_mib=16,
        traffic=Traffic(10, daily(9)),
        command=built("go_inflight"),
        note="requests in flight, daily load",
    ),
]
