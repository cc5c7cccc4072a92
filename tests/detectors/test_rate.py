"""A rate of growth with its interval: bytes/hour."""

import numpy as np
import pytest

from detectors.rate import of_both, widened

SURE, OPEN = (10.0, 9.9, 10.1), (10.0, 2.0, 50.0)
NONE = (float("nan"),) * 3


@pytest.mark.parametrize(
    ("rate", "low", "high"), [(10.0, 10.0, 10.0), (10.0, 5.0, 20.0), (10.0, -5.0, 40.0), (10.0, 10.0, 1e9)]
)
def test_an_interval_is_widened_by_what_no_number_of_samples_averages_out(rate, low, high):
    middle, wide_low, wide_high = widened(rate, low, high)
    assert 0 < wide_low < middle == rate < wide_high < np.inf
    assert wide_low * wide_high == pytest.approx(rate**2)


def test_a_wider_estimate_gives_a_wider_interval():
    widths = [np.ptp(widened(10.0, 10.0 - half, 10.0 + half)) for half in (0.0, 1.0, 3.0)]
    assert widths == sorted(widths)
    assert widths[0] > 0


@pytest.mark.parametrize("rate", [0.0, -2.0])
def test_where_nothing_grows_the_interval_is_that_of_the_estimate(rate):
    assert widened(rate, rate - 1, rate + 1) == (rate, rate - 1, rate + 1)


def _times(rate, factor):
    return tuple(one * factor for one in rate)


@pytest.mark.parametrize(
    ("of_others", "own", "least", "most"),
    [
        (SURE, SURE, 10.0, 10.0),
        (SURE, _times(SURE, 2.0), 15.0, 19.0),
        (OPEN, _times(SURE, 2.0), 18.0, 20.0),
        (SURE, _times(OPEN, 2.0), 10.5, 13.0),
        ((10.0, -5.0, 20.0), _times(SURE, 2.0), 10.0, 10.0),
        (SURE, (20.0, -5.0, 50.0), 10.0, 10.0),
        (SURE, NONE, 10.0, 10.0),
    ],
    ids=[
        "both say the same",
        "this one leaks twice as fast as others did",
        "others leave it open",
        "it is open itself",
        "others may not grow at all",
        "it may not grow itself",
        "nothing is known of itself",
    ],
)
def test_a_life_leaks_as_others_did_and_as_it_does_itself(of_others, own, least, most):
    rate, low, high = of_both(of_others, own)
    assert least - 1e-9 <= rate <= most + 1e-9
    assert low < rate < high


def test_two_that_say_the_same_are_surer_than_the_surer_one_alone_would_be_of_another_life():
    _, low, high = of_both(SURE, SURE)
    _, low_alone, high_alone = of_both(SURE, _times(OPEN, 1.0))
    assert high / low < high_alone / low_alone


def test_a_young_life_counts_less():
    own = _times(SURE, 2.0)
    rates = [of_both(SURE, own, young)[0] for young in (1.0, 2.0, 8.0)]
    assert 10.0 < rates[2] < rates[1] < rates[0] < 20.0


def test_two_that_contradict_each_other_leave_more_open():
    _, low, high = of_both(SURE, SURE)
    _, low_apart, high_apart = of_both(SURE, _times(SURE, 10.0))
    assert high_apart / low_apart > 2 * high / low
