"""Lives of one workload laid over each other by age, with one load for all: a day's life and a night's tell it apart.

A life of half a day sees its load rise or fall and no more, so that by itself it cannot tell growth from load. The
program is the same in each of them: so many bytes a core, so much warm-up, so fast a leak. Lives that see their load
rise and lives that see it fall tell the three apart together.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np

from detectors.load import running_mean
from detectors.panel import Bools, Floats, Ints
from detectors.rows import TINY, centred, correlation_of_neighbours

# Memory follows load at once or lags behind it; or it keeps what its highest load took, and gives it back late if ever.
_FOLLOWS = (1.0, 0.4, 0.15)
_RELEASES = (0.0, 0.03, 0.1)
# How fast what levels off does so, as shares of the longest life seen: the slowest has lost three quarters of its rate
# by then. The quickest is a start, which may come before growth of either kind.
_TIMES_TO_SATURATE = (1 / 16, 1 / 8, 1 / 4, 5 / 12, 0.7)
_LEAST_KNOWN = 0.8
# Residuals smaller than this share of the level are rounding.
_ROUNDING = 1e-5
# What lives hardly see, as the warm-up of one that is weeks old, they say nothing of: as a share of what all see of it.
_LEAST_SHOWN = 0.2
# Keeps parts that are the same from being told apart; far below what any of them explains.
_RIDGE = 1e-9


@dataclass(frozen=True, slots=True)
class _Parts:
    """What may explain memory: shape (parts, lives, blocks), centred within lives, 0 where unknown, all of one size.

    memory: the same of memory, shape (lives, blocks); loads, warm_ups, growths: which parts are which
    """

    memory: Floats
    values: Floats
    loads: range
    warm_ups: range
    growths: range

    @classmethod
    def of(cls, age: Floats, memory: Floats, cpu: Floats, known: Bools) -> Self:
        loads, warm_ups = list(_loads(cpu, known)), _warm_ups(age, known)
        growths = [centred(clock, known) for clock in _clocks(age, cpu, known)]
        values = np.stack([*loads, *warm_ups, *growths])
        size = np.sqrt(np.einsum("plb,plb->p", values, values))
        first, second = len(loads), len(loads) + len(warm_ups)
        return cls(
            memory=centred(memory, known),
            values=values / np.maximum(size, TINY)[:, None, None],
            loads=range(first),
            warm_ups=range(first, second),
            growths=range(second, len(values)),
        )

    def levelling_off(self, lives: Bools | slice = slice(None)) -> "_Fit":
        """The best of load, a start and growth that levels off, as some of the lives show them."""
        return self._best(_all_of(self.loads, self.warm_ups[:1], self.warm_ups[1:]), lives)

    def going_on(self) -> "_Fit":
        """The best of load, a start and growth that goes on, in this order."""
        return self._best(_all_of(self.loads, self.warm_ups[:1], self.growths), slice(None))

    def explained(self, fit: "_Fit", first: int | None = None) -> Floats:
        """What a fit's parts, or the first of them, explain of each life, shape (lives, blocks)."""
        explained: Floats = np.tensordot(fit.weights[:first], self.values[fit.parts[:first]], axes=1)
        return explained

    def _best(self, models: Ints, lives: Bools | slice) -> "_Fit":
        # From inner products alone: what a model costs does not depend on how many lives there are.
        values, y = self.values[:, lives].reshape(len(self.values), -1), self.memory[lives].reshape(-1)
        gram, moment = values @ values.T, values @ y
        shown = np.diag(gram) >= _LEAST_SHOWN
        gram, moment = np.where(shown[:, None] & shown, gram, 0.0), np.where(shown, moment, 0.0)
        weights, error = _least_squares(gram, moment, float(y @ y), models)
        best = int(error.argmin())
        return _Fit(models[best], weights[best], float(error[best]))


@dataclass(frozen=True, slots=True)
class _Fit:
    """parts: which explain memory; weights: how much of each, both of shape (parts,); error: the squares they leave"""

    parts: Ints
    weights: Floats
    error: float


@dataclass(frozen=True, slots=True)
class Overlay:
    """What lives say together.

    adjusted: shares of each life's level, shape (lives, blocks), with load and warm-up taken off; NaN where unknown
    log_odds: by how much growth that goes on explains them better than load, and growth that levels off, do
    """

    adjusted: Floats
    log_odds: float
    parts: _Parts
    memory: Floats

    def left_by_others(self, generation: Ints) -> Floats:
        """What is left of each generation's lives by load, and by growth that levels off, as all others show them.

        generation: shape (lives,). Shares of a life's level, shape (lives, blocks), NaN where unknown.
        """
        left = self.memory.copy()
        for one in np.unique(generation):
            own = generation == one
            left[own] -= self.parts.explained(self.parts.levelling_off(~own))[own]
        return left


