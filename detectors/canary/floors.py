"""Lives cut by age into equal bins, each told by its floor: what lies under a saw-tooth, to be laid side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detectors.canary.lives import AgedLife
from detectors.panel import Floats

# A floor needs more than one sample to lie under a saw-tooth, and the youngest canaries have few.
_SAMPLES_A_BIN = 2
_MOST_BINS = 12
# With fewer no growth can be told from a step. Halves are compared, so the number is even.
LEAST_BINS = 6
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
        return cls(low, age, _bins(age - low, step_seconds))

    @classmethod
    def of_last(cls, hours: float, step_seconds: float) -> "Ages":
        """The last so many hours of any life, told from their beginning."""
        return cls(0.0, hours, _bins(hours, step_seconds))

    @property
    def span(self) -> float:
        """Hours from the first age to the last."""
        return self.high - self.low

    @property
    def width(self) -> float:
        """Hours of one bin."""
        return self.span / self.bins

    def later_half(self) -> "Ages":
        """The older half of these ages."""
        return Ages(self.low + self.span / 2, self.high, self.bins // 2)


def least_hours(step_seconds: float) -> float:
    """The age from which a life sampled each so many seconds can be told."""
    return (LEAST_BINS * _SAMPLES_A_BIN + 1) * step_seconds / 3600 / (1 - _WARM_UP_SHARE)


@dataclass(frozen=True, slots=True)
class Curves:
    """Of some lives over one stretch each: floor, bytes, and cpu, cores; shape (lives, bins), NaN where unknown."""

    floor: Floats
    cpu: Floats

    def later_half(self) -> "Curves":
        """The same in the later half of the stretch."""
        half = self.floor.shape[1] // 2
        return Curves(self.floor[:, half:], self.cpu[:, half:])


def curves(lives: Sequence[AgedLife], ages: Ages) -> Curves:
    """The lives between the ages, each in its bins."""
    return _together([cut(life, ages.low, ages.width, ages.bins) for life in lives], ages.bins)


def last_curves(lives: Sequence[AgedLife], last: Ages) -> Curves:
    """What the lives did at last, each up to its own end. last: as `of_last` gives it."""
    return _together([cut(life, life.age - last.span, last.width, last.bins) for life in lives], last.bins)


def at_the_time(lives: Sequence[AgedLife], ages: Ages, began: float) -> Curves:
    """The lives, at whatever age, while another that began then (unix seconds) was at these ages."""
    older = [(life, ages.low + (began - life.began) / 3600.0) for life in lives]
    return _together([cut(life, low, ages.width, ages.bins) for life, low in older if low >= ages.high], ages.bins)


def windows(lives: Sequence[AgedLife], ages: Ages) -> Curves:
    """Stretches as long as the ages are, of what the lives were when they were older: each half over the next."""
    found = []
    for life in lives:
        bins = int((life.age - max(float(life.hours[0]), ages.high)) / ages.width)
        if bins >= ages.bins:
            floor, cpu = cut(life, life.age - bins * ages.width, ages.width, bins)
            found += list(zip(*(_sliding(values, ages.bins) for values in (floor, cpu)), strict=True))
    return _together(found, ages.bins)


def cut(life: AgedLife, low: float, width: float, bins: int) -> tuple[Floats, Floats]:
    """The floor, bytes, and the mean CPU, cores, of each bin of so many hours from an age on, shape (bins,)."""
    number = np.floor((life.hours - low) / width).astype(np.int64)
    inside = (number >= 0) & (number < bins)
    floor = np.full(bins, np.inf)
    np.minimum.at(floor, number[inside], life.memory[inside])
    inside &= np.isfinite(life.cpu)
    seen = np.bincount(number[inside], minlength=bins)
    total = np.bincount(number[inside], weights=life.cpu[inside], minlength=bins)
    cpu = np.where(seen > 0, total / np.maximum(seen, 1), np.nan)
    return np.where(np.isfinite(floor), floor, np.nan), cpu


def slopes(values: Floats, width: float) -> Floats:
    """Theil and Sen's slope of each row (Sen, JASA 63, 1968), units an hour, shape (rows,).

    values: shape (rows, bins) of so many hours each; a row of which half is unknown has no slope: NaN.
    """
    found = np.full(values.shape[0], np.nan)
    known = np.isfinite(values).sum(axis=1) * 2 > values.shape[1]
    if known.any():
        earlier, later = np.triu_indices(values.shape[1], k=1)
        pairs = (values[known][:, later] - values[known][:, earlier]) / ((later - earlier) * width)
        found[known] = np.nanmedian(pairs, axis=1) if np.isnan(pairs).any() else np.median(pairs, axis=1)
    return found


def _bins(hours: float, step_seconds: float) -> int:
    samples = int(hours * 3600 / step_seconds)
    return min(samples // _SAMPLES_A_BIN, _MOST_BINS) // 2 * 2


def _sliding(values: Floats, bins: int) -> Floats:
    return np.lib.stride_tricks.sliding_window_view(values, bins)[:: bins // 2]


def _together(stretches: Sequence[tuple[Floats, Floats]], bins: int) -> Curves:
    shape = (len(stretches), bins)
    floor, cpu = (np.array([one[i] for one in stretches]).reshape(shape) for i in (0, 1))
    return Curves(floor, cpu)
