"""What has changed since one last looked."""

from app.domain.finding import Severity
from app.domain.scan import ScanProgress, ScanState
from app.services import changes
from app.services.changes import Changes, ChangeWatch
from app.storage import scans
from app.storage.engine import transaction
from app.storage.scans import Outcome
from tests.support.incident_rows import change, keep, leak

NOTHING = Changes({}, None)


def test_what_there_is_at_first_is_no_change(engine):
    keep(engine, leak("cart"))
    watch = ChangeWatch(engine)
    assert watch.look() == NOTHING
    assert not watch.look().any


def test_what_is_new_and_what_changed_is_told_once(engine):
    watch = ChangeWatch(engine)
    first = keep(engine, leak("cart"))
    watch.look()
    second = keep(engine, leak("search"))
    change(engine, first, Severity.CRITICAL)
    assert watch.look() == Changes({first: 2, second: 1}, None)
    assert watch.look() == NOTHING


def test_more_than_can_be_told(engine, monkeypatch):
    monkeypatch.setattr(changes, "MOST_TOLD", 1)
    watch = ChangeWatch(engine)
    watch.look()
    for name in ("cart", "search"):
        keep(engine, leak(name))
    assert watch.look() == Changes(None, None)


def test_a_scan_that_begins_and_ends(engine):
    watch = ChangeWatch(engine)
    watch.look()
    with transaction(engine) as session:
        number = scans.add(session, "api", 1_800_000_000.0)
    assert watch.look().scan == f"{number} running"
    with transaction(engine) as session:
        scans.finish(session, number, Outcome(ScanState.FAILED, 1_800_000_001.0, error="x"))
    assert watch.look().scan == f"{number} failed"


def test_how_far_a_scan_has_come_is_told_once_and_changes_nothing_else(sqlite_engine):
    far = [None, ScanProgress(7, 0, 0), ScanProgress(7, 0, 0), ScanProgress(7, 10, 20), None]
    watch = ChangeWatch(sqlite_engine, progress=lambda: far.pop(0))
    told = [watch.look() for _ in range(5)]
    assert [one.progress for one in told] == [None, ScanProgress(7, 0, 0), None, ScanProgress(7, 10, 20), None]
    assert not any(one.any for one in told)