def overlay(age: Floats, memory: Floats, cpu: Floats) -> Overlay:
    """Explain all lives by one model each way, and compare.

    age: hours since a life began; memory: shares of its level; cpu: cores; all of shape (lives, blocks), NaN where
    unknown. Each life has a level of its own; what is explained within lives (Mundlak, Econometrica 46, 1978) is one
    multiple each, never negative, of load in one of the forms in which memory follows it, of a quick start, and of
    either growth that goes on, by the clock or by the work done, or growth that levels off at one age in all.
    The odds are those of likelihoods, the error's logarithm times half the effective number of points (Bayley and
    Hammersley 1946). Where CPU is unknown load explains nothing.
    """
    known = np.isfinite(memory) & np.isfinite(age)
    parts = _Parts.of(age, memory, cpu, known)
    ends, goes_on = parts.levelling_off(), parts.going_on()
    points = float(known.sum())
    r = correlation_of_neighbours(parts.memory - parts.explained(goes_on)).mean()
    rounding = points * _ROUNDING**2
    better = np.log((ends.error + rounding) / (goes_on.error + rounding))
    memory = np.where(known, memory, np.nan)
    return Overlay(
        adjusted=memory - parts.explained(goes_on, first=2),
        log_odds=float(0.5 * points * (1 - r) / (1 + r) * better),
        parts=parts,
        memory=memory,
    )


def _all_of(*parts: range) -> Ints:
    """Each combination of one part of each kind, shape (combinations, kinds)."""
    return np.array(list(itertools.product(*parts)), dtype=np.int64)


def _least_squares(gram: Floats, moment: Floats, total: float, models: Ints) -> tuple[Floats, Floats]:
    """Weights, none negative, of each model's parts, shape (models, parts), and the squares that each leaves.

    The best of all choices of parts whose own solution is not negative (Lawson and Hanson, Solving Least Squares
    Problems, 1974, 23): there are seven choices of three. gram: inner products of all parts; moment: with memory;
    total: memory with itself.
    """
    weights, error = np.zeros(models.shape), np.full(len(models), total)
    for many in range(1, models.shape[1] + 1):
        for chosen in itertools.combinations(range(models.shape[1]), many):
            parts = models[:, list(chosen)]
            inner = gram[parts[:, :, None], parts[:, None, :]] + _RIDGE * np.eye(many)
            found = np.linalg.solve(inner, moment[parts][:, :, None])[:, :, 0]
            left = np.maximum(total - (found * moment[parts]).sum(axis=1), 0.0)
            better = (found >= 0).all(axis=1) & (left < error)
            error = np.where(better, left, error)
            fuller = np.zeros(models.shape)
            fuller[:, list(chosen)] = found
            weights = np.where(better[:, None], fuller, weights)
    return weights, error


def _warm_ups(age: Floats, known: Bools) -> list[Floats]:
    """Growth that levels off, the quickest first, centred within lives."""
    seen = np.fmax.reduce(np.where(known, age, -np.inf), axis=1) - np.fmin.reduce(np.where(known, age, np.inf), axis=1)
    span = max(float(seen.max(initial=0.0)), TINY)
    return [centred(1 - np.exp(-age / (span * share)), known) for share in _TIMES_TO_SATURATE]


def _clocks(age: Floats, cpu: Floats, known: Bools) -> list[Floats]:
    """What growth goes along with: age, and the work done since the life began where CPU tells it."""
    load = np.where(known & np.isfinite(cpu), cpu, 0.0)
    return [age, np.cumsum(load, axis=1)] if load.any() else [age]


def _loads(cpu: Floats, known: Bools) -> Iterator[Floats]:
    """Load in each form in which memory follows it, centred within lives."""
    told = known & np.isfinite(cpu)
    if told.sum() < _LEAST_KNOWN * known.sum():
        yield np.zeros(known.shape)
        return
    for weight in _FOLLOWS:
        yield centred(np.where(told, running_mean(cpu, weight), 0.0), told)
    for release in _RELEASES:
        yield centred(_held(np.where(told, cpu, np.nan), release), told)


def _held(cpu: Floats, release: float) -> Floats:
    """The highest load so far; of what lies above the present one this share is let go each block that is known."""
    held = np.fmax.accumulate(cpu, axis=1)
    if release > 0.0:
        for block in range(1, cpu.shape[1]):
            now, before = cpu[:, block], held[:, block - 1]
            let_go = np.fmax(now, before + release * (now - before))
            held[:, block] = np.where(np.isfinite(let_go), let_go, before)
    return held
