"""What is told of scans beyond one and a page of them."""

import pytest

from app.domain.scan import Problem, ScanState
from app.services.scans import ScanService
from tests.support.scan_rows import keep_scan, seen


@pytest.fixture
def service(engine):
    return ScanService(engine, None)


@pytest.fixture
def kept(engine):
    """Four: one that was whole, one that was not, one that failed, one that runs."""
    return [
        keep_scan(engine, took=20.0),
        keep_scan(engine, seen(problems=[Problem("batch_unread", "x")]), took=30.0),
        keep_scan(engine, "cannot connect", state=ScanState.FAILED, took=5.0),
        keep_scan(engine, state=ScanState.RUNNING),
    ]


def test_how_many_there_are_in_each_state(service, kept):
    assert service.counts() == {
        ScanState.RUNNING: 1,
        ScanState.SUCCEEDED: 2,
        ScanState.FAILED: 1,
        ScanState.ABANDONED: 0,
    }


def test_what_those_that_have_ended_took_and_cost_newest_first(service, kept):
    told = service.spans(10)
    assert [(one.id, one.state.value, one.complete, round(one.seconds)) for one in told] == [
        (kept[2], "failed", None, 5),
        (kept[1], "succeeded", False, 30),
        (kept[0], "succeeded", True, 20),
    ]
    assert [one.cost and one.cost["queries"] for one in told] == [None, 84, 84]
    assert service.spans(2) == told[:2]


def test_which_are_beside_one(service, kept):
    assert service.beside(kept[0]) == (None, kept[1])
    assert service.beside(kept[3]) == (kept[2], None)
    assert service.beside(kept[3] + 100) == (kept[3], None)
