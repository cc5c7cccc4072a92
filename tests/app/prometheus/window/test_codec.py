"""Arrays that are kept come back bit for bit, in the shortest form that can do so."""

import numpy as np
import pytest

from app.prometheus.window.codec import DOUBLE, RUNS, SINGLE, decoded, encoded

PAGES = 4096.0 * np.arange(1, 241).reshape(4, 60)


@pytest.mark.parametrize(
    ("values", "form"),
    [
        (np.full((4, 60), np.nan), RUNS),
        (np.repeat([[1e9], [np.nan], [0.0], [-0.0]], 60, axis=1), RUNS),
        (PAGES, SINGLE),
        (np.where(PAGES % 12_288 == 0, np.nan, PAGES), SINGLE),
        (PAGES + 2.0**60, DOUBLE),
        (PAGES + 0.1, DOUBLE),
        (PAGES * 1e300, DOUBLE),
        (np.asfortranarray(PAGES), SINGLE),
        (np.empty((0, 60)), SINGLE),
        (np.empty((4, 0)), SINGLE),
    ],
    ids=[
        "nothing",
        "constant",
        "pages",
        "gaps",
        "huge",
        "odd",
        "beyond 32 bits",
        "columns first",
        "no rows",
        "no steps",
    ],
)
def test_comes_back_bit_for_bit(values, form):
    told, data = encoded(values)
    back = decoded(told, memoryview(data), values.shape)
    assert told == form
    assert back.dtype == np.float64
    assert back.tobytes() == np.ascontiguousarray(values).tobytes()


@pytest.mark.parametrize("form", [RUNS, SINGLE, DOUBLE, "other"])
def test_bytes_of_another_array_are_refused(form):
    with pytest.raises(ValueError, match=r"fill the array|no form"):
        decoded(form, memoryview(bytes(24)), (4, 60))
