"""What a core of load holds in memory, as the stable revision shows it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detectors.canary.floors import cut
from detectors.canary.lives import AgedLife
from detectors.panel import Floats
from detectors.rows import TINY

_BLOCK_HOURS = 1 / 6
_LEAST_BLOCKS = 12
_WARM_UP_HOURS = 1.0
# Memory follows load at once, or lags behind it by half an hour.
_FOLLOWS = (1.0, 0.3)
_PREFERENCE = 0.03
# Before anything is known: a service whose load doubles needs about so much more of its memory, give or take.
_USUAL_SHARE = 0.1
_USUAL_ERROR = 0.3
# However well it is measured, another revision need not follow load by exactly as much.
_OTHER_REVISION = 0.2
_MOST_CORRELATED = 0.95


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Bytes that a core in use goes with, never negative, and one standard error of that. known: whether CPU is."""

    bytes_per_core: float
    error: float
    known: bool = True


def sensitivity(stable: Sequence[AgedLife], level: float, cores: float) -> Sensitivity:
    """How memory follows load. level: bytes and cores: CPU of a canary's pod, to which what is usual is scaled.

    CPU is a noisy witness of load, which hides part of what goes with it. Load lasts and noise does not: each block's
    CPU is therefore told by its neighbours' (instrumental variables; Durbin, Review of the International Statistical
    Institute 22, 1954), slow change taken out of both. What that cannot tell is left to what is usual, by its error.
    """
    if not cores > 0:
        return Sensitivity(0.0, 0.0, known=False)
    usual, doubt = _USUAL_SHARE * level / cores, _USUAL_ERROR * level / cores
    measured = _measured(stable)
    if measured is None:
        return Sensitivity(usual, doubt)
    value, error = measured
    weight = doubt**2 / (doubt**2 + error**2)
    mixed = max(weight * value + (1 - weight) * usual, 0.0)
    return Sensitivity(mixed, float(np.hypot(np.sqrt(weight) * error, _OTHER_REVISION * mixed)))


def _measured(stable: Sequence[AgedLife]) -> tuple[float, float] | None:
    blocks = [made for life in stable if (made := _blocks(life)) is not None]
    if not blocks:
        return None
    best: tuple[float, float, float] | None = None
    for weight in _FOLLOWS:
        parts = [part for floor, cpu in blocks if (part := _without_trend(floor, cpu, weight)) is not None]
        if not parts:
            continue
        memory, load, told = (np.concatenate([part[i] for part in parts]) for i in range(3))
        shared = float(told @ load)
        if shared <= 0:
            continue
        value = float(told @ memory) / shared
        left = memory - value * load
        power = float(left @ left)
        r = float(np.clip((left[1:] @ left[:-1]) / max(power, TINY), 0.0, _MOST_CORRELATED))
        error = float(np.sqrt(power / left.size * (told @ told) * (1 + r) / (1 - r))) / shared
        if best is None or power < (1 - _PREFERENCE) * best[0]:
            best = (power, value, error)
    return None if best is None else (best[1], best[2])


def _blocks(life: AgedLife) -> tuple[Floats, Floats] | None:
    begin = max(_WARM_UP_HOURS, float(life.hours[0]))
    count = int((life.age - begin) / _BLOCK_HOURS)
    return None if count < _LEAST_BLOCKS else cut(life, life.age - count * _BLOCK_HOURS, _BLOCK_HOURS, count)


def _without_trend(floor: Floats, cpu: Floats, weight: float) -> tuple[Floats, Floats, Floats] | None:
    """Memory, load, and what the neighbours say of the load, each less a straight line; None with too few blocks."""
    load = _running_mean(cpu, weight)
    told = np.full(cpu.size, np.nan)
    told[1:-1] = (cpu[:-2] + cpu[2:]) / 2
    known = np.isfinite(floor) & np.isfinite(load) & np.isfinite(told)
    if known.sum() < _LEAST_BLOCKS:
        return None
    line = np.linalg.qr(np.column_stack([np.ones(known.sum()), np.flatnonzero(known)]))[0]
    memory, load, told = (values[known] - line @ (line.T @ values[known]) for values in (floor, load, told))
    return memory, load, told


def _running_mean(values: Floats, weight: float) -> Floats:
    """The exponentially weighted mean so far; a hole starts it anew."""
    if weight == 1.0:
        return values
    mean = values.copy()
    for i in range(1, mean.size):
        if np.isfinite(mean[i - 1]):
            mean[i] = weight * values[i] + (1 - weight) * mean[i - 1]
    return mean
