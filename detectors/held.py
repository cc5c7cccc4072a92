"""What lies before the window: most growth that is no leak only climbs back to a level that was held before."""

import numpy as np

from detectors.scene import Scene


def held_before(scene: Scene, lifetime: int) -> float | None:
    """Bytes of the highest floor that the same lifetime held before the window, where it is no lower than today's."""
    history = scene.panel.history
    if history is None:
        return None
    row, began = int(scene.lifetimes.row[lifetime]), float(scene.lifetimes.began[lifetime])
    blocks = history.low.shape[1]
    begins = scene.panel.grid.start - history.step * np.arange(blocks, 0, -1)
    past = history.low[row][(begins >= began) & np.isfinite(history.low[row])]
    if past.size == 0:
        return None
    highest, (now, _) = float(past.max()), scene.latest(lifetime)
    return highest if highest >= now else None
