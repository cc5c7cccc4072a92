"""What memory does without a cause one could name: drift that turns back, stairs, spikes, held noise.

On real pods most minutes change nothing at all, and half a day moves a healthy process by 0 to 5 %.
"""

import numpy as np
from scipy.signal import lfilter

from bench.scenarios.life import Life, Part
from detectors.panel import Floats


def drift(amplitude: float, memory_hours: float) -> Part:
    """Mean-reverting drift (Ornstein-Uhlenbeck) of a standard deviation in bytes, remembering so many hours."""

    def part(life: Life) -> Floats:
        knots = _knots(life, memory_hours / 6)
        keep = np.exp(-1 / 6)
        drive = life.rng.standard_normal(knots.size) * np.sqrt(1 - keep**2)
        start = life.rng.standard_normal(1) * keep
        values, _ = lfilter([1.0], [1.0, -keep], drive, zi=start)
        moved: Floats = np.interp(life.hours, knots, values * amplitude)
        return moved

    return part


def walk(reach: float, hours_to_reach: float) -> Part:
    """A random walk that is thrown back at its bounds, bytes 0 to `reach`."""

    def part(life: Life) -> Floats:
        knots = _knots(life, 0.25)
        increments = life.rng.standard_normal(knots.size) * reach * np.sqrt(0.25 / hours_to_reach)
        values = _fold(life.rng.uniform(0, reach) + np.cumsum(increments), reach)
        return np.interp(life.hours, knots, values)

    return part


def stairs(reach: float, every_hours: float) -> Part:
    """Sudden steps, up and down, at rest in between, that stay within 0 to `reach` bytes."""

    def part(life: Life) -> Floats:
        span = max(float(life.hours[-1]), 0.0)
        count = int(life.rng.poisson(span / every_hours))
        when = np.sort(life.rng.uniform(0, span, count))
        jumps = life.rng.standard_t(3, count) * reach / 4
        levels = _fold(life.rng.uniform(0, reach) + np.concatenate([[0.0], np.cumsum(jumps)]), reach)
        return levels[np.searchsorted(when, life.hours)]

    return part


def spikes(size: float, a_day: float, minutes: float) -> Part:
    """Short peaks of a few minutes: a debug dump, a backup, a large request."""

    def part(life: Life) -> Floats:
        total = np.zeros(life.times.size)
        span = float(life.hours[-1])
        count = min(int(life.rng.poisson(max(span, 0) * a_day / 24)), 500)
        for at in life.rng.uniform(0, max(span, 1e-9), count):
            low, high = np.searchsorted(life.hours, [at, at + life.rng.exponential(minutes / 60) + 1 / 60])
            total[low:high] += size * life.rng.exponential()
        return total

    return part


def jitter(amplitude: float, changes: float) -> Part:
    """Noise of a standard deviation in bytes which is held until, with a probability each step, it changes."""

    def part(life: Life) -> Floats:
        fresh = life.rng.random(life.times.size) < changes
        values = life.rng.standard_normal(life.times.size) * amplitude
        last = np.maximum.accumulate(np.where(fresh, np.arange(fresh.size), 0))
        return values[last]

    return part


def _knots(life: Life, spacing_hours: float) -> Floats:
    low, high = float(life.hours[0]), float(life.hours[-1])
    return np.linspace(low, high, max(2, min(int((high - low) / spacing_hours) + 2, 20_000)))


def _fold(values: Floats, reach: float) -> Floats:
    if reach <= 0:
        return np.zeros_like(values)
    turned = np.mod(values, 2 * reach)
    return np.where(turned > reach, 2 * reach - turned, turned)
