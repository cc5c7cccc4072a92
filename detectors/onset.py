"""When the growth began."""

import numpy as np

from detectors.panel import Floats

# The 80 % quantile of chi-squared with one degree of freedom.
_AS_GOOD = 1.642


def onset_block(time: Floats, value: Floats) -> int:
    """The block at which growth sets in, 0 when it was there from the first.

    time: hours; value: bytes; both of shape (blocks,), finite. A level that breaks into a straight rise is fitted for
    each block as the break, and the one with the least squared error wins, if it beats a plain straight line by more
    than a further parameter would (Schwarz, "Estimating the dimension of a model", Annals of Statistics 6, 1978).
    """
    blocks = value.size
    if blocks < 8:
        return 0
    error = _errors(time, value)
    best = int(error.argmin())
    gain = blocks * np.log(error[0] / error[best])
    return best if gain > np.log(blocks) else 0


def onset_bounds(time: Floats, value: Floats, block: int) -> tuple[int, int]:
    """The first and the last block at which the growth may have set in as well, told with 80 % certainty.

    time, value: as `onset_block` takes them; block: what it gave. A break is as good where twice the logarithm of the
    likelihoods' ratio is less than 1.64 (Wilks, "The large-sample distribution of the likelihood ratio", Annals of
    Mathematical Statistics 9, 1938); neighbours in time that are so make the interval, and a block on each side, within
    which nothing is told.
    """
    blocks = value.size
    if blocks < 8:
        return block, block
    error = _errors(time, value)
    worse = blocks * np.log(error / error[block]) > _AS_GOOD
    before, after = np.flatnonzero(worse[:block]), np.flatnonzero(worse[block:])
    first = int(before[-1]) if before.size else 0
    return first, block + int(after[0]) if after.size else error.size - 1


def _errors(time: Floats, value: Floats) -> Floats:
    """The squared error of a level that breaks into a straight rise, for each block as the break but the last three."""
    breaks = np.arange(value.size - 3)
    ramp = np.maximum(time[None, :] - time[breaks][:, None], 0.0)
    ramp_centred = ramp - ramp.mean(axis=1, keepdims=True)
    centred = value - value.mean()
    slope = ramp_centred @ centred / np.maximum((ramp_centred**2).sum(axis=1), 1e-12)
    error: Floats = ((centred[None, :] - slope[:, None] * ramp_centred) ** 2).sum(axis=1)
    return np.maximum(error, 1e-12)
