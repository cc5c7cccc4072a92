"""Alerts are kept as their newest state, and the incidents they are about tell of them; in each kind of database."""

import json

import pytest
import sqlalchemy as sa

from app.alertmanager.keep import Keeper
from app.alertmanager.payload import parse_notification
from app.domain.alert import AlertFilter
from app.domain.finding import Evidence, PodEvidence
from app.domain.incident import EventKind
from app.domain.lifecycle import IncidentPolicy
from app.scanning.record import Recorder
from app.storage import alert_incidents, alerts, incidents
from app.storage.engine import durable_transaction, reading
from app.storage.tables import WebhookEventRow
from tests.support.findings import NOW, finding, report
from tests.support.notifications import alert, payload

FIRING = alert(pod="cart-7d9f8c5b6d-x2x4z")
RESOLVED = alert(status="resolved", ends_at="2027-01-15T08:05:00Z", pod="cart-7d9f8c5b6d-x2x4z")
LATER_END = alert(status="resolved", ends_at="2027-01-15T08:06:00Z", pod="cart-7d9f8c5b6d-x2x4z")
CHANGED = alert(annotations={"summary": "It still is."}, pod="cart-7d9f8c5b6d-x2x4z")
# The incident that a scan finds in these tests opens at 2027-01-15T08:00:00Z.
LEAK = finding("cart")


def _keep(engine, *sent, now=NOW + 400):
    with durable_transaction(engine) as session:
        Keeper().keep(session, [parse_notification(json.dumps(one).encode(), now) for one in sent], now)


def _all(engine):
    with reading(engine) as session:
        return alerts.page(session, AlertFilter(), None, 100)


def _scan(engine, *findings, now=NOW):
    Recorder(engine, IncidentPolicy(3600.0, 1, 7200.0), "scan 1", lambda session: None).record(
        report(*findings, end=now), now
    )


def _timeline(engine, incident_id=1):
    with reading(engine) as session:
        entries = incidents.timeline(session, incident_id, 100)
    return [(one.event.kind, one.actor) for one in entries if one.event.kind is not EventKind.OPENED]


FIRES, OVER = (EventKind.ALERT_FIRING, "alertmanager"), (EventKind.ALERT_RESOLVED, "alertmanager")


def test_an_alert_is_kept_whole(engine):
    _keep(engine, payload(FIRING, routeLabels={"a": "b"}))
    (kept,) = _all(engine)
    assert (kept.fingerprint, kept.starts_at, kept.ends_at) == ("6b5a2a6ea1f01cf6", NOW + 0.123, None)
    assert (kept.namespace, kept.workload, kept.kind) == ("shop", "cart", "restart")
    assert kept.labels == FIRING["labels"]
    assert kept.annotations == FIRING["annotations"]
    assert kept.generator_url == FIRING["generatorURL"]
    assert kept.notification["groupKey"] == '{}:{namespace="shop"}'
    assert kept.notification["routeLabels"] == {"a": "b"}
    assert (kept.received_at, kept.updated_at, kept.incident_id) == (NOW + 400, NOW + 400, None)


@pytest.mark.parametrize("together", [False, True], ids=["one after the other", "in one transaction"])
@pytest.mark.parametrize(
    ("sent", "status", "ends_at"),
    [
        ([FIRING, FIRING], "firing", None),
        ([FIRING, RESOLVED], "resolved", 300.0),
        ([RESOLVED, FIRING], "resolved", 300.0),
        ([RESOLVED, RESOLVED], "resolved", 300.0),
        ([RESOLVED, LATER_END], "resolved", 360.0),
        ([LATER_END, RESOLVED], "resolved", 360.0),
        ([FIRING, RESOLVED, FIRING, RESOLVED], "resolved", 300.0),
    ],
    ids=["again", "in order", "resolved first", "resolved twice", "a later end", "an earlier end", "all twice"],
)
def test_the_newest_state_wins_in_whatever_order_they_come(engine, sent, status, ends_at, together):
    if together:
        _keep(engine, *(payload(one) for one in sent))
    else:
        for one in sent:
            _keep(engine, payload(one))
    (kept,) = _all(engine)
    assert kept.status == status
    assert (kept.ends_at and kept.ends_at - NOW) == ends_at


