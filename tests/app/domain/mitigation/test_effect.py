"""Whether a leak is gone at the same age."""

import pytest

from app.domain.mitigation.effect import Before, Effect, judge, needed_age
from app.domain.mitigation.model import Sighting

MIB, HOUR = 2**20, 3600.0


def _curve(growth, hours=30, start=200, warm_up=0.0, onset=0.0):
    """A life of before: MiB at each hour, with a warm-up of the first hour and a leak that begins at `onset`."""
    return tuple(
        (one * HOUR, (start + min(one, 1) * warm_up + max(one - onset, 0) * growth) * MIB) for one in range(hours + 1)
    )


def _seen(growth, hours, start=200, warm_up=0.0, verdict="healthy", leaking=None):
    return [
        Sighting(one * HOUR / 2, (start + min(one / 2, 1) * warm_up + growth * one / 2) * MIB, verdict, leaking)
        for one in range(1, 2 * hours + 1)
    ]


LEAK = Before(10.0 * MIB, 500.0 * MIB, _curve(10))


@pytest.mark.parametrize(
    ("before", "sightings", "effect"),
    [
        pytest.param(LEAK, [], Effect.TOO_YOUNG, id="no scan has looked yet"),
        pytest.param(LEAK, _seen(0, 1), Effect.TOO_YOUNG, id="an hour is too young"),
        pytest.param(LEAK, _seen(0, 12), Effect.GONE, id="flat"),
        pytest.param(LEAK, _seen(10, 12), Effect.STILL_THERE, id="as before"),
        pytest.param(LEAK, _seen(25, 12), Effect.STILL_THERE, id="worse than before"),
        pytest.param(LEAK, _seen(5, 12), Effect.UNCLEAR, id="half of it"),
        pytest.param(LEAK, _seen(-3, 12), Effect.GONE, id="falling"),
        pytest.param(LEAK, _seen(0, 12, start=600), Effect.GONE, id="another level, flat"),
        pytest.param(LEAK, _seen(10, 12, start=20), Effect.STILL_THERE, id="a lower level, growing"),
        pytest.param(LEAK, _seen(0, 12, warm_up=300), Effect.GONE, id="a long warm-up, then flat"),
        pytest.param(LEAK, _seen(10, 12, warm_up=300), Effect.STILL_THERE, id="a long warm-up, then growing"),
        pytest.param(LEAK, _seen(0, 12, verdict="leak"), Effect.UNCLEAR, id="flat, and scans say it leaks"),
        pytest.param(LEAK, _seen(0, 12, verdict="leak", leaking=2), Effect.UNCLEAR, id="and say so of new pods"),
        pytest.param(LEAK, _seen(0, 12, verdict="leak", leaking=0), Effect.GONE, id="of old pods alone"),
        pytest.param(LEAK, _seen(0, 12, verdict="insufficient_data"), Effect.GONE, id="flat, not yet judged"),
        pytest.param(
            Before(10.0 * MIB, 500.0 * MIB), _seen(0, 12), Effect.GONE, id="no beginning was seen before: by the rate"
        ),
        pytest.param(
            Before(10.0 * MIB, 500.0 * MIB), _seen(10, 12), Effect.STILL_THERE, id="no beginning was seen, still there"
        ),
        pytest.param(
            Before(10.0 * MIB, 500.0 * MIB, _curve(10, onset=20)),
            _seen(0, 12),
            Effect.TOO_YOUNG,
            id="before, it began to leak at an age of 20 hours",
        ),
        pytest.param(
            Before(10.0 * MIB, 500.0 * MIB, _curve(10, onset=20)), _seen(0, 29), Effect.GONE, id="older than that"
        ),
        pytest.param(LEAK, [*_seen(0, 1), *_seen(0, 12)[-1:]], Effect.TOO_YOUNG, id="seen too seldom"),
        pytest.param(LEAK, [*_seen(0, 1), *_seen(0, 12)[-3:]], Effect.UNCLEAR, id="not seen while they were young"),
        pytest.param(LEAK, [*_seen(0, 5), *_seen(0, 12)[-1:]], Effect.UNCLEAR, id="not seen for hours but once"),
        pytest.param(Before(0.0, 500.0 * MIB), _seen(0, 12), Effect.TOO_YOUNG, id="nothing is known of its growth"),
    ],
)
def test_what_can_be_said(before, sightings, effect):
    judged = judge(before, sightings)
    assert judged.effect is effect
    assert judged.text


def test_one_peak_is_no_leak():
    sightings = _seen(0, 12)
    sightings[-1] = Sighting(sightings[-1].age_seconds, 900.0 * MIB, "healthy")
    assert judge(LEAK, sightings).effect is Effect.GONE


@pytest.mark.parametrize(
    ("growth", "level", "hours"),
    [
        pytest.param(12, 100, (2.9, 3.1), id="24 MiB in two thirds of three hours"),
        pytest.param(1000, 100, (2, 2), id="never before two hours"),
        pytest.param(0.1, 100, (72, 72), id="never after three days"),
        pytest.param(10, 3000, (35, 37), id="a large one must grow by more"),
    ],
)
def test_how_old_pods_must_be(growth, level, hours):
    needed = needed_age(Before(growth * MIB, level * MIB)) / HOUR
    assert hours[0] <= needed <= hours[1]
