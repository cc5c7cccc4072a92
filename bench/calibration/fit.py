"""Fits the coefficients: first of lifetimes, then of workloads, then the widths of growth's interval."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import minimize

from bench.calibration.cases import Case
from detectors.coefficients import LIFETIME, UNTOLD_PROBABILITY, WORKLOAD
from detectors.panel import Bools, Floats, Ints

# What a figure must mean: positive speaks for a leak. The offset of whole days has no meaning of its own.
_FREE = frozenset({"whole_days"})
_PENALTY = 0.5
_ROUNDS = 8
_COVERAGE = 0.8
_CONTRADICTED = -4.0
# Of so many workloads the plainest lifetime misleads, whatever the others say: without that, a single one that is
# plainly misjudged holds down a weight that serves all others (Copas, "Binary regression models for contaminated
# data", Journal of the Royal Statistical Society B 50, 1988).
_BEYOND_TELLING = 0.02


def fit_lifetimes(cases: Sequence[Case]) -> tuple[float, Floats]:
    """Intercept and weights of a lifetime's figures.

    Which of a workload's lifetimes leaks is not labelled; the one that speaks most plainly for a leak stands for it,
    chosen anew in each round (multiple-instance learning: Dietterich and others, Artificial Intelligence 89, 1997).
    Signs are held to what each figure must mean.
    """
    told = [case for case in cases if case.figures.shape[0] and case.weight > 0]
    figures = np.vstack([case.figures for case in told])
    owner = np.repeat(np.arange(len(told)), [case.figures.shape[0] for case in told])
    leaks, weight = _truth(told)
    signs = np.array([0 if name in _FREE else -1 if name == "refills" else 1 for name in LIFETIME.names])
    intercept, weights = LIFETIME.intercept, LIFETIME.weights
    for _ in range(_ROUNDS):
        plainest = _plainest(intercept + figures @ weights, owner)
        intercept, weights = _logistic(figures[plainest], leaks, weight, signs)
    return intercept, weights


def fit_workloads(cases: Sequence[Case], intercept: float, weights: Floats) -> Floats:
    """The weights of what lifetimes say laid over each other, shape (2,), of the workloads that are judged.

    What the plainest lifetime says is added as it is.
    """
    told = [case for case in cases if case.weight > 0 and is_judged(case)]
    leaks, weight = _truth(told)
    plain = np.array([plainest(case, intercept, weights) for case in told])
    pooled = np.array([case.pooled for case in told])

    def loss(beta: Floats) -> float:
        p = _BEYOND_TELLING + (1 - 2 * _BEYOND_TELLING) * _logistic_of(plain + (pooled * beta).sum(axis=1))
        return float(-(weight * np.where(leaks > 0, np.log(p), np.log1p(-p))).sum() + _PENALTY * (beta**2).sum())

    found: Floats = minimize(loss, np.full(2, 0.5), method="L-BFGS-B", bounds=[(0.0, None)] * 2).x
    return found


def probabilities(cases: Sequence[Case], lifetime: tuple[float, Floats], workload: Floats) -> Floats:
    """The probability of each case with some coefficients, shape (cases,)."""
    told = np.array([is_judged(case) for case in cases])
    plain = np.array([plainest(case, *lifetime) for case in cases])
    pooled = np.array([case.pooled for case in cases])
    return np.where(told, _logistic_of(plain + (pooled * workload).sum(axis=1)), UNTOLD_PROBABILITY)


def is_judged(case: Case) -> bool:
    """Whether anything can be told: a lifetime is long enough, or several speak together."""
    return case.told > 0 or max(case.pooled) > 0


def plainest(case: Case, intercept: float, weights: Floats) -> float:
    """Log-odds of the lifetime that speaks most plainly; plainly against where growth comes near nothing in time."""
    if not case.told:
        return WORKLOAD.untold
    if not case.figures.shape[0]:
        return _CONTRADICTED
    return float((intercept + case.figures @ weights).max())


def fit_growth(cases: Sequence[Case]) -> tuple[float, float]:
    """The widths (detectors.coefficients.GrowthCoefficients) whose interval holds 80 of 100 true rates, and does so
    alike where the estimate is sharp and where it is not."""
    known = np.array([case.growth for case in cases if case.growth is not None and case.weight > 0])
    error, spread = np.abs(np.log(known[:, 0] / known[:, 2])), known[:, 1]
    sharp = spread <= np.median(spread)
    parts = [part for part in (sharp, ~sharp) if part.any()]  # all are sharp where all are alike
    best = (np.inf, 0.0, 0.0)
    for proportional in np.arange(0.02, 0.4, 0.01):
        for per_estimate in np.arange(0.0, 4.0, 0.1):
            inside = error <= np.sqrt(proportional**2 + (per_estimate * spread) ** 2)
            miss = sum(abs(float(inside[part].mean()) - _COVERAGE) for part in parts)
            best = min(best, (miss, float(proportional), float(per_estimate)))
    return best[1], best[2]


def _logistic_of(odds: Floats) -> Floats:
    p: Floats = 1 / (1 + np.exp(-np.clip(odds, -30.0, 30.0)))
    return p


def _truth(cases: Sequence[Case]) -> tuple[Floats, Floats]:
    return np.array([case.leak for case in cases], dtype=np.float64), np.array([case.weight for case in cases])


def _plainest(odds: Floats, owner: Ints) -> Ints:
    order = np.lexsort((-odds, owner))
    first: Bools = np.diff(owner[order], prepend=-1) != 0
    return order[first]


def _logistic(figures: Floats, leaks: Floats, weight: Floats, signs: Ints) -> tuple[float, Floats]:
    """Penalised logistic regression on figures in units of their spread, signs held where they are not 0."""
    spread = figures.std(axis=0) + 1e-9
    scaled = figures / spread

    def loss(beta: Floats) -> tuple[float, Floats]:
        odds = np.clip(beta[0] + scaled @ beta[1:], -30.0, 30.0)
        p = 1 / (1 + np.exp(-odds))
        surprise = -(weight * np.where(leaks > 0, np.log(p), np.log1p(-p))).sum()
        slope = weight * (p - leaks)
        gradient = np.concatenate(([slope.sum()], scaled.T @ slope + 2 * _PENALTY * beta[1:]))
        return float(surprise + _PENALTY * (beta[1:] ** 2).sum()), gradient

    bounds = [(None, None), *((None, None) if s == 0 else (0.0, None) if s > 0 else (None, 0.0) for s in signs)]
    found = minimize(loss, np.zeros(figures.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=bounds).x
    return float(found[0]), found[1:] / spread


def rounded(values: Mapping[str, float]) -> dict[str, float]:
    """Two decimals: more would claim what the data do not know."""
    return {name: round(float(value), 2) for name, value in values.items()}