def test_what_fires_again_long_after_its_end_fires(engine):
    """Prometheus was not heard of for a while, and goes on with the same start."""
    _keep(engine, payload(RESOLVED))
    _keep(engine, payload(FIRING), now=NOW + 300 + 899)
    assert _all(engine)[0].status == "resolved"
    _keep(engine, payload(FIRING), now=NOW + 300 + 901)
    assert (_all(engine)[0].status, _all(engine)[0].ends_at) == ("firing", None)


def test_another_start_is_another_firing(engine):
    _keep(engine, payload(RESOLVED, alert(starts_at="2027-01-15T08:10:00Z")))
    assert sorted(one.status for one in _all(engine)) == ["firing", "resolved"]


def test_what_is_left_out_is_not_taken_to_be_over(engine):
    other = alert(fingerprint="f2", pod="cart-0")
    _keep(engine, payload(FIRING, other))
    _keep(engine, payload(other, truncatedAlerts=1), payload())
    assert {one.status for one in _all(engine)} == {"firing"}


@pytest.mark.parametrize(
    ("sent", "after", "noted"),
    [(FIRING, 60, False), (FIRING, 3700, True), (CHANGED, 60, True)],
    ids=["the same soon", "the same later", "changed"],
)
def test_only_news_is_written(engine, sent, after, noted):
    _keep(engine, payload(FIRING))
    _keep(engine, payload(sent), now=NOW + 400 + after)
    (kept,) = _all(engine)
    assert kept.received_at == NOW + 400
    assert kept.updated_at == NOW + 400 + (after if noted else 0)
    assert kept.annotations == sent["annotations"]


def test_what_is_no_alert_is_kept_with_the_reason(engine):
    _keep(engine, payload(FIRING, {"status": "firing"}))
    assert len(_all(engine)) == 1
    with reading(engine) as session:
        (row,) = session.scalars(sa.select(WebhookEventRow))
    assert (row.source, row.content["alerts"]) == ("alertmanager", [{"status": "firing"}])
    assert "labels" in row.reason


def test_thousands_at_once(engine):
    sent = [alert(fingerprint=f"{number:016x}", pod=f"p{number}") for number in range(3000)]
    _keep(engine, payload(*sent))
    _keep(engine, payload(*sent))
    with reading(engine) as session:
        assert len(alerts.page(session, AlertFilter(), None, 5000)) == 3000


def test_the_incident_tells_of_it_once_each_time_it_changes(engine):
    _scan(engine, LEAK)
    for one in (FIRING, FIRING, CHANGED, RESOLVED, RESOLVED, FIRING):
        _keep(engine, payload(one))
    assert [one.incident_id for one in _all(engine)] == [1]
    assert _timeline(engine) == [FIRES, OVER]


def test_what_comes_resolved_at_once_is_told_as_over(engine):
    _scan(engine, LEAK)
    _keep(engine, payload(RESOLVED))
    assert _timeline(engine) == [OVER]


def test_each_change_of_an_incident_is_a_new_version(engine):
    _scan(engine, LEAK)
    with reading(engine) as session:
        before = incidents.get(session, 1).version
    _keep(engine, payload(FIRING))
    with reading(engine) as session:
        assert incidents.get(session, 1).version == before + 1


def test_what_it_says_in_the_timeline(engine):
    _scan(engine, LEAK)
    _keep(engine, payload(FIRING))
    with reading(engine) as session:
        event = incidents.timeline(session, 1, 100)[-1].event
    assert event.text == "KubePodCrashLooping fires: Pod is crash looping. (since 2027-01-15T08:00:00Z)"
    assert (event.before, event.after) == (None, "firing")


