"""A verdict that does not hang on where the window happens to begin in a life that is older than it."""

import numpy as np

from detectors.blocks import Blocks
from detectors.evidence import Evidence, adopt, gather, weigh
from detectors.late import OF_THE_WHOLE
from detectors.panel import Bools
from detectors.steady import ask_without_last_window

# A window that had begun a twelfth or a sixth of itself later: four and eight hours of 48.
_LEFT_OUT = (1 / 12, 1 / 6)
_LEAST_BLOCKS = 16
# Hardly any view makes something of what says no more than this, and none is needed where a leak is plain.
_HOPELESS, _PLAIN = 0.02, 0.9


def look_from_later_on(blocks: Blocks, evidence: Evidence, seen_from_start: Bools, doubtful: float) -> None:
    """Look at lifetimes that began before the window without its first hours, and keep the view that says the most.

    seen_from_start: shape (lifetimes,); doubtful: see `ask_without_last_window`, which holds for each view. Where the
    window begins is chance: the end of a peak of traffic, a job or a flush of a cache that it just touches makes growth
    since then look as if it ended. A view from later on has fewer hours, and is weighed so. A life's own beginning is
    no chance: it is a warm-up, of which a later view would only see the straighter part.
    """
    for share in _LEFT_OUT:
        open_ones = (evidence.probability > _HOPELESS) & (evidence.probability < _PLAIN) & ~seen_from_start
        asked = np.flatnonzero(open_ones & (blocks.count >= _LEAST_BLOCKS))
        if asked.size == 0:
            return
        part = blocks.since(asked, np.ceil(share * blocks.count[asked]).astype(np.int64))
        later = gather(part)
        later.refills[:] = evidence.refills[asked]
        weigh(later)
        ask_without_last_window(part, later, doubtful)
        adopt(evidence, later, asked, later.probability > evidence.probability[asked], OF_THE_WHOLE)
