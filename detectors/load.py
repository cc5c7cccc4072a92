"""Memory with the load taken off: what the CPU explains is not a leak."""

import numpy as np

from detectors.panel import Bools, Floats
from detectors.rows import TINY, centred, correlation_of_neighbours, dot

# With so few points chance correlates anything; a coefficient is shrunk as if so many points had said "none".
_PRIOR_POINTS = 4.0
# Memory follows load at once, or lags behind it by some hours, as sessions and queues do: weights of a running mean.
_FOLLOWS = (1.0, 0.4, 0.15)
# How much better a lagging load must explain memory before it is preferred to the plain one, in shares of variance.
_PREFERENCE = 0.02
# Slow change is taken out by a line that may bend at these shares of the lifetime before wiggles are compared.
_BENDS = (0.5, 0.75)
# How surely wiggles must contradict the whole before they are believed: variances, of Hausman's comparison.
_DOUBT = 6.0
# Neighbours that were averaged say less than they count.
_SMOOTHED = 1.5
# A hundredth more of CPU is no reason for more than a fifth more of memory: load that hardly varies explains little.
_STEEPEST = 20.0
_LEAST_POINTS = 6
# Load of the day is seldom three times as high at noon as at night: what is so far apart is work of another kind.
LEVELS_APART = 3.0
# What works less than a thousandth of a core stands idle, whatever it does.
IDLE_CORES = 1e-3
_LEAST_KNOWN = 0.8


def without_load(time: Floats, floor: Floats, cpu: Floats) -> Floats:
    """The floor of each lifetime less what its CPU explains, shape (lifetimes, blocks), bytes.

    time: hours; floor: bytes; cpu: cores; all of that shape, NaN where unknown.

    Two estimates of bytes per core are made: of the whole (all growth that goes with CPU is given to load), and of the
    wiggles alone, slow change removed from both (Frisch and Waugh, Econometrica 1, 1933). A slow leak spoils the first
    and not the second; noise in CPU spoils the second more. The wiggles are believed as far as they contradict the
    whole by more than their own error (Hausman, Econometrica 46, 1978); where they cannot tell, load gets it all.
    Never negative, and shrunk where the fit may be chance. Where CPU is unknown the floor is returned as it is.
    """
    known = np.isfinite(floor)
    told = known & np.isfinite(cpu)
    points = known.sum(axis=1, keepdims=True).astype(np.float64)
    usable = (points >= _LEAST_POINTS) & (told.sum(axis=1, keepdims=True) >= _LEAST_KNOWN * points)
    load = np.where(told, cpu, np.where(known, _mean(cpu, told), np.nan))
    slow = _slow_change(time, known)
    memory = centred(floor, known)
    wiggles = _without(slow, centred(_smoothed(floor, known), known), known)
    best = np.full(points.shape, -np.inf)
    explained = np.zeros(floor.shape)
    for weight in _FOLLOWS:
        follows = running_mean(load, weight)
        per_core, fit = _bytes_per_core(memory, wiggles, follows, slow, known, points)
        per_core = np.minimum(per_core, _STEEPEST * _mean(floor, known) / np.maximum(_mean(follows, known), TINY))
        better = fit > best + (_PREFERENCE if np.isfinite(best).all() else 0.0)
        best = np.where(better, fit, best)
        explained = np.where(better, per_core * centred(follows, known), explained)
    return np.where(known, floor - np.where(usable, explained, 0.0), np.nan)


def _bytes_per_core(
    memory: Floats, wiggles: Floats, load: Floats, slow: Floats, known: Bools, points: Floats
) -> tuple[Floats, Floats]:
    """Bytes of memory a core of load, and how much of the wiggles' variance it explains; shape (lifetimes, 1)."""
    whole = centred(load, known)
    fast = _without(slow, centred(_smoothed(load, known), known), known)
    by_whole = np.maximum(dot(whole, memory) / np.maximum(dot(whole, whole), TINY), 0.0)
    by_wiggles = dot(fast, wiggles) / np.maximum(dot(fast, fast), TINY)
    residual = wiggles - by_wiggles * fast
    left = dot(residual, residual)
    r = correlation_of_neighbours(residual)[:, None]
    inflation = _SMOOTHED * (1 + r) / (1 - r)
    variance = left / np.maximum(points - 2 - len(_BENDS), 1.0) * inflation / np.maximum(dot(fast, fast), TINY)
    fit_of_wiggles = 1 - left / np.maximum(dot(wiggles, wiggles), TINY)
    fit_of_whole = dot(whole, memory) ** 2 / np.maximum(dot(whole, whole) * dot(memory, memory), TINY)
    effective = np.maximum(points / inflation, 1.0)
    by_wiggles = np.maximum(by_wiggles, 0.0)
    contradiction = (by_whole - by_wiggles) ** 2
    belief = contradiction / (contradiction + _DOUBT * variance + TINY**2)
    per_core = belief * by_wiggles * _shrinkage(fit_of_wiggles, effective)
    return per_core + (1 - belief) * by_whole * _shrinkage(fit_of_whole, effective), fit_of_wiggles


def _shrinkage(fit: Floats, points: Floats) -> Floats:
    return fit * points / (fit * points + _PRIOR_POINTS * (1 - fit) + TINY)


def _mean(values: Floats, known: Bools) -> Floats:
    total = np.where(known, values, 0.0).sum(axis=1, keepdims=True)
    mean: Floats = total / np.maximum(known.sum(axis=1, keepdims=True), 1)
    return mean


def running_mean(load: Floats, weight: float) -> Floats:
    """The exponentially weighted mean of the load so far; a hole starts it anew."""
    if weight == 1.0:
        return load
    mean = load.copy()
    for block in range(1, load.shape[1]):
        before = mean[:, block - 1]
        mixed = weight * mean[:, block] + (1 - weight) * before
        mean[:, block] = np.where(np.isfinite(before), mixed, mean[:, block])
    return mean


def _smoothed(values: Floats, known: Bools) -> Floats:
    """The mean of each value and its known neighbours: a block's CPU is noisy, and noise hides what goes with it."""
    total = np.where(known, values, 0.0)
    count = known.astype(np.float64)
    mean, seen = total.copy(), count.copy()
    mean[:, 1:] += total[:, :-1]
    seen[:, 1:] += count[:, :-1]
    mean[:, :-1] += total[:, 1:]
    seen[:, :-1] += count[:, 1:]
    return np.where(known, mean / np.maximum(seen, 1.0), np.nan)


def _slow_change(time: Floats, known: Bools) -> Floats:
    """An orthonormal basis of slow change, shape (lifetimes, blocks, 2 + bends), 0 where unknown."""
    start = time[:, :1]
    span = np.maximum(np.where(known, time - start, 0.0).max(axis=1, keepdims=True, initial=0.0), TINY)
    share = np.where(known, (time - start) / span, 0.0)
    columns = [np.ones(share.shape), share, *(np.maximum(share - bend, 0.0) for bend in _BENDS)]
    basis = np.where(known[:, :, None], np.stack(columns, axis=2), 0.0)
    orthonormal: Floats = np.linalg.qr(basis)[0]
    return np.where(known[:, :, None], orthonormal, 0.0)


def _without(slow: Floats, values: Floats, known: Bools) -> Floats:
    inner = np.einsum("lbk,lb->lk", slow, values)
    return np.where(known, values - np.einsum("lbk,lk->lb", slow, inner), 0.0)
