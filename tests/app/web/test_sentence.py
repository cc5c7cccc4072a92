"""An incident in a sentence."""

import re
from dataclasses import replace

import pytest

from app.domain.incident import IncidentState
from app.web.sentence import sentence
from tests.support.findings import NOW
from tests.support.incidents import incident_of


def words(incident):
    return re.sub(r"<[^>]+>", "", sentence(incident, NOW))


def with_finding(incident, **changes):
    return replace(incident, finding={**incident.finding, **changes})


def test_it_says_it_all():
    incident = replace(incident_of(suspect="v2", onset_at=NOW - 3600), limit_at=NOW + 80_000)
    assert words(incident) == (
        "cart leaks 5.0 MiB/h in 7 of 9 pods since v2 (15 Jan 2027 07:00 UTC); "
        "OOM kill expected 16 Jan 2027 06:13 UTC (16 Jan 2027 00:40 UTC to 16 Jan 2027 11:46 UTC)."
    )


@pytest.mark.parametrize(
    ("incident", "told"),
    [
        (with_finding(incident_of(), limit_bytes=None, time_to_limit_seconds=None), "; it has no memory limit."),
        (with_finding(incident_of(), onset_at=None), "cart leaks 5.0 MiB/h in 7 of 9 pods."),
        (with_finding(incident_of(), pods={"leaking": 1, "observed": 1}), "in its only pod since"),
        (with_finding(incident_of(), pods={"leaking": 3, "observed": 3}), "in all 3 pods since"),
        (
            incident_of(state=IncidentState.RESOLVED, resolved_at=NOW),
            "cart leaked 5.0 MiB/h in 7 of 9 pods since 15 Jan 2027 07:00 UTC; over since 15 Jan 2027 08:00 UTC.",
        ),
        (replace(incident_of(), limit_at=NOW - 60), "; OOM kill was expected 15 Jan 2027 07:59 UTC ("),
    ],
)
def test_what_is_not_known_is_left_out(incident, told):
    assert told in words(incident)


def test_names_are_escaped():
    assert "<img" not in sentence(incident_of("<img src=x onerror=alert(1)>", suspect="<b>"), NOW)
