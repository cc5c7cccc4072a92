"""Why a verdict is what it is, in stable codes and plain words."""

from dataclasses import replace

import numpy as np

from detectors.evidence import grows_at_all
from detectors.growth import Growth
from detectors.held import Held
from detectors.judgement import Reason
from detectors.lowered import Lowered
from detectors.panel import Ints
from detectors.pool import Pooled
from detectors.ranked import middle_of
from detectors.scene import Scene
from detectors.words import amount, percent, span

# Changes of less than a hundredth of the level are none.
_SMALL = 0.01
_MANY_RECORDS = 0.3
_MOST_HOURS = 0.8
# A difference of the information criterion that counts as strong (Kass and Raftery, JASA 90, 1995).
_PLAINLY = 6.0
_MOST_DESPITE = 3


def for_leak(
    scene: Scene, lifetime: int, growth: Growth, pooled: Pooled | None, leaking: int, running: int
) -> list[Reason]:
    """What speaks for a leak, most telling first."""
    reasons: list[Reason] = []
    evidence = scene.evidence
    if pooled is not None:
        killed = int(scene.lifetimes.killed[list(pooled.lifetimes)].sum())
        if killed and not pooled.terms:
            text = f"{killed} lifetimes climbed to an OOM kill at about {amount(growth.rate)}/h"
            reasons.append(Reason("oom_loop", text))
        else:
            count = len(pooled.lifetimes)
            laid = (
                "terms of those that lead in turn, laid over each other,"
                if pooled.terms
                else ("lifetimes laid over each other by age")
            )
            text = f"{count} {laid} all grow, by about {amount(growth.rate)}/h"
            reasons.append(Reason("same_slope_each_lifetime", text))
    else:
        grown = amount(max(growth.rate, 0.0) * float(evidence.span_hours[lifetime]))
        hours = span(float(evidence.span_hours[lifetime]))
        reasons.append(Reason("rising_floor", f"the floor rose by about {grown} in {hours}, with load removed"))
        share = percent(float(evidence.raw_valleys.agreement[lifetime]))
        text = f"in {share} of six equal windows memory rose for good: it never fell below again"
        reasons.append(Reason("windows_agree", text))
        late = float(evidence.records.late[lifetime])
        if late > _MANY_RECORDS:
            text = f"{percent(late)} of the later half's blocks went higher than any before"
            reasons.append(Reason("new_records", text))
        if float(evidence.day_on_day[lifetime]) > _MOST_HOURS:
            reasons.append(Reason("higher_each_day", "nearly every hour stands above the same hour of the day before"))
        if float(evidence.shapes.over_saturating[lifetime]) > _PLAINLY:
            text = "growth that goes on describes it better than growth that comes to an end"
            reasons.append(Reason("goes_on", text))
        reasons += _at_own_bound(scene, lifetime)
    if running > 1:
        reasons.append(Reason("spread", f"{leaking} of {running} pods grow so"))
    if growth.time_to_limit is not None:
        until = span(growth.time_to_limit.p50 / 3600.0)
        reasons.append(Reason("reaches_limit", f"at this rate the limit is reached in {until}"))
    return reasons


def _at_own_bound(scene: Scene, lifetime: int) -> list[Reason]:
    """That it stands at a bound of its own, where it was judged without the time since it got there."""
    grid = scene.panel.grid
    stands = grid.start + float(scene.lifetimes.last[lifetime]) * grid.step - scene.told_until(lifetime)
    if stands <= 0:
        return []
    text = "CPU leapt as it got there and has stayed up since: garbage is collected without end"
    return [Reason("at_own_bound", f"it has stood at a bound of its own for {span(stands / 3600.0)}; {text}")]


def despite(scene: Scene, lifetime: int) -> list[Reason]:
    """What a leak was judged in spite of, most telling first: what it shows that growth without an end seldom does."""
    evidence, reasons = scene.evidence, []
    if float(evidence.explained[lifetime]) > 0.5:
        reasons.append(Reason("load_explains", f"CPU explains {percent(float(evidence.explained[lifetime]))} of it"))
    if float(evidence.refills[lifetime]) > 0:
        reasons.append(_refills())
    reasons += _shape_against(scene, lifetime)
    return [replace(one, text=f"but {one.text}") for one in reasons[:_MOST_DESPITE]]


def against_leak(scene: Scene, lifetime: int, growth: Growth, held: Held | None) -> list[Reason]:
    """What speaks against a leak, most telling first."""
    evidence, reasons = scene.evidence, []
    level, hours = float(evidence.level[lifetime]), float(evidence.span_hours[lifetime])
    raw, adjusted = float(evidence.raw_slope[lifetime]) * hours, float(evidence.slope[lifetime]) * hours
    if held is not None:
        when = (
            "it held {} before, in the same lifetime" if held.of_itself else "pods of its revision rested at {} before"
        )
        reasons.append(Reason("level_held_before", when.format(amount(held.level))))
    if not grows_at_all(evidence, lifetime) or not (raw > _SMALL * level or adjusted > _SMALL * level):
        reasons.append(
            Reason("flat_floor", f"the floor changed by {amount(raw)} in {span(hours)}, no more than it varies")
        )
        return reasons
    if growth.rate > 0 and not growth.matters:
        text = f"{amount(growth.rate)}/h comes near no limit in the time that counts"
        reasons.append(Reason("growth_too_slow", text))
    if scene.as_replicas[lifetime]:
        reasons.append(Reason("like_its_replicas", "replicas of its revision do the same beside it, and are no leak"))
    if scene.moved[lifetime]:
        reasons.append(Reason("moved_between_replicas", "other replicas lost in the same hours what it gained"))
    if scene.by_chance[lifetime]:
        text = "its replicas wander: as many fall as rise, as far and as steadily as it rises"
        reasons.append(Reason("as_many_fall", text))
    if raw > _SMALL * level and float(evidence.explained[lifetime]) > 0.5:
        reasons.append(Reason("load_explains", f"it grew {amount(raw)} but CPU grew with it"))
    if float(evidence.refills[lifetime]) > 0:
        reasons.append(_refills())
    return reasons + (_shape_against(scene, lifetime) or [_mixed(scene, lifetime)])


