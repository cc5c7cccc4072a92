"""When the growth began."""

import numpy as np

from detectors.panel import Floats


def onset_block(time: Floats, value: Floats) -> int:
    """The block at which growth sets in, 0 when it was there from the first.

    time: hours; value: bytes; both of shape (blocks,), finite. A level that breaks into a straight rise is fitted for
    each block as the break, and the one with the least squared error wins, if it beats a plain straight line by more
    than a further parameter would (Schwarz, "Estimating the dimension of a model", Annals of Statistics 6, 1978).
    """
    blocks = value.size
    if blocks < 8:
        return 0
    breaks = np.arange(blocks - 3)
    ramp = np.maximum(time[None, :] - time[breaks][:, None], 0.0)
    ramp_centred = ramp - ramp.mean(axis=1, keepdims=True)
    centred = value - value.mean()
    slope = ramp_centred @ centred / np.maximum((ramp_centred**2).sum(axis=1), 1e-12)
    error = ((centred[None, :] - slope[:, None] * ramp_centred) ** 2).sum(axis=1)
    best = int(error.argmin())
    gain = blocks * np.log(max(error[0], 1e-12) / max(error[best], 1e-12))
    return best if gain > np.log(blocks) else 0
