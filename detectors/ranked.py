"""Order statistics of rows that end in NaN, and of a few points."""

from collections.abc import Sequence

import numpy as np

from detectors.panel import Floats, Ints


def median(values: Floats, count: Ints) -> Floats:
    """The median of each row's finite values, shape (series,); NaN for a row with none.

    values: shape (series, points); count: how many of each row are finite, wherever they stand.
    """
    if values.shape[1] == 0:
        return np.full(values.shape[0], np.nan)
    ordered = np.sort(np.where(np.isfinite(values), values, np.nan), axis=1)  # NaN goes last
    rows = np.arange(values.shape[0])
    lower = np.maximum(count - 1, 0) // 2
    upper = np.minimum(np.maximum(count, 1) // 2, values.shape[1] - 1)
    middle: Floats = (ordered[rows, lower] + ordered[rows, upper]) / 2
    return middle


def quantile(values: Floats, count: Ints, share: float) -> Floats:
    """The quantile of each row's finite values, shape (series,), the nearest rank; NaN for a row with none.

    values: shape (series, points), NaN where there is none; count: how many of each row are finite.
    """
    if values.shape[1] == 0:
        return np.full(values.shape[0], np.nan)
    ordered = np.sort(values, axis=1)  # NaN goes last
    place = np.rint(share * np.maximum(count - 1, 0)).astype(np.int64)
    found: Floats = ordered[np.arange(values.shape[0]), place]
    return found


def middle_of(values: Floats) -> float:
    """The median of one series, shape (points,), all finite; NaN for none. numpy's own is slow on a few points."""
    if not values.size:
        return float("nan")
    ordered, half = values.copy(), values.size // 2
    ordered.sort()
    return float(ordered[half] if values.size % 2 else (ordered[half - 1] + ordered[half]) / 2)


def quantiles_of(values: Floats, shares: Sequence[float]) -> list[float]:
    """The quantiles of one series, shape (points,), all finite and not empty, straight between neighbours."""
    ordered = np.sort(values).tolist()
    found = []
    for share in shares:
        place = share * (len(ordered) - 1)
        lower = int(place)
        upper = min(lower + 1, len(ordered) - 1)
        found.append(ordered[lower] + (ordered[upper] - ordered[lower]) * (place - lower))
    return found
