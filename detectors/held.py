"""What lies before the window: most growth that is no leak only climbs back to a level that was held before."""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from detectors.growth import Growth
from detectors.panel import Floats, Ints
from detectors.scene import Scene

# What memory fell from within two hours was a spike, which lifts no level.
_HELD_HOURS = 2.0
# Under a load that comes and goes each day today's level is the highest of the last day, as the one before is of all
# days: a leak would else be no higher at night than at noon before.
_DAY_HOURS = 24.0
# Memory that wanders goes beyond the highest it held by a little each time; a leak that the window shows goes on by
# nearly all that it rose there.
_BEYOND_SHARE = 0.25
# A day's floors, a quarter of a day each, that lie within a quarter of what this life grows in a day are at rest: lives
# that leak as it does, and are ended once or more a day, are not.
_PARTS_A_DAY = 4
_REST_SHARE = 0.25
_MOSTLY = 0.5


@dataclass(frozen=True, slots=True)
class Held:
    """level: bytes; of_itself: the same lifetime held it, not one before it or beside it."""

    level: float
    of_itself: bool


def held_before(scene: Scene, members: Ints, lifetime: int, growth: Growth) -> Held | None:
    """The level held before the window to which growth only climbs back: the highest that the same lifetime held, or
    else the highest at which its pod, or another of its revision, had come to rest for a day.

    It does where today's level is beyond that by less than a quarter of what was grown in the window. None where it is
    higher, or where nothing is known of the time before the window. members: the lifetimes of its workload.
    """
    history = scene.panel.history
    if history is None:
        return None
    row, began = int(scene.lifetimes.row[lifetime]), float(scene.lifetimes.began[lifetime])
    begins = scene.panel.grid.start - history.step * np.arange(history.low.shape[1], 0, -1)
    past = history.low[row][(begins >= began) & np.isfinite(history.low[row])]
    evidence = scene.evidence
    # Levels are of memory as it is, and where load fell it rose by less than it grew.
    rose = min(growth.fit[1] - growth.fit[0], float(evidence.raw_slope[lifetime] * evidence.span_hours[lifetime]))
    needed = _level_today(scene, lifetime) - _BEYOND_SHARE * max(rose, 0.0)
    if past.size >= _width(history.step / 3600.0):
        highest = _level(past, history.step / 3600.0)
        if highest >= needed:
            return Held(highest, of_itself=True)
    limit = float(scene.panel.limit[row])
    if began < scene.panel.grid.start - _DAY_HOURS * 3600.0 or not _start_is_known(scene, row):
        return None  # it was not started anew of late, or nobody knows: what it did itself has been asked
    revision = scene.panel.revision
    rows = np.unique(scene.lifetimes.row[members])
    rows = rows[revision[rows] == revision[row]]
    low = np.where((rows == row)[:, None] & (begins >= began), np.nan, history.low[rows])
    rested = _rested(low, history.step / 3600.0, _REST_SHARE * growth.rate * _DAY_HOURS)
    return Held(rested, of_itself=False) if rested >= needed and not rested >= limit > 0 else None


def _start_is_known(scene: Scene, row: int) -> bool:
    return bool(np.isfinite(scene.panel.start_time[row]).any())


def _rested(low: Floats, hours: float, most: float) -> float:
    """Bytes of the highest level at which one of these rows rested for a day, its floors within `most`; 0 for none.

    low: bytes, shape (rows, blocks), of so many hours each. Only of rows that rested for most of the time: one that
    leaks on working days rests at the weekend.
    """
    width = round(_DAY_HOURS / hours / _PARTS_A_DAY)
    parts = low.shape[1] // width if width else 0
    if parts < _PARTS_A_DAY:
        return 0.0
    split = low[:, low.shape[1] - parts * width :].reshape(low.shape[0], parts, width)
    floors = np.where(np.isfinite(split).all(axis=2), split.min(axis=2), np.nan)
    days = sliding_window_view(floors, _PARTS_A_DAY, axis=1)
    least = days.min(axis=2)
    at_rest = days.max(axis=2) - least <= most
    mostly = at_rest.sum(axis=1) >= _MOSTLY * np.isfinite(least).sum(axis=1)
    return float(np.where(at_rest & mostly[:, None], least, 0.0).max(initial=0.0))


def _level_today(scene: Scene, lifetime: int) -> float:
    """Bytes of the highest level that was held within the last day."""
    count = int(scene.blocks.count[lifetime])
    times: Floats = scene.blocks.time[lifetime, :count]
    floor: Floats = scene.blocks.floor[lifetime, :count][times >= times[-1] - _DAY_HOURS]
    return _level(floor, float(times[-1] - times[0]) / max(count - 1, 1))


def _level(floors: Floats, hours: float) -> float:
    """The highest value that floors side by side, of so many hours each, did not fall below for two hours."""
    width = min(_width(hours), floors.size)
    return float(sliding_window_view(floors, width).min(axis=1).max())


def _width(hours: float) -> int:
    """How many floors of so many hours make two."""
    return max(round(_HELD_HOURS / hours), 1) if hours > 0 else 1
