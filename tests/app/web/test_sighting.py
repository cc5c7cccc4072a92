"""Whether the last good scan still saw a leak."""

from dataclasses import replace

import pytest

from app.domain.incident import IncidentState
from app.domain.scan import ScanRecord, ScanState
from app.output.document import rfc3339
from app.web.sighting import sighting
from tests.support.findings import NOW
from tests.support.incidents import HOUR, incident_of


def scan(end):
    summary = {"window": {"end": rfc3339(end)}}
    return ScanRecord(1, "schedule", ScanState.SUCCEEDED, end, end + 5, True, 0, None, summary)


@pytest.mark.parametrize(
    ("changes", "good", "told"),
    [
        ({}, scan(NOW), "leaking"),
        ({}, scan(NOW - HOUR), "leaking"),
        ({}, scan(NOW + 60), "leaking"),
        ({}, scan(NOW + HOUR), "unseen"),
        ({"last_seen_at": NOW + HOUR}, scan(NOW + HOUR), "untold"),
        ({"last_seen_at": NOW + HOUR, "healthy_streak": 2}, scan(NOW + HOUR), "healthy"),
        ({"state": IncidentState.RESOLVED}, scan(NOW), "over"),
        ({}, None, "unknown"),
        ({}, replace(scan(NOW), summary=None), "unknown"),
    ],
)
def test_what_the_last_good_scan_made_of_it(changes, good, told):
    incident = incident_of()
    assert sighting(replace(incident, standing=replace(incident.standing, **changes)), good).value == told
