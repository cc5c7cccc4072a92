"""Samples that are under way at once."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.errors import ScanAbandoned
from app.prometheus.budget import SamplesInFlight
from app.prometheus.source import Control


def test_never_more_than_the_most_together():
    budget, lock, now, most = SamplesInFlight(100), threading.Lock(), [0], [0]

    def query(samples):
        with budget.taken(samples, Control()):
            with lock:
                now[0] += samples
                most[0] = max(most[0], now[0])
            threading.Event().wait(0.001)
            with lock:
                now[0] -= samples

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(query, [60, 30, 50, 10, 90, 40, 100, 1] * 5))
    assert 60 <= most[0] <= 100


def test_one_that_is_larger_than_all_goes_alone():
    budget = SamplesInFlight(100)
    soon = Control(deadline=time.monotonic() + 0.05)
    with budget.taken(500, Control()), pytest.raises(ScanAbandoned), budget.taken(1, soon):
        pass
    with budget.taken(1, Control()):
        pass


def test_room_comes_back_when_a_query_fails():
    budget = SamplesInFlight(100)
    with pytest.raises(ZeroDivisionError), budget.taken(100, Control()):
        raise ZeroDivisionError
    with budget.taken(100, Control(deadline=time.monotonic() + 0.05)):
        pass


def test_waiting_ends_when_the_scan_is_told_to_stop():
    budget, control = SamplesInFlight(100), Control()
    with budget.taken(100, Control()), ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: budget.taken(1, control).__enter__())
        control.cancelled.set()
        with pytest.raises(ScanAbandoned):
            waiting.result(10)
