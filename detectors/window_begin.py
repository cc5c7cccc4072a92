"""A verdict that does not hang on where the window happens to begin in a life that is older than it."""

import numpy as np

from detectors.blocks import Blocks
from detectors.evidence import Evidence, growing
from detectors.panel import Bools
from detectors.view import take_views, views_from

# A window that had begun a twelfth or a sixth of itself later: four and eight hours of 48.
_LEFT_OUT = np.array([1 / 12, 1 / 6])
_LEAST_BLOCKS = 16
# Hardly any view makes something of what says no more than this, and none is needed where a leak is plain.
_HOPELESS, _PLAIN = 0.02, 0.9
# Of the equal windows of a life the share in which its valleys rose, beyond which there may be growth.
_LIFTED = 0.5


def look_from_later_on(blocks: Blocks, evidence: Evidence, older: Bools, doubtful: float, min_hours: float) -> None:
    """Look at lifetimes much older than the window without its first hours, and keep the view that says the most.

    older: which those are, shape (lifetimes,); doubtful: see `ask_without_last_window`, which holds for each view;
    min_hours: a view of fewer tells nothing. Where the window begins is chance: the end of a peak of traffic, a job
    or a flush of a cache that it just touches makes growth since then look as if it ended. A view from later on has
    fewer hours, and is weighed so. A life's own beginning is no chance: it is a warm-up, of which a later view would
    only see the straighter part.
    """
    in_doubt = (evidence.probability > _HOPELESS) & (evidence.probability < _PLAIN) & older & (evidence.since == 0)
    # Behind a peak nothing but the valleys shows growth; a valley is not lifted by what was higher before it.
    lifted = np.maximum(evidence.valleys.agreement, evidence.raw_valleys.agreement) > _LIFTED
    asked = np.flatnonzero(in_doubt & (growing(evidence) | lifted) & (blocks.count >= _LEAST_BLOCKS))
    if asked.size == 0:
        return
    views, shares = np.tile(asked, _LEFT_OUT.size), np.repeat(_LEFT_OUT, asked.size)
    first = np.ceil(shares * blocks.count[views]).astype(np.int64)
    part, later = views_from(blocks, evidence, views, first, doubtful)
    says_most = np.argmax(later.probability.reshape(_LEFT_OUT.size, -1), axis=0)
    chosen = np.repeat(np.arange(_LEFT_OUT.size), asked.size) == np.tile(says_most, _LEFT_OUT.size)
    # A view too short to tell would take the word from a life that is not.
    chosen &= (later.span_hours >= min_hours) & (later.probability > evidence.probability[views])
    take_views(evidence, views, part, later, chosen)
