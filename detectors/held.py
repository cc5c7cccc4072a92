"""What lies before the window: most growth that is no leak only climbs back to a level that was held before."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from detectors.growth import Growth
from detectors.panel import Floats
from detectors.scene import Scene

# What memory fell from within two hours was a spike, which lifts no level.
_HELD_HOURS = 2.0
# Under a load that comes and goes each day today's level is the highest of the last day, as the one before is of all
# days: a leak would else be no higher at night than at noon before.
_DAY_HOURS = 24.0
# Memory that wanders goes beyond the highest it held by a little each time; a leak that the window shows goes on by
# nearly all that it rose there.
_BEYOND_SHARE = 0.25


def held_before(scene: Scene, lifetime: int, growth: Growth) -> float | None:
    """Bytes of the highest level that the same lifetime held before the window, where growth only climbs back to it.

    It does where today's level is beyond that by less than a quarter of what was grown in the window. None where it is
    higher, or where nothing is known of two hours of the lifetime before the window.
    """
    history = scene.panel.history
    if history is None:
        return None
    row, began = int(scene.lifetimes.row[lifetime]), float(scene.lifetimes.began[lifetime])
    begins = scene.panel.grid.start - history.step * np.arange(history.low.shape[1], 0, -1)
    past = history.low[row][(begins >= began) & np.isfinite(history.low[row])]
    if past.size < _width(history.step / 3600.0):
        return None
    highest = _level(past, history.step / 3600.0)
    evidence = scene.evidence
    # Levels are of memory as it is, and where load fell it rose by less than it grew.
    rose = min(growth.fit[1] - growth.fit[0], float(evidence.raw_slope[lifetime] * evidence.span_hours[lifetime]))
    return highest if _level_today(scene, lifetime) - highest <= _BEYOND_SHARE * max(rose, 0.0) else None


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
