"""How far what is shown can be believed."""

import pytest

from app.domain.scan import ScanState
from app.services.freshness import FreshnessService
from app.storage import scans
from app.storage.engine import transaction
from app.storage.scans import Outcome
from tests.support.findings import NOW

GOOD = Outcome(ScanState.SUCCEEDED, NOW, summary={}, complete=True, leaks=0)
BAD = Outcome(ScanState.FAILED, NOW + 10, error="connection refused")


def look(engine, *outcomes, now=NOW + 60):
    """How it is after these scans; None: one that still runs."""
    with transaction(engine) as session:
        for outcome in outcomes:
            number = scans.add(session, "schedule", NOW - 1)
            if outcome is not None:
                scans.finish(session, number, outcome)
    found = FreshnessService(engine, 600.0, lambda: now).look()
    return tuple(one and one.id for one in (found.good, found.failed, found.running)), found.is_stale


@pytest.mark.parametrize(
    ("outcomes", "told"),
    [
        ((), (None, None, None)),
        ((None,), (None, None, 1)),
        ((GOOD,), (1, None, None)),
        ((GOOD, None), (1, None, 2)),
        ((GOOD, BAD), (1, 2, None)),
        ((BAD, GOOD), (2, None, None)),
        ((BAD,), (None, 1, None)),
    ],
)
def test_what_became_of_scans(engine, outcomes, told):
    assert look(engine, *outcomes) == (told, False)


@pytest.mark.parametrize(("later", "stale"), [(600, False), (601, True)])
def test_the_last_good_one_is_too_old(engine, later, stale):
    assert look(engine, GOOD, now=NOW + later)[1] is stale
