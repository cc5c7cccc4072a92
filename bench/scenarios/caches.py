"""What fills and is bounded: caches, warm-up, pools, sessions, queues, class metadata; live bytes over a lifetime."""

import numpy as np
from scipy.signal import lfilter

from bench.scenarios.allocator import high_water, uneven_work
from bench.scenarios.clock import HOUR, START
from bench.scenarios.life import Life, Part
from detectors.panel import Floats


def warm_up(size: float, hours: float, by_work: float = 0.5) -> Part:
    """Code, pools, JIT, class metadata: rises as 1 - exp(-t/hours), partly by the clock, partly by work."""

    def part(life: Life) -> Floats:
        done = by_work * uneven_work(life, 6.0) + (1 - by_work) * life.hours
        return size * (1 - np.exp(-done / (hours * life.rng.uniform(0.85, 1.15))))

    return part


def bounded_cache(size: float, fill_hours: float, skew: float) -> Part:
    """A cache with a limit: it fills with misses and then stays at the limit.

    skew: 0 where every request brings a new entry (straight up, then flat); towards 1 popular keys return, so that
    the last part fills slowly
    """

    def part(life: Life) -> Floats:
        done = uneven_work(life, 20.0) / fill_hours
        filled = np.minimum(done if skew == 0 else np.expm1(-done * 3 * skew) / np.expm1(-3 * skew), 1.0)
        return size * filled

    return part


def catalogue_cache(size: float, hours: float) -> Part:
    """Popular keys of a finite catalogue (Zipf): entries grow as the logarithm of requests until all are in."""

    def part(life: Life) -> Floats:
        seen = np.log1p(uneven_work(life, 20.0) / (hours / 60)) / np.log1p(60.0)
        filled: Floats = size * np.minimum(seen, 1.0)
        return filled

    return part


def lagged(life: Life, hours: float) -> Floats:
    """The load of the last hours, forgotten exponentially, starting from 0: what holds entries with a time to live."""
    keep = np.exp(-life.dt / HOUR / hours)
    # dt is one value before the window and another within: each stretch is a filter with constant coefficients.
    out = np.empty_like(life.load)
    last = 0.0
    edges = np.flatnonzero(np.diff(life.dt)) + 1
    for low, high in zip(np.r_[0, edges], np.r_[edges, life.dt.size], strict=True):
        k = keep[low]
        out[low:high], _ = lfilter([1 - k], [1.0, -k], life.load[low:high], zi=[k * last])
        last = out[high - 1]
    return out


def held_by_load(size: float, hours: float) -> Part:
    """Bytes that a mean load holds for about so many hours: requests in flight, sessions, connections."""

    def part(life: Life) -> Floats:
        return size * lagged(life, hours)

    return part


def expiring(size: float, hours: float) -> Part:
    """Entries that live for exactly so many hours: what a mean load brings in that time takes up `size` bytes."""

    def part(life: Life) -> Floats:
        done = uneven_work(life, 20.0)
        expired = np.interp(life.hours - hours, life.hours, done, left=0.0)
        held: Floats = size * (done - expired) / hours
        return held

    return part


def pool(each: float, per_load: float, idle_hours: float) -> Part:
    """Connections opened as load asks for them, closed after being idle: bytes, in whole connections."""

    def part(life: Life) -> Floats:
        asked = np.ceil(per_load * life.load)
        steps = max(int(idle_hours * HOUR / float(life.dt[-1])), 1)
        return each * high_water(asked, steps)

    return part


def batches(rng: np.random.Generator, size: float, every: float, length: float, uneven: float) -> Part:
    """Peaks each `every` hours which rise for so many hours and are then released."""
    phase = rng.random()
    heights = np.exp(uneven * rng.standard_normal(4096))

    def part(life: Life) -> Floats:
        turn = (life.times - START) / HOUR / every + phase
        share = np.minimum((turn - np.floor(turn)) * every / length, 2.0)
        return size * heights[np.floor(turn).astype(np.int64) % 4096] * np.where(share < 1, share, 0.0)

    return part


def recycled_workers(rng: np.random.Generator, size: float, workers: int, hours: float) -> Part:
    """Worker processes that grow with requests and are replaced after a number of them (gunicorn's max_requests).

    size: bytes one worker grows by until it is replaced, after so many hours of mean load; all start at once, and
    fall out of step
    """
    uneven = rng.uniform(0.05, 0.3)

    def part(life: Life) -> Floats:
        done = life.work / hours
        total = np.zeros(life.times.size)
        for _ in range(workers):
            lengths = np.maximum(1 + uneven * life.rng.standard_normal(int(done[-1] * 1.5) + 4), 0.3)
            ends = np.cumsum(lengths)
            cycle = np.minimum(np.searchsorted(ends, done, side="right"), lengths.size - 1)
            total += size * np.clip(done - (ends[cycle] - lengths[cycle]), 0.0, 1.5)
        return total

    return part


def ramp(size: float, start: float, hours: float) -> Part:
    """Straight growth over some hours from a point in time (unix s) on, then no more: an import, an index, a table."""

    def part(life: Life) -> Floats:
        grown: Floats = size * np.clip((life.times - start) / HOUR / hours, 0.0, 1.0)
        return grown

    return part
