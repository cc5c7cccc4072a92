"""Arithmetic on rows that end in NaN: what the figures of many series at once are made of."""

import numpy as np

from detectors.panel import Bools, Floats, Ints

# Keeps quotients of nothing by nothing finite; far below any byte or core that counts.
TINY = 1e-12


def centred(values: Floats, known: Bools) -> Floats:
    """The values less their row's mean, 0 where unknown. Both of shape (series, points)."""
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    mean = np.where(known, values, 0.0).sum(axis=1, keepdims=True) / count
    return np.where(known, values - mean, 0.0)


def dot(first: Floats, second: Floats) -> Floats:
    """The inner product of each row, shape (series, 1)."""
    product: Floats = np.einsum("ij,ij->i", first, second)[:, None]
    return product


def correlation_of_neighbours(residual: Floats) -> Floats:
    """The first-order autocorrelation of each row, 0 to 0.9, shape (series,). residual: centred, 0 where unknown."""
    power = np.einsum("ij,ij->i", residual, residual)
    lagged = np.einsum("ij,ij->i", residual[:, 1:], residual[:, :-1])
    r: Floats = np.clip(np.where(power > 0, lagged / np.maximum(power, TINY), 0.0), 0.0, 0.9)
    return r


def from_point(values: Floats, start: Ints, count: Ints) -> Floats:
    """The values from point `start` (shape (series,)) on, packed to the left, NaN after."""
    index = np.arange(values.shape[1]) + start[:, None]
    inside = index < count[:, None]
    return np.where(inside, np.take_along_axis(values, np.minimum(index, values.shape[1] - 1), axis=1), np.nan)


def from_chosen(values: Floats, chosen: Bools) -> Floats:
    """The chosen values of each row, packed to the left, NaN after. Both of shape (series, points)."""
    order = np.argsort(~chosen, axis=1, kind="stable")
    inside = np.take_along_axis(chosen, order, axis=1)
    return np.where(inside, np.take_along_axis(values, order, axis=1), np.nan)


def last_of(values: Floats, count: Ints) -> Floats:
    """The last of the first `count` points of each row, shape (series,)."""
    last: Floats = values[np.arange(values.shape[0]), np.maximum(count - 1, 0)]
    return last
