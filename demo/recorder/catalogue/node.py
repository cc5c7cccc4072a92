"""Programs that run on Node.js."""

from demo.recorder.catalogue.commands import node
from demo.recorder.program import Leak, Program
from demo.recorder.traffic import Traffic, asleep_at_night, bursts, constant, daily, ramp

PROGRAMS = [
    Program(
        family="node_timer_closures",
        runtime="node",
        limit_mib=192,
        traffic=Traffic(8, constant),
        command=node("node_timers.js"),
        note="a timer per session, never cleared, keeps the session",
        leak=Leak(2290),
    ),
    Program(
        family="node_buffers",
        runtime="node",
        limit_mib=160,
        base_mib=40,
        traffic=Traffic(0.8, bursts(constant, 4, "thumbnails")),
        command=node("node_buffers.js"),
        note="Buffers outside the heap are kept, bursty traffic",
        leak=Leak(16_580),
    ),
    Program(
        family="node_sleeps_at_night",
        runtime="node",
        limit_mib=192,
        traffic=Traffic(22, asleep_at_night(7)),
        command=node("node_audit.js"),
        note="leaks per request by day, rests from 20:00 to 08:00",
        leak=Leak(1690, onset_hours=1),
    ),
    Program(
        family="node_big_young_heap",
        runtime="node",
        limit_mib=256,
        traffic=Traffic(9, constant),
        command=node("node_big_heap.js", options=["--max-semi-space-size=32"]),
        note="a slow leak behind a young generation that swings by tens of megabytes",
        leak=Leak(1110),
        held_back=True,
    ),
    Program(
        family="node_bursts_daily",
        runtime="node",
        limit_mib=160,
        traffic=Traffic(4, bursts(daily(0), 4, "checkout")),
        command=node("node_inflight.js", "200000", "6"),
        note="requests in flight; bursts on a daily load",
    ),
    Program(
        family="node_bounded_lru",
        runtime="node",
        limit_mib=160,
        traffic=Traffic(10, constant),
        command=node("node_lru.js", "9000", "50000"),
        note="a bounded cache fills for some ten hours, then stays",
        held_back=True,
    ),
    Program(
        family="node_ramp",
        runtime="node",
        limit_mib=192,
        traffic=Traffic(3, ramp),
        command=node("node_inflight.js", "300000", "20"),
        note="requests in flight; the traffic doubles over the recording",
    ),
    Program(
        family="node_redeploys",
        runtime="node",
        limit_mib=160,
        traffic=Traffic(20, daily(10)),
        command=node("node_lru.js", "4000", "20000"),
        note="a bounded cache warms again after each deploy",
        redeploy_seconds=430,
    ),
    Program(
        family="node_idle",
        runtime="node",
        limit_mib=96,
        base_mib=8,
        traffic=Traffic(0.2, constant),
        command=node("node_idle.js"),
        note="answers health checks",
    ),
]
