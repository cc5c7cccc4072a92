"""What lies before the window: most growth that is no leak only climbs back to a level that was held before."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from detectors.growth import Growth
from detectors.panel import Floats
from detectors.ranked import middle_of
from detectors.scene import Scene

# What memory fell from within two hours was a spike, which lifts no level.
_HELD_SECONDS = 7200.0
# Under a load that comes and goes each day today's level is the highest of the last day, as the one before is of all
# days: a leak would else be no higher at night than at noon before.
_DAY_HOURS = 24.0
_BLOCKS_OF_A_LEVEL = 4
# Memory that wanders goes beyond the highest it held by a little each time; a leak that the window shows goes on by
# nearly all that it rose there.
_BEYOND_SHARE = 0.25


def held_before(scene: Scene, lifetime: int, growth: Growth) -> float | None:
    """Bytes of the highest floor that the same lifetime held before the window, where growth only climbs back to it.

    It does where today's level is beyond that by less than a quarter of what was grown in the window. None where it is
    higher, or where nothing is known of two hours of the lifetime before the window.
    """
    history = scene.panel.history
    if history is None:
        return None
    row, began = int(scene.lifetimes.row[lifetime]), float(scene.lifetimes.began[lifetime])
    begins = scene.panel.grid.start - history.step * np.arange(history.low.shape[1], 0, -1)
    past = history.low[row][(begins >= began) & np.isfinite(history.low[row])]
    width = max(int(np.ceil(_HELD_SECONDS / history.step)), 1)
    if past.size < width:
        return None
    highest = float(sliding_window_view(past, width).min(axis=1).max())
    rose = growth.fit[1] - growth.fit[0]
    return highest if _level_today(scene, lifetime) - highest <= _BEYOND_SHARE * rose else None


def _level_today(scene: Scene, lifetime: int) -> float:
    """Bytes of the highest level of the last day: the middle of any four blocks side by side."""
    count = int(scene.blocks.count[lifetime])
    times: Floats = scene.blocks.time[lifetime, :count]
    floor: Floats = scene.blocks.floor[lifetime, :count][times >= times[-1] - _DAY_HOURS]
    return max(middle_of(few) for few in sliding_window_view(floor, min(_BLOCKS_OF_A_LEVEL, floor.size)))
