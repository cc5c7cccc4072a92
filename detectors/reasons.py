"""Why a verdict is what it is, in stable codes and plain words."""

import numpy as np

from detectors.growth import Growth
from detectors.judgement import Reason
from detectors.panel import Ints
from detectors.pool import Pooled
from detectors.scene import Scene
from detectors.words import amount, percent, span


def for_leak(
    scene: Scene, lifetime: int, growth: Growth, pooled: Pooled | None, leaking: int, running: int
) -> list[Reason]:
    """What speaks for a leak, most telling first."""
    reasons: list[Reason] = []
    evidence = scene.evidence
    if pooled is not None:
        killed = int(scene.lifetimes.killed[list(pooled.lifetimes)].sum())
        if killed:
            text = f"{killed} lifetimes climbed to an OOM kill at about {amount(growth.rate)}/h"
            reasons.append(Reason("oom_loop", text))
        else:
            count = len(pooled.lifetimes)
            text = f"{count} lifetimes laid over each other by age all grow, by about {amount(growth.rate)}/h"
            reasons.append(Reason("same_slope_each_lifetime", text))
    else:
        grown, hours = amount(float(evidence.adjusted.growth[lifetime])), span(float(evidence.span_hours[lifetime]))
        reasons.append(Reason("rising_floor", f"the floor rose by {grown} in {hours}, with load removed"))
        share = percent(float(evidence.adjusted.late[lifetime]))
        reasons.append(Reason("new_records", f"{share} of the later half's blocks went higher than any before"))
        z = float(evidence.trend.z[lifetime])
        reasons.append(
            Reason("steady_trend", f"the trend is {z:.1f} standard errors from none, autocorrelation counted")
        )
    if running > 1:
        reasons.append(Reason("spread", f"{leaking} of {running} pods grow so"))
    if growth.time_to_limit is not None:
        until = span(growth.time_to_limit.p50 / 3600.0)
        reasons.append(Reason("reaches_limit", f"at this rate the limit is reached in {until}"))
    return reasons


def against_leak(scene: Scene, lifetime: int, growth: Growth, held_before: float | None) -> list[Reason]:
    """What speaks against a leak, most telling first."""
    evidence, reasons = scene.evidence, []
    level = float(evidence.level[lifetime])
    raw, adjusted = float(evidence.raw.growth[lifetime]), float(evidence.adjusted.growth[lifetime])
    hours = span(float(evidence.span_hours[lifetime]))
    if held_before is not None:
        reasons.append(Reason("level_held_before", f"it held {amount(held_before)} before, in the same lifetime"))
    if raw <= 0.01 * level and adjusted <= 0.01 * level:
        reasons.append(Reason("flat_floor", f"the floor changed by {amount(raw)} in {hours}"))
        return reasons
    if raw > 0.01 * level and adjusted < 0.5 * raw:
        reasons.append(Reason("load_explains", f"it grew {amount(raw)} but CPU grew with it"))
    rest = float(max(evidence.raw.rest[lifetime], evidence.adjusted.rest[lifetime]))
    if rest > 0.25:
        since = span(rest * float(evidence.span_hours[lifetime]))
        reasons.append(Reason("plateau", f"no new high for {since}"))
    if float(evidence.adjusted.draw_down[lifetime]) > 0.75:
        reasons.append(Reason("fell_back", "it gave back most of what it had grown"))
    if 0 < evidence.persistence[lifetime] < 0.4:
        reasons.append(Reason("growth_decays", "it grew much slower in the later half, as a warm-up does"))
    if growth.rate > 0 and not growth.matters:
        reasons.append(
            Reason("growth_too_slow", f"{amount(growth.rate)}/h comes near no limit in the time that counts")
        )
    if not reasons:
        late = percent(float(evidence.adjusted.late[lifetime]))
        z = float(evidence.trend.z[lifetime])
        text = (
            f"mixed: {late} of the later half's blocks set a new high, the trend is {z:.1f} standard errors from none"
        )
        reasons.append(Reason("no_clear_trend", text))
    return reasons


def page_cache(scene: Scene, lifetime: int) -> Reason | None:
    """That the working set grew by page cache alone, where it did."""
    row = int(scene.lifetimes.row[lifetime])
    columns = slice(int(scene.lifetimes.first[lifetime]), int(scene.lifetimes.last[lifetime]) + 1)
    working_set, memory = _rise(scene.panel.working_set[row, columns]), _rise(scene.memory[row, columns])
    if working_set > 0.05 * float(scene.evidence.level[lifetime]) and memory < 0.25 * working_set:
        return Reason(
            "page_cache", f"the working set grew {amount(working_set)}, all but {amount(max(memory, 0.0))} page cache"
        )
    return None


def rises_by_kernel(scene: Scene, lifetime: int) -> bool:
    """Whether less than half of the growth is anonymous memory: the rest is kernel memory, sockets, slab."""
    row = int(scene.lifetimes.row[lifetime])
    columns = slice(int(scene.lifetimes.first[lifetime]), int(scene.lifetimes.last[lifetime]) + 1)
    rss = scene.panel.rss[row, columns]
    if not np.isfinite(rss).any():
        return False
    return _rise(rss) < 0.5 * _rise(scene.memory[row, columns])


def too_young(scene: Scene, members: Ints) -> Reason:
    """That no lifetime is long enough to say anything."""
    longest = float(scene.evidence.span_hours[members].max(initial=0.0))
    least = span(scene.options.min_hours)
    return Reason("too_young", f"the longest lifetime seen is {span(longest)}; under {least} all growth may be warm-up")


def _rise(values: np.ndarray) -> float:
    """Last less first, each the median of an eighth of the samples."""
    known = values[np.isfinite(values)]
    width = max(known.size // 8, 1)
    return float(np.median(known[-width:]) - np.median(known[:width])) if known.size else 0.0
