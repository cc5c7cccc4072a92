"""Leaks by PromQL alone, for when the service is down: what grows steadily, over every window, and not with its load.

Told: a floor that rose over 6 h and 24 h at rates that agree, and over 7 d where the container is that old, by more
than CPU did. Blind to: containers younger than a day (their OOM loop is told), leaks that are smaller than the daily
swing or come in stairs, memory of a tmpfs, and a leak that makes the garbage collector work as hard as it grows. The
service sees those; while it does, the alerts on leaks keep quiet.
"""

from alert_rules import conventions as names
from alert_rules.belonging import CONTAINER, WORKLOAD, of_workload
from alert_rules.floors import EVERY, REMEMBERED, floor_recordings, memory_group
from alert_rules.oom_loop import oom_loop
from alert_rules.pack import Options, Pack, PackKind, Threshold, Unit
from alert_rules.packs.leaks_without_service_situations import SITUATIONS
from alert_rules.promql import duration, number
from alert_rules.rule import Alert, Group, Recording
from alert_rules.thresholds import compared, threshold_recordings

NAME = "leaks-without-service"
GROWTH = Threshold(
    NAME, "growth", 512 * 1024 / 3600, Unit.BYTES_PER_SECOND, "Growth of a container's floor that is too much.", True
)
GROWTH_RATIO = Threshold(
    NAME,
    "growth_ratio",
    0.1,
    Unit.RATIO,
    "Growth within a day, against the floor a day before, that is too much.",
    beyond_whole=True,
)
SETTLE = Threshold(
    NAME, "settle", 2 * 3600, Unit.SECONDS, "Age of a container from which on its floor counts: it warms up before."
)
OOM_KILLS = Threshold(NAME, "oom_kills", 3, Unit.COUNT, "OOM kills of a container within a day that are a loop.", True)
STALE = Threshold(
    NAME, "stale", 3600, Unit.SECONDS, "For how long after a scan of the service the alerts on leaks stay quiet."
)

_WHO = "{{ $labels.namespace }}/{{ $labels.workload }} ({{ $labels.container }})"
# Rates over two windows agree where the shorter's is half of the longer's (else it levels off: a cache that fills, a
# step some hours ago) to three times of it (else nearly all of it is a step, or the day's ramp, of the last hours).
_LEAST_AGREEMENT, _MOST_AGREEMENT = 0.5, 3.0
_HOURS = 3600


def _build(options: Options) -> Pack:
    rules: tuple[Alert | Recording, ...] = (
        *floor_recordings(options, options.value(SETTLE)),
        *threshold_recordings(GROWTH, options),
        *threshold_recordings(OOM_KILLS, options),
        Recording(names.STEADY_GROWTH, _steady()),
        Recording(names.LEAK_GROWTH, _leaking(options)),
        *_alerts(options),
        oom_loop(options, OOM_KILLS),
    )
    return Pack((memory_group(options), Group("leakwatch-leaks-without-service", rules, EVERY)), SITUATIONS)


def _steady() -> str:
    """Bytes per second: the lower of the rates over 6 h and over 24 h, where all windows agree."""
    short, long, week = names.GROWTH_6H, names.GROWTH_24H, names.GROWTH_7D
    share = 24 / 6
    cpu = f"avg_over_time({names.CPU}[3h])"
    conditions = (
        f"({short} / {6 * _HOURS} <= {long} / {24 * _HOURS} or {long} / {24 * _HOURS})",
        f"and {long} > 0",
        f"and {short} * {number(share / _LEAST_AGREEMENT)} >= {long}",
        f"and {short} * {number(share / _MOST_AGREEMENT)} <= {long}",
        # A week's swing, or a refill after a drop: a week ago it stood as high.
        f"unless {week} < {_LEAST_AGREEMENT:g} * {long}",
        # In proportion CPU rose as much since the same hour of yesterday: the load explains it.
        f"unless {cpu} / {cpu.replace(')', ' offset 1d)')} >= {names.FLOOR} / ({names.FLOOR} - {long})",
    )
    return of_workload("\n  " + "\n  ".join(conditions) + "\n", REMEMBERED)


def _leaking(options: Options) -> str:
    """Steady growth that is too much, absolutely and against the level, and that nobody has accepted."""
    before = f"({names.FLOOR} - {names.GROWTH_24H})"
    enough = f"{names.GROWTH_24H} >= {number(options.value(GROWTH_RATIO))} * {before}"
    expr = f"{compared(names.STEADY_GROWTH, '>', GROWTH, options)}\nand on ({CONTAINER}) {enough}"
    if not options.accepted:
        return expr
    return f"{expr}\nunless on ({WORKLOAD}) last_over_time({names.WITHIN_ACCEPTED}[{REMEMBERED}]) == 1"


def _alerts(options: Options) -> tuple[Alert, ...]:
    growth = f"max by ({WORKLOAD}) ({names.LEAK_GROWTH}) * {_HOURS}"
    left = (
        f"clamp_min(min by ({WORKLOAD}) (({names.MEMORY_LIMIT} - {names.FLOOR})"
        f" / on ({CONTAINER}) group_right () {names.LEAK_GROWTH}), 0)"
    )
    ends = _WHO + " is expected to be OOM-killed in {{ $value | humanizeDuration }}, as it has grown for a day."
    return (
        Alert(
            names.MEMORY_LEAK,
            growth + unless_scanned(options),
            "1h",
            "warning",
            "The memory of a container grows steadily, and not with its load.",
            _WHO + " grows by {{ $value | humanize1024 }}B an hour, in 6 hours as in a day.",
        ),
        Alert(
            names.MEMORY_LIMIT_WITHIN_24H,
            f"{left} < {24 * _HOURS}{unless_scanned(options)}",
            "30m",
            "warning",
            "A container whose memory grows steadily reaches its limit within a day.",
            ends,
        ),
        Alert(
            names.MEMORY_LIMIT_WITHIN_4H,
            f"{left} < {4 * _HOURS}{unless_scanned(options)}",
            "15m",
            "critical",
            "A container whose memory grows steadily reaches its limit within four hours.",
            ends,
        ),
    )


def unless_scanned(options: Options) -> str:
    """The service of the same cluster (or of the only one) looks, and tells more surely what leaks."""
    stale = options.value(STALE)
    last = f"max by (cluster) (last_over_time({names.SCAN_LAST_SUCCESS.name}[{duration(stale)}]))"
    return f"\nunless on (cluster) (time() - {last} < {number(stale)})"


LEAKS_WITHOUT_SERVICE = PackKind(
    NAME,
    "Leaks, without leakwatch's service",
    "cAdvisor and kube-state-metrics",
    _build,
    (GROWTH, GROWTH_RATIO, SETTLE, OOM_KILLS, STALE),
)