def test_pods_of_the_evidence_tell_what_names_do_not(engine):
    """The scan knew by kube-state-metrics whose pod it is."""
    _scan(engine, finding("store", pod="odd.pod"))
    _keep(engine, payload(alert(pod="odd.pod")))
    assert _timeline(engine) == [FIRES]


def test_an_incident_that_opens_later_finds_what_fired_before(engine):
    _keep(engine, payload(FIRING, alert("KubeContainerOOMKilled", fingerprint="f2", pod="mail-0")))
    _scan(engine, LEAK, now=NOW + 600)
    assert _timeline(engine) == [FIRES]
    _keep(engine, payload(RESOLVED), now=NOW + 700)
    assert _timeline(engine) == [FIRES, OVER]


def test_what_was_over_long_before_is_not_told(engine):
    _keep(engine, payload(RESOLVED))
    _scan(engine, LEAK, now=NOW + 2 * 86_400)
    assert _timeline(engine) == []


def test_our_own_alert_comes_back_to_its_incident(engine):
    _scan(engine, LEAK)
    ours = alert("LeakwatchMemoryLeak", incident_id="1", pod="leakwatch-0")
    _keep(engine, payload({**ours, "labels": {**ours["labels"], "namespace": "monitoring"}}))
    assert _timeline(engine) == [FIRES]
    assert _all(engine)[0].kind == "leak"


def _on_node(node, name="cart"):
    return finding(
        name,
        evidence=Evidence(
            (NOW,),
            (
                PodEvidence(
                    f"{name}-1", "v1", leaking=True, floor=(1,), peak=(2,), restarts=(), oom_kills=(), node=node
                ),
            ),
        ),
    )


PRESSURE = alert("NodeMemoryPressure", node="node-a", namespace="monitoring", pod="node-exporter-x")
RELIEVED = alert(
    "NodeMemoryPressure",
    status="resolved",
    ends_at="2027-01-15T08:05:00Z",
    node="node-a",
    namespace="monitoring",
    pod="node-exporter-x",
)


def _of_incident(engine, incident_id):
    with reading(engine) as session:
        return [one.name for one in alert_incidents.alerts_of(session, incident_id, 10)]


def test_pressure_on_a_node_is_told_of_every_incident_with_a_pod_there(engine):
    _scan(engine, _on_node("node-a"), _on_node("node-a", "search"), _on_node("node-b", "mail"))
    _keep(engine, payload(PRESSURE))
    _keep(engine, payload(PRESSURE))
    _keep(engine, payload(RELIEVED))
    assert [_timeline(engine, number) for number in (1, 2, 3)] == [[FIRES, OVER], [FIRES, OVER], []]
    assert [_of_incident(engine, number) for number in (1, 2, 3)] == [
        ["NodeMemoryPressure"],
        ["NodeMemoryPressure"],
        [],
    ]


def test_pressure_that_was_there_before_the_leak_was_found_is_told_once(engine):
    _keep(engine, payload(PRESSURE))
    for scan in range(3):
        _scan(engine, _on_node("node-a"), now=NOW + 600 * scan)
    assert _timeline(engine) == [FIRES]


def test_pressure_on_a_node_that_its_pods_have_left_is_not_told(engine):
    _scan(engine, _on_node("node-a"))
    _scan(engine, _on_node("node-b"), now=NOW + 600)
    _keep(engine, payload(PRESSURE), now=NOW + 700)
    assert _timeline(engine) == []


def test_pressure_on_a_node_of_another_cluster_is_not_told(engine):
    given = finding("cart", cluster="eu", evidence=_on_node("node-a").evidence)
    _scan(engine, given)
    _keep(engine, payload(alert("NodeMemoryPressure", node="node-a", cluster="us")))
    assert _timeline(engine) == []
    assert _of_incident(engine, 1) == []
