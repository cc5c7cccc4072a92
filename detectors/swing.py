"""A swing of the day that CPU does not show: taken off by what other days did at the same hour.

Requests that wait for others, caches that follow the day, a runtime that scavenges at night: memory swings by day and
night, CPU does not tell why, and the swing hides what rises by less. Where each day is the last one, lifted, what is
left without the swing of the day is that lift.
"""

from dataclasses import replace

import numpy as np

from detectors.blocks import Blocks
from detectors.evidence import Evidence
from detectors.late import OF_THE_WHOLE
from detectors.panel import Floats, Ints
from detectors.rows import TINY
from detectors.view import take_views, told_of

_DAY_HOURS = 24.0
# Fewer blocks a day later show no shape.
_LEAST_COMPARED = 6
# All of the hours must be told of by another day, and nearly all be higher than there.
_LEAST_HOURS, _LEAST_HIGHER = 40.0, 0.75
# The days must be one shape, so nearly: memory that wanders makes two that are a little alike.
_ALIKE = 0.9
# A busier day lifts the hours in which it is busy: the quietest third must be lifted by as much as the rest, or half.
_QUIET, _LEAST_OF_QUIET = 1 / 3, 0.5
# What levels off lifts the later hours by less than the earlier ones; the mean of two days hides half of its bend.
_LEAST_OF_LATE = 0.8
# One leap a day, or one in the middle of two days, lifts each hour by the same as well: no hour of a swing changes by
# so much of the lift, and so much more than nearly all others do.
_LEAP_OF_LIFT, _LEAP_OF_CHANGES = 0.4, 3.0
# A swing is smooth but for so many harmonics; a single rise may be at these hours after the first block, and take long.
_HARMONICS = 4
_RISES_AT = np.arange(4.0, 44.0)
_LEVELS_OFF_HOURS = (1.0, 2.0, 4.0, 8.0)
# What lies in a longer gap is not known.
_LONGEST_GAP_HOURS = 3.0
# Two days are one comparison, however plain.
_MOST = 0.9
# No view is needed where a leak is plain.
_PLAIN = 0.9


def look_without_swing(blocks: Blocks, evidence: Evidence, doubtful: float) -> None:
    """Look at lifetimes that swing by the day without the swing, and keep of the two views the one that says more.

    doubtful: what a view must say more than, see also `ask_without_last_window`, which holds for it. Only of those of
    which nearly every hour is above the same hour of the day before. The swing is the mean of the days at each hour,
    after their common lift is taken off: a seasonal index of the ratio-to-trend kind, by differences.
    """
    higher = evidence.day_on_day >= _LEAST_HIGHER
    asked = np.flatnonzero(higher & (evidence.span_hours >= _LEAST_HOURS) & (evidence.probability < _PLAIN))
    views, lines = [], []
    for one in asked.tolist():
        count = int(blocks.count[one])
        line = without_swing(blocks.time[one, :count], evidence.adjusted[one, :count])
        if line is not None:
            views.append(one)
            lines.append(np.pad(line, (0, blocks.floor.shape[1] - count), constant_values=np.nan))
    if views:
        _take_if_it_says_more(blocks, evidence, np.array(views), np.array(lines), doubtful)


def without_swing(time: Floats, value: Floats) -> Floats | None:
    """The value without the swing of the day, of shape (blocks,), None where days are not one shape, lifted by and by.

    time: hours; value: any unit; both of shape (blocks,), finite.
    """
    between = np.diff(time)
    if float(between.max()) > max(_LONGEST_GAP_HOURS, 2.5 * float(np.median(between))):
        return None
    compared = time >= time[0] + _DAY_HOURS
    if np.count_nonzero(compared) < _LEAST_COMPARED:
        return None
    earlier = np.interp(time[compared] - _DAY_HOURS, time, value)
    lift = value[compared] - earlier
    daily = float(np.median(lift))
    changes = np.diff(value)
    leaps = changes.max() > max(_LEAP_OF_LIFT * daily, _LEAP_OF_CHANGES * float(np.quantile(np.abs(changes), 0.9)))
    quiet = earlier <= np.quantile(earlier, _QUIET)
    if daily <= 0 or leaps or float(np.median(lift[quiet])) < _LEAST_OF_QUIET * daily or _rises_once(time, value):
        return None
    part = max(lift.size // 3, 1)
    if float(np.median(lift[-part:])) < _LEAST_OF_LATE * float(np.median(lift[:part])):
        return None
    level = value - daily * (time - time[0]) / _DAY_HOURS
    swings = level[compared], np.interp(time[compared] - _DAY_HOURS, time, level)
    if not float(np.corrcoef(*swings)[0, 1]) >= _ALIKE:
        return None
    days = int((time[-1] - time[0]) // _DAY_HOURS) + 1
    shifts = _DAY_HOURS * np.arange(-days, days + 1)
    at_hour = np.array([np.interp(time + shift, time, level, left=np.nan, right=np.nan) for shift in shifts])
    swing = np.nanmean(at_hour, axis=0)
    without: Floats = value - (swing - swing.mean())
    return without


def _rises_once(time: Floats, value: Floats) -> bool:
    """Whether a smooth swing and one rise, at once or levelling off, describe it better than the swing and a line."""
    phase = 2 * np.pi * np.arange(1, _HARMONICS + 1)[:, None] * time / _DAY_HOURS
    swing = np.linalg.qr(np.vstack([np.ones(time.size), np.sin(phase), np.cos(phase)]).T)[0]
    since = np.maximum(time - (time[0] + _RISES_AT[:, None]), 0.0)
    rises = [since > 0, *(1 - np.exp(-since / hours) for hours in _LEVELS_OFF_HOURS)]
    shapes = np.vstack([time, *rises])
    shapes = shapes - shapes @ swing @ swing.T
    left = value - swing @ (swing.T @ value)
    explained = (shapes @ left) ** 2 / np.maximum(np.einsum("ij,ij->i", shapes, shapes), TINY)
    return bool(explained[0] < explained[1:].max())


def _take_if_it_says_more(blocks: Blocks, evidence: Evidence, views: Ints, lines: Floats, doubtful: float) -> None:
    unknown = np.full(lines.shape, np.nan)
    part = replace(blocks.since(views, views * 0), floor=lines, cpu=unknown)
    told = told_of(part, evidence.refills[views], doubtful)
    told.probability[:] = np.minimum(told.probability, _MOST)
    kept = told.probability > np.maximum(evidence.probability[views], doubtful)
    take_views(evidence, views, part, told, kept, OF_THE_WHOLE - {"adjusted"})
