"""What people said is no leak, as rules take it, out of a real database of each kind."""

import pytest
import sqlalchemy as sa

from alert_rules.pack import Accepted
from app.domain.lifecycle import IncidentPolicy
from app.rules.accepted import accepted
from app.scanning.record import Recorder
from app.services.feedback import FeedbackService
from app.storage.engine import reading
from app.storage.tables import IncidentRow
from tests.support.findings import MIB, NOW, finding, report

POLICY = IncidentPolicy(reopen_within=3600.0, resolve_after_scans=2, gone_after=7200.0)
CART = finding("cart", growth_bytes_per_hour=3.6 * MIB, floor_bytes=300.0 * MIB)
BILLS = finding("bills", growth_bytes_per_hour=36.0 * MIB, floor_bytes=100.0 * MIB)
OF_CART = Accepted("", "shop", "cart", "app", 3.6 * MIB / 3600, 300.0 * MIB)
OF_BILLS = Accepted("", "shop", "bills", "app", 36.0 * MIB / 3600, 100.0 * MIB)


@pytest.fixture
def incidents(engine):
    """The numbers of two open incidents, by workload."""
    recorder = Recorder(engine, POLICY, "scan 1", lambda session: None)
    recorder.record(report(CART, BILLS, end=NOW), NOW)
    with reading(engine) as session:
        return {row.workload: row.id for row in session.scalars(sa.select(IncidentRow))}


def _say_of(engine, number, act="not_a_leak"):
    getattr(FeedbackService(engine, lambda: NOW + 60), act)(number, "ann", "a cache")


def _accepted(engine):
    with reading(engine) as session:
        return accepted(session)


def test_nothing_is_accepted_that_nobody_spoke_of(engine, incidents):
    assert _accepted(engine) == ()


def test_what_was_accepted_is_told_of_one_pod_and_by_name(engine, incidents):
    for workload in ("cart", "bills"):
        _say_of(engine, incidents[workload])
    assert _accepted(engine) == (OF_BILLS, OF_CART)


def test_what_was_withdrawn_is_accepted_no_more(engine, incidents):
    for workload in ("cart", "bills"):
        _say_of(engine, incidents[workload])
    _say_of(engine, incidents["bills"], "is_a_leak")
    assert _accepted(engine) == (OF_CART,)
