"""Which memory limit was in force at which time."""

import numpy as np
import pytest

from app.prometheus.limits import ToldLimits

_NAN = np.nan


def _told(state, cadvisor):
    return ToldLimits(np.array([state], dtype=np.float64), np.array([cadvisor], dtype=np.float64))


@pytest.mark.parametrize(
    ("state", "cadvisor", "limits"),
    [
        ([1, 1, 1, 2, 2], [9, 9, 9, 9, 9], [1, 1, 2, 2]),
        ([_NAN] * 5, [9, 9, 8, 8, 8], [9, 8, 8, 8]),
        ([1, _NAN, _NAN, _NAN, _NAN], [9, 9, 9, 9, 9], [1, 9, 9, 9]),
        ([_NAN] * 5, [_NAN, 9, _NAN, _NAN, _NAN], [9, 9, _NAN, _NAN]),
        ([_NAN] * 5, [0.0] * 5, [_NAN] * 4),
        ([2.0**63] * 5, [9] * 5, [_NAN] * 4),
    ],
    ids=["changed", "cAdvisor alone", "state left the window", "left the window", "zero is none", "endless is none"],
)
def test_the_limit_of_a_window_is_the_last_told_in_it(state, cadvisor, limits):
    told = _told(state, cadvisor)
    np.testing.assert_equal(told.at(np.array([1, 2, 3, 4]), 2)[:, 0], limits)


def test_the_latest_is_that_of_a_window_over_all():
    told = _told([1, 1, _NAN, 2, _NAN], [9] * 5)
    np.testing.assert_equal(told.latest(), told.at(np.array([4]), 5)[0])


def test_no_columns_have_no_limit():
    np.testing.assert_equal(ToldLimits(np.zeros((2, 0)), np.zeros((2, 0))).latest(), [_NAN, _NAN])
