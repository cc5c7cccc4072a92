"""Traffic: what one replica is asked to do over time, relative to its mean in the window."""

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from bench.scenarios.clock import DAY, HOUR, Clock
from bench.scenarios.rng import between, pick, spread
from detectors.panel import Floats


@dataclass(slots=True)
class Traffic:
    """How traffic goes over the day and the week.

    peak_ratio: the busiest hour against the quietest of a weekday
    weekend: what weekends have of a weekday
    shift_hours: what the calendar is ahead of the window's start; 0 is midnight from Sunday to Monday
    ramp: by how much traffic has grown at the window's end, relative to its start
    """

    peak_ratio: float
    peak_hour: float
    sharpness: float
    weekend: float
    shift_hours: float
    noise: float
    noise_hours: float
    bursts_a_day: float
    ramp: float = 0.0


def draw_traffic(rng: np.random.Generator, peak_ratio: tuple[float, float] | None = None) -> Traffic:
    """Traffic of some service; without `peak_ratio` anything from none of a day's rhythm to tenfold peaks."""
    if peak_ratio is None:
        ratio = pick(rng, [1.0, spread(rng, 1.2, 3.0), spread(rng, 3.0, 10.0)], [0.35, 0.4, 0.25])
    else:
        ratio = spread(rng, *peak_ratio)
    return Traffic(
        peak_ratio=ratio,
        peak_hour=between(rng, 0, 24),
        sharpness=between(rng, 0.7, 2.5),
        weekend=pick(rng, [1.0, between(rng, 0.2, 0.9), between(rng, 1.05, 1.6)], [0.45, 0.45, 0.1]),
        shift_hours=between(rng, 0, 168),
        noise=spread(rng, 0.01, 0.25),
        noise_hours=spread(rng, 0.02, 1.0),
        bursts_a_day=pick(rng, [0.0, spread(rng, 0.3, 6.0)], [0.6, 0.4]),
    )


def requests(rng: np.random.Generator, clock: Clock, traffic: Traffic) -> Floats:
    """Load over the clock's times, shape (n,), never negative, with a mean of 1 within the window."""
    local = (clock.times - clock.start) / HOUR + traffic.shift_hours
    wave = ((1 + np.cos(2 * np.pi * (local - traffic.peak_hour) / 24)) / 2) ** traffic.sharpness
    load = (1 + (traffic.peak_ratio - 1) * wave) * _weekends(local, traffic.weekend)
    load *= np.exp(traffic.noise * autoregressive(rng, clock, traffic.noise_hours))
    load *= 1 + _bursts(rng, clock, traffic.bursts_a_day)
    if traffic.ramp:
        share = np.clip((clock.times - clock.start) / (clock.end - clock.start), -1.0, 1.0)
        load *= np.maximum(1 + traffic.ramp * share, 0.15)
    relative: Floats = load / load[clock.first :].mean()
    return relative


def autoregressive(rng: np.random.Generator, clock: Clock, hours: float) -> Floats:
    """Noise of standard deviation 1 which remembers so many hours, shape (n,)."""
    steps = hours * HOUR / clock.grid.step
    keep = float(np.exp(-1.0 / max(steps, 0.2)))
    drive = rng.standard_normal(clock.times.size) * np.sqrt(1 - keep**2)
    return np.asarray(lfilter([1.0], [1.0, -keep], drive), dtype=np.float64)


def _weekends(local: Floats, share: float) -> Floats:
    """The factor of each day, passing from one to the next within about six hours of midnight."""
    if share == 1.0:
        return np.ones_like(local)
    first = np.floor(local[0] / 24) - 1
    days = first + np.arange(int((local[-1] - local[0]) / 24) + 4)
    factor = np.where(days % 7 >= 5, share, 1.0)
    knots = np.concatenate([days * 24 + 3.0, days * 24 + 21.0])
    order = np.argsort(knots)
    smooth: Floats = np.interp(local, knots[order], np.concatenate([factor, factor])[order])
    return smooth


def _bursts(rng: np.random.Generator, clock: Clock, a_day: float) -> Floats:
    total = np.zeros(clock.times.size)
    span = clock.end - clock.times[0]
    count = min(int(rng.poisson(a_day * span / DAY)), 200)
    for at, size, length in zip(
        clock.times[0] + span * rng.random(count),
        rng.exponential(0.6, count),
        rng.exponential(1200, count),
        strict=True,
    ):
        low, high = np.searchsorted(clock.times, [at, at + 6 * length])
        total[low:high] += size * np.exp(-(clock.times[low:high] - at) / (length + 60))
    return total