def alike_each_lifetime(pooled: Pooled) -> Reason:
    """That this lifetime does what the others do, which follow load and level off."""
    text = f"{len(pooled.lifetimes)} lifetimes follow load and level off alike: what the others show explains this one"
    return Reason("alike_each_lifetime", text)


def limit_below_rest(lowered: Lowered) -> Reason:
    """That lives are killed as they start since the limit is lower than what the program holds at rest."""
    text = f"the limit of {amount(lowered.limit)} is below the {amount(lowered.rested)} that it held at rest before"
    return Reason("limit_below_rest", f"{text}: {lowered.lives.size} lifetimes ended as they started")


def _refills() -> Reason:
    return Reason("refills", "an earlier life of the workload had come to rest about there or higher")


def _shape_against(scene: Scene, lifetime: int) -> list[Reason]:
    evidence, reasons = scene.evidence, []
    rest = float(max(evidence.raw_records.rest[lifetime], evidence.records.rest[lifetime]))
    since = span(rest * float(evidence.span_hours[lifetime]))
    if scene.rested[lifetime] > 0:
        rested = span(float(scene.rested[lifetime]))
        reasons.append(Reason("plateau", f"it has come to rest for {rested}, and never rested so long while it grew"))
    elif rest > 0.25:
        reasons.append(Reason("plateau", f"no new high for {since}"))
    if float(evidence.raw_valleys.agreement[lifetime]) <= 0.5:
        share = percent(float(evidence.raw_valleys.agreement[lifetime]))
        reasons.append(Reason("fell_back", f"only in {share} of six equal windows did it rise and not fall back"))
    if float(evidence.shapes.over_saturating[lifetime]) < 0:
        reasons.append(
            Reason("growth_decays", "growth that comes to an end describes it better than growth that goes on")
        )
    if float(evidence.shapes.over_steps[lifetime]) < 0:
        reasons.append(Reason("steps", "a step or two describe it better than growth that goes on"))
    days = float(evidence.whole_days[lifetime])
    if days > 0.5 and float(evidence.day_on_day[lifetime]) < 0.5 * days:
        reasons.append(Reason("same_hour_as_high", "many hours stand no higher than the same hour of the day before"))
    return reasons


def _mixed(scene: Scene, lifetime: int) -> Reason:
    share = percent(float(scene.evidence.raw_valleys.agreement[lifetime]))
    last = percent(float(scene.evidence.valleys.last[lifetime]))
    text = f"mixed: it rose in {share} of six equal windows, and in the last by {last} of an even share"
    return Reason("no_clear_trend", text)


def page_cache(scene: Scene, lifetime: int) -> Reason | None:
    """That the working set grew by page cache alone, where it did."""
    row = int(scene.lifetimes.row[lifetime])
    columns = slice(int(scene.lifetimes.first[lifetime]), int(scene.lifetimes.last[lifetime]) + 1)
    working_set = _rise(scene.panel.working_set[row, columns])
    if working_set <= 0.05 * float(scene.evidence.level[lifetime]):
        return None
    memory = _rise(scene.memory[row, columns])
    if memory >= 0.25 * working_set:
        return None
    text = f"the working set grew {amount(working_set)}, all but {amount(max(memory, 0.0))} page cache"
    return Reason("page_cache", text)


def rises_by_kernel(scene: Scene, lifetime: int) -> bool:
    """Whether less than half of the growth is anonymous memory: the rest is kernel memory, sockets, slab."""
    row = int(scene.lifetimes.row[lifetime])
    columns = slice(int(scene.lifetimes.first[lifetime]), int(scene.lifetimes.last[lifetime]) + 1)
    rss = scene.panel.rss[row, columns]
    if not np.isfinite(rss).any():
        return False
    return _rise(rss) < 0.5 * _rise(scene.memory[row, columns])


def too_young(scene: Scene, members: Ints) -> Reason:
    """That no lifetime, or no growth that set in late in one, is long enough to say anything."""
    longest = float(scene.blocks.span_hours[members].max(initial=0.0))
    least = span(scene.options.min_hours)
    if longest >= scene.options.min_hours:
        since = float(scene.evidence.span_hours[members].max(initial=0.0))
        return Reason("too_young", f"growth set in {span(since)} ago, after calm; under {least} it cannot be told")
    return Reason("too_young", f"the longest lifetime seen is {span(longest)}; under {least} all growth may be warm-up")


def _rise(values: np.ndarray) -> float:
    """Last less first, each the median of an eighth of the samples."""
    known = values[np.isfinite(values)]
    width = max(known.size // 8, 1)
    return middle_of(known[-width:]) - middle_of(known[:width]) if known.size else 0.0
