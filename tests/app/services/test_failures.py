"""How often a place may be wrong."""

import pytest

from app.errors import TooManyFailures
from app.services.failures import FailureLimit, place_of


class Clock:
    def __init__(self):
        self.at = 1000.0

    def __call__(self):
        return self.at


@pytest.fixture
def clock():
    return Clock()


def _fail(limit, place, times):
    for _ in range(times):
        limit.check(place)
        limit.note(place)


def test_so_many_and_no_more(clock):
    limit = FailureLimit(3, 60.0, now=clock)
    _fail(limit, "a", 3)
    with pytest.raises(TooManyFailures) as caught:
        limit.check("a")
    assert caught.value.retry_after_seconds == 60


def test_the_window_slides(clock):
    limit = FailureLimit(2, 60.0, now=clock)
    _fail(limit, "a", 1)
    clock.at += 40
    _fail(limit, "a", 1)
    with pytest.raises(TooManyFailures) as caught:
        limit.check("a")
    assert caught.value.retry_after_seconds == 20
    clock.at += 20
    _fail(limit, "a", 1)
    with pytest.raises(TooManyFailures):
        limit.check("a")


def test_another_place_is_not_held_to_it(clock):
    limit = FailureLimit(2, 60.0, now=clock)
    _fail(limit, "a", 2)
    limit.check("b")


def test_what_is_remembered_is_bounded(clock):
    limit = FailureLimit(2, 60.0, places=10, now=clock)
    for number in range(1000):
        _fail(limit, str(number), 1)
    assert len(limit._failures) == 10
    assert max(len(one) for one in limit._failures.values()) <= 2


@pytest.mark.parametrize(
    ("host", "place"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_who_stands_for_an_address(host, place):
    assert place_of(host) == place
