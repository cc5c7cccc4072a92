"""How much is asked for at once."""

import pytest

from app.prometheus.pace import Pace

SLOW = 10.0


def _after(*events):
    """The samples allowed after these: how many seconds an answer took, or None for a refusal."""
    pace = Pace(64_000, SLOW)
    for seconds in events:
        if seconds is None:
            pace.refused()
        else:
            pace.answered(seconds)
    return pace.samples


@pytest.mark.parametrize(
    ("events", "samples"),
    [
        ([], 64_000),
        ([1.0] * 5, 64_000),
        ([11.0], 32_000),
        ([None], 32_000),
        ([None, 11.0], 16_000),
        ([None] * 50, 1000),
        ([None, 1.0], 36_000),
        ([None, *[1.0] * 6], 64_000),
        ([None] * 50 + [1.0] * 36, 64_000),
    ],
    ids=[
        *("at first", "good answers", "a slow one", "a refusal", "both", "nothing but refusals"),
        *("one good one after", "six after", "back from the least"),
    ],
)
def test_it_halves_at_once_and_comes_back_slowly(events, samples):
    assert _after(*events) == samples


def test_what_was_too_much_is_not_asked_for_again():
    pace = Pace(64_000, SLOW)
    pace.too_large(20_000)
    assert pace.samples == 10_000
    for _ in range(100):
        pace.answered(1.0)
    assert pace.samples == 19_999


def test_it_never_comes_to_nothing():
    pace = Pace(1, SLOW)
    pace.refused()
    pace.too_large(1)
    assert pace.samples == 1
