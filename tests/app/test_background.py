"""Work beside the requests: when it is first done, and that it ends when it is told to."""

import threading

import pytest

from app.background import Worker
from app.errors import StorageError

_SECONDS = 30.0


@pytest.fixture
def acted():
    """Set as soon as the worker has acted."""
    return threading.Event()


def test_it_acts_at_once_unless_told_otherwise(acted):
    worker = Worker("test", 3600.0, acted.set)
    worker.start()
    assert acted.wait(_SECONDS)
    assert worker.stop()


def test_one_that_is_stopped_before_its_first_time_never_acts(acted):
    worker = Worker("test", 3600.0, acted.set, first_after=3600.0)
    worker.start()
    assert worker.stop()
    assert not acted.is_set()


@pytest.mark.parametrize("error", [StorageError("locked"), KeyError("ours")], ids=type)
def test_one_that_fails_goes_on(acted, error):
    tries = iter([error, None])

    def act():
        if (failure := next(tries, None)) is not None:
            raise failure
        acted.set()

    worker = Worker("test", 0.001, act)
    worker.start()
    assert acted.wait(_SECONDS)
    assert worker.stop()
