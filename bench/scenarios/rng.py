"""Random numbers that are the same for ever: seeded by a stable hash, drawn in bytes, hours and ratios."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def generator(family: str, seed: int, attempt: int = 0) -> np.random.Generator:
    """The generator of one scenario; Python's own hash() differs from process to process, so it is not used."""
    digest = hashlib.blake2b(f"{family}/{seed}/{attempt}".encode(), digest_size=16).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big")))


def between(rng: np.random.Generator, low: float, high: float) -> float:
    """Uniform between the two; `low` gives way to `high`."""
    return float(rng.uniform(min(low, high), high))


def spread(rng: np.random.Generator, low: float, high: float) -> float:
    """Uniform in the logarithm, for what varies by orders of magnitude; bounds above 0, `low` gives way to `high`."""
    return float(np.exp(rng.uniform(np.log(min(low, high)), np.log(high))))


def chance(rng: np.random.Generator, probability: float) -> bool:
    """True with the probability given."""
    return bool(rng.random() < probability)


def pick(rng: np.random.Generator, choices: Sequence[T], weights: Sequence[float] | None = None) -> T:
    """One of the choices."""
    if weights is None:
        return choices[int(rng.integers(len(choices)))]
    edges = np.cumsum(weights)
    return choices[min(int(np.searchsorted(edges, rng.random() * edges[-1])), len(choices) - 1)]
