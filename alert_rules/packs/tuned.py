"""What people have judged to be no leak, as series that the packs on leaks compare with. Pure.

It stays quiet there until it clearly exceeds what was accepted, by the same measures as the detector has them
(detectors/acceptance.py): growth half as fast again, or a level beyond half of the room to the limit. Where the floor
is not recorded (by the pack on leaks without the service), nothing is kept quiet here: the service heeds the same
judgements by itself.
"""

from collections.abc import Iterator

from alert_rules import conventions as names
from alert_rules.belonging import WORKLOAD, of_workload
from alert_rules.floors import EVERY, REMEMBERED
from alert_rules.pack import Accepted, Options, Pack, PackKind
from alert_rules.packs.leaks_without_service import unless_scanned
from alert_rules.packs.tuned_situations import SITUATIONS
from alert_rules.promql import number
from alert_rules.rule import Alert, Group, Recording
from detectors.acceptance import FASTER, HALF, WANDERING


def _build(options: Options) -> Pack:
    rules: tuple[Alert | Recording, ...] = (
        *_accepted(options.accepted),
        Recording(names.HIGHEST_ACCEPTED, _highest()),
        Recording(names.WITHIN_ACCEPTED, _within()),
        _beyond(options),
    )
    return Pack((Group("leakwatch-tuned", rules, EVERY),), SITUATIONS)


def _accepted(accepted: tuple[Accepted, ...]) -> Iterator[Recording]:
    """The growth that is not to be exceeded, and the level as it was accepted.

    Prometheus often does not name the cluster that it is in, while the service does: where all that was accepted is
    of one cluster, it holds for series without that label, too.
    """
    only_one = len({one.cluster for one in accepted}) == 1
    for one in accepted:
        who = {"namespace": one.namespace, "workload": one.workload, "container": one.container}
        places = [{"cluster": one.cluster} | who] if one.cluster else []
        if only_one or not one.cluster:
            places.append(who)
        growth = FASTER * max(one.growth_bytes_per_second, 0.0)
        for labels in places:
            yield Recording(names.ACCEPTED_GROWTH, f"vector({number(growth)})", labels)
            if one.level_bytes is not None:
                yield Recording(names.ACCEPTED_LEVEL, f"vector({number(one.level_bytes)})", labels)


def _highest() -> str:
    """The floor up to which a level is not clearly exceeded, as detectors/acceptance.py has it."""
    level = names.ACCEPTED_LEVEL
    limit = f"min by ({WORKLOAD}) ({of_workload(f'last_over_time({names.MEMORY_LIMIT}[{REMEMBERED}])', REMEMBERED)})"
    wandering = f"{level} * {number(1 + WANDERING)}"
    return (
        f"({level} + {HALF:g} * ({limit} - on ({WORKLOAD}) {level}) > {wandering})\n"
        f"or ({wandering} and on ({WORKLOAD}) {limit} > on ({WORKLOAD}) {level})\n"
        f"or {level} * {number(1 + HALF)}"
    )


def _within() -> str:
    """1 while neither is exceeded; a day back for the level, for what is killed at its limit begins low again."""
    growth, floor = names.ACCEPTED_GROWTH, names.WORKLOAD_FLOOR
    grows = f"max by ({WORKLOAD}) (last_over_time({names.STEADY_GROWTH}[{REMEMBERED}]))"
    return (
        f"({growth} * 0 + 1)\n"
        f"and on ({WORKLOAD}) last_over_time({floor}[{REMEMBERED}])\n"
        f"unless on ({WORKLOAD}) {grows} > on ({WORKLOAD}) {growth}\n"
        f"unless on ({WORKLOAD}) max_over_time({floor}[1d]) > on ({WORKLOAD}) {names.HIGHEST_ACCEPTED}"
    )


def _beyond(options: Options) -> Alert:
    floor = f"last_over_time({names.WORKLOAD_FLOOR}[{REMEMBERED}])"
    return Alert(
        names.BEYOND_ACCEPTED,
        f"{floor} > on ({WORKLOAD}) {names.HIGHEST_ACCEPTED}{unless_scanned(options)}",
        "30m",
        "warning",
        "A container's memory is clearly beyond what somebody accepted as no leak.",
        "{{ $labels.namespace }}/{{ $labels.workload }} ({{ $labels.container }}) stands at"
        " {{ $value | humanize1024 }}B, which nobody has judged yet.",
    )


TUNED = PackKind(
    "tuned",
    "What people judged to be no leak",
    "the pack leaks-without-service, and judgements in leakwatch's database",
    _build,
)
