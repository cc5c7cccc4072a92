"""Order statistics of rows that end in NaN."""

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
