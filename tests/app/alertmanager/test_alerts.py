"""Open incidents as alerts for Alertmanager."""

from dataclasses import replace

import pytest

from app.alertmanager.alerts import Links, alerts_of
from app.domain.finding import Identity, Severity
from app.domain.incident import Incident, IncidentState, Standing
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


def _alerts(incident=INCIDENT, *, quiet=False, links=LINKS, now=NOW):
    return {
        one["labels"]["severity"]: one
        for one in alerts_of(incident, quiet=quiet, links=links, now=now, until=now + 240)
    }


def _firing(alerts):
    return [severity for severity, one in alerts.items() if one["endsAt"] == "2027-01-15T08:04:00.000Z"]


@pytest.mark.parametrize(
    ("standing", "quiet", "firing"),
    [
        ({}, False, ["warning"]),
        ({"severity": Severity.CRITICAL}, False, ["critical"]),
        ({"state": IncidentState.ACKNOWLEDGED}, False, ["warning"]),
        ({"state": IncidentState.RESOLVED, "resolved_at": NOW - 60}, False, []),
        ({}, True, []),
    ],
    ids=["open", "worse", "acknowledged", "resolved", "silenced"],
)
def test_one_at_most_fires_and_the_rest_is_over(standing, quiet, firing):
    alerts = _alerts(replace(INCIDENT, standing=replace(STANDING, **standing)), quiet=quiet)
    assert set(alerts) == {"critical", "warning", "info"}
    assert _firing(alerts) == firing


def test_what_was_resolved_ended_then():
    over = replace(STANDING, state=IncidentState.RESOLVED, resolved_at=NOW - 60)
    assert _alerts(replace(INCIDENT, standing=over))["warning"]["endsAt"] == "2027-01-15T07:59:00.000Z"


def test_labels_hold_nothing_that_changes():
    later = replace(INCIDENT, finding=finding_document(finding(probability=0.6, growth_bytes_per_hour=1.0)))
    assert _alerts()["warning"]["labels"] == _alerts(later, now=NOW + 600)["warning"]["labels"]
    assert _alerts()["warning"]["labels"] == {
        "alertname": "LeakwatchLeak",
        "severity": "warning",
        "namespace": "shop",
        "workload": "cart",
        "container": "app",
        "incident_id": "7",
    }


def test_annotations_are_no_news_while_no_scan_says_more():
    assert _alerts()["warning"]["annotations"] == _alerts(now=NOW + 60)["warning"]["annotations"]


def test_it_leads_to_the_page_and_the_runbook():
    alert = _alerts()["warning"]
    assert alert["generatorURL"] == "https://leakwatch.example.org/incidents/7"
    assert alert["annotations"]["incident_url"] == alert["generatorURL"]
    assert alert["annotations"]["runbook_url"] == "https://runbooks.example.org/LeakwatchLeak.md"


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
    odd = replace(STANDING, state=IncidentState.RESOLVED, resolved_at=NOW - 7200)
    alert = _alerts(replace(INCIDENT, standing=odd))["warning"]
    assert alert["startsAt"] <= alert["endsAt"]
