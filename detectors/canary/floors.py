"""Lives cut by age into equal bins, each told by its floor: what lies under a saw-tooth, and can be laid side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detectors.canary.lives import AgedLife
from detectors.panel import Floats

# A floor needs a few samples to lie under a saw-tooth; thirds and halves of the bins are compared, so they are even.
_SAMPLES_A_BIN = 3
_MOST_BINS = 12
LEAST_BINS = 4
# A start is warm-up for an hour, and for no more than the first quarter of what is seen.
_WARM_UP_HOURS = 1.0
_WARM_UP_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Ages:
    """The ages that are compared, hours: from the end of the warm-up to what the canary has reached, in even bins."""

    low: float
    high: float
    bins: int

    @classmethod
    def up_to(cls, age: float, step_seconds: float) -> "Ages":
        """Those of a life of this age, hours, sampled each so many seconds."""
        low = min(_WARM_UP_HOURS, _WARM_UP_SHARE * age)
        samples = int((age - low) * 3600 / step_seconds)
        return cls(low, age, min(samples // _SAMPLES_A_BIN, _MOST_BINS) // 2 * 2)

    @property
    def span(self) -> float:
        """Hours from the first age to the last."""
        return self.high - self.low

    @property
    def width(self) -> float:
        """Hours of one bin."""
        return self.span / self.bins

    @property
    def hours(self) -> Floats:
        """Hours since `low` at the middle of each bin, shape (bins,)."""
        return (np.arange(self.bins) + 0.5) * self.width


@dataclass(frozen=True, slots=True)
class Curves:
    """Of some lives at the same ages: floor, bytes, and cpu, cores; shape (lives, bins), NaN where unknown."""

    floor: Floats
    cpu: Floats


def curves(lives: Sequence[AgedLife], ages: Ages) -> Curves:
    """The lives between the ages, each in its bins."""
    cut = [_cut(life, ages.low, ages.width, ages.bins) for life in lives]
    shape = (len(cut), ages.bins)
    return Curves(*(np.array([one[i] for one in cut]).reshape(shape) for i in (0, 1)))


def windows(lives: Sequence[AgedLife], ages: Ages) -> Curves:
    """Stretches as long as the ages are, of what the lives were when they were older: each half over the next."""
    floors, cpus = [np.empty((0, ages.bins))], [np.empty((0, ages.bins))]
    for life in lives:
        bins = int((life.age - max(float(life.hours[0]), ages.high)) / ages.width)
        if bins < ages.bins:
            continue
        floor, cpu = _cut(life, life.age - bins * ages.width, ages.width, bins)
        for into, values in ((floors, floor), (cpus, cpu)):
            into.append(np.lib.stride_tricks.sliding_window_view(values, ages.bins)[:: ages.bins // 2])
    return Curves(np.concatenate(floors), np.concatenate(cpus))


def _cut(life: AgedLife, low: float, width: float, bins: int) -> tuple[Floats, Floats]:
    """The floor and the mean CPU of each bin from an age on."""
    number = np.floor((life.hours - low) / width).astype(np.int64)
    inside = (number >= 0) & (number < bins)
    floor = np.full(bins, np.inf)
    np.minimum.at(floor, number[inside], life.memory[inside])
    inside &= np.isfinite(life.cpu)
    seen = np.bincount(number[inside], minlength=bins)
    total = np.bincount(number[inside], weights=life.cpu[inside], minlength=bins)
    cpu = np.where(seen > 0, total / np.maximum(seen, 1), np.nan)
    return np.where(np.isfinite(floor), floor, np.nan), cpu


def slopes(values: Floats, ages: Ages) -> Floats:
    """Theil and Sen's slope of each row (Sen, JASA 63, 1968), units an hour, shape (rows,); NaN where half is unknown."""
    earlier, later = np.triu_indices(values.shape[1], k=1)
    pairs = (values[:, later] - values[:, earlier]) / ((later - earlier) * ages.width)
    known = np.isfinite(values).sum(axis=1) * 2 > values.shape[1]
    found = np.full(values.shape[0], np.nan)
    if known.any():
        found[known] = np.nanmedian(pairs[known], axis=1)
    return found
