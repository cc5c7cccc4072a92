"""Open incidents as alerts for Alertmanager."""

from dataclasses import replace
from datetime import datetime

import pytest

from app.alertmanager.alerts import Links, alerts_of
from app.domain.finding import Identity, Severity
from app.domain.incident import Incident, IncidentState, Standing
from app.domain.telling import Telling
from app.output.document import finding_document
from tests.support.findings import NOW, finding

STANDING = Standing(
    state=IncidentState.OPEN,
    severity=Severity.WARNING,
    suspect="v2",
    opened_at=NOW - 3600,
    last_seen_at=NOW,
    last_leak_at=NOW,
    judged_until=NOW,
    window_seconds=172_800.0,
    resolved_at=None,
    healthy_streak=0,
    occurrences=1,
)
INCIDENT = Incident(7, "f", Identity("", "shop", "cart", "app"), STANDING, NOW, finding_document(finding(suspect="v2")))
LINKS = Links("https://leakwatch.example.org/", "https://runbooks.example.org")
UNTIL = NOW + 240


SINCE = NOW - 900


def _alerts(incident=INCIDENT, *, quiet_since=None, had_until=None, links=LINKS):
    telling = Telling(incident, quiet_since, had_until or {})
    return {one["labels"]["severity"]: one for one in alerts_of(telling, links, since=SINCE, until=UNTIL)}


def _ends(alerts):
    """For each severity how many seconds from now its alert ends; 240 where it fires."""
    return {severity: datetime.fromisoformat(one["endsAt"]).timestamp() - NOW for severity, one in alerts.items()}


RESOLVED = {"state": IncidentState.RESOLVED, "resolved_at": NOW - 60}


@pytest.mark.parametrize(
    ("standing", "more", "ends"),
    [
        ({}, {}, {"warning": 240}),
        ({"state": IncidentState.ACKNOWLEDGED}, {}, {"warning": 240}),
        (
            {"severity": Severity.CRITICAL},
            {"had_until": {Severity.WARNING: NOW - 30}},
            {"critical": 240, "warning": -30},
        ),
        ({}, {"had_until": {Severity.WARNING: NOW - 90, Severity.INFO: NOW - 30}}, {"warning": 240, "info": -30}),
        ({"severity": Severity.CRITICAL}, {"had_until": {Severity.WARNING: NOW - 901}}, {"critical": 240}),
        (RESOLVED, {}, {"warning": -60}),
        (RESOLVED, {"had_until": {Severity.INFO: NOW - 90}}, {"warning": -60, "info": -90}),
        (RESOLVED | {"resolved_at": NOW - 901}, {}, {}),
        ({}, {"quiet_since": NOW - 10}, {"warning": -10}),
        ({}, {"quiet_since": NOW - 901}, {}),
        (RESOLVED, {"quiet_since": NOW - 100}, {"warning": -100}),
        ({}, {"quiet_since": NOW - 100, "had_until": {Severity.INFO: NOW - 90}}, {"warning": -100, "info": -100}),
    ],
    ids=[
        *(
            "open",
            "acknowledged",
            "worse",
            "worse and better again",
            "worse for long",
            "resolved",
            "worse and resolved",
        ),
        *("resolved long ago", "silenced", "silenced long ago", "silenced and resolved", "silenced, and then worse"),
    ],
)
def test_what_fires_and_what_is_told_to_be_over(standing, more, ends):
    assert _ends(_alerts(replace(INCIDENT, standing=replace(STANDING, **standing)), **more)) == ends


def test_labels_hold_nothing_that_changes():
    later = replace(INCIDENT, finding=finding_document(finding(probability=0.6, growth_bytes_per_hour=1.0)))
    assert _alerts()["warning"]["labels"] == _alerts(later)["warning"]["labels"]
    assert _alerts()["warning"]["labels"] == {
        "alertname": "LeakwatchLeak",
        "severity": "warning",
        "namespace": "shop",
        "workload": "cart",
        "container": "app",
        "incident_id": "7",
    }


def test_it_leads_to_the_page_and_the_runbook():
    alert = _alerts()["warning"]
    assert alert["generatorURL"] == "https://leakwatch.example.org/incidents/7"
    assert alert["annotations"]["incident_url"] == alert["generatorURL"]
    assert alert["annotations"]["runbook_url"] == "https://runbooks.example.org/LeakwatchLeak"


def test_without_addresses_it_leads_nowhere():
    alert = _alerts(links=Links(None, None))["warning"]
    assert "generatorURL" not in alert
    assert set(alert["annotations"]) == {"summary", "description"}


def test_it_says_what_is_known_in_a_sentence():
    said = _alerts()["warning"]["annotations"]["description"]
    assert said == (
        "shop/cart (app) leaks 5.0 MiB/h in 7 of 9 pods since v2; "
        "at the last scan the limit was 22h 13m away (16h 40m to 1d 3h)."
    )


def test_nothing_begins_after_it_ended():
    odd = replace(STANDING, opened_at=NOW, state=IncidentState.RESOLVED, resolved_at=NOW - 60)
    alert = _alerts(replace(INCIDENT, standing=odd))["warning"]
    assert alert["startsAt"] <= alert["endsAt"]
