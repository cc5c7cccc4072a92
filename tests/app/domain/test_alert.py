"""What kind of trouble an alert tells of, and which incident it is about."""

from dataclasses import replace

import pytest

from app.domain.alert import LOOK_BACK_SECONDS, AlertKind, Candidate, Concern, incident_about
from app.domain.alert_kinds import kind_of
from app.domain.finding import Identity
from app.domain.incident import IncidentState

OPENED = 1_800_000_000.0
CONCERN = Concern("", "shop", "cart", "", "", OPENED + 60, None)
INCIDENT = Candidate(1, Identity("", "shop", "cart", "app"), IncidentState.OPEN, OPENED, None)
OVER = replace(INCIDENT, state=IncidentState.RESOLVED, resolved_at=OPENED + 3600)


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        ({"alertname": "KubeContainerOOMKilled"}, AlertKind.OOM),
        ({"alertname": "KubernetesContainerOomKiller"}, AlertKind.OOM),
        ({"alertname": "Mine", "reason": "OOMKilled"}, AlertKind.OOM),
        ({"alertname": "KubePodCrashLooping"}, AlertKind.RESTART),
        ({"alertname": "Mine", "reason": "CrashLoopBackOff"}, AlertKind.RESTART),
        ({"alertname": "KubeDeploymentRolloutStuck"}, AlertKind.ROLLOUT),
        ({"alertname": "KubeNodeNotReady"}, AlertKind.NODE),
        ({"alertname": "NodeMemoryHighUtilization"}, AlertKind.NODE),
        ({"alertname": "Mine", "condition": "MemoryPressure"}, AlertKind.NODE),
        ({"alertname": "LeakwatchMemoryLeak"}, AlertKind.LEAK),
        ({"alertname": "Watchdog"}, AlertKind.OTHER),
        ({}, AlertKind.OTHER),
        ({"alertname": "Watchdog", "leakwatch_kind": "rollout"}, AlertKind.ROLLOUT),
        ({"alertname": "KubePodCrashLooping", "leakwatch_kind": "nonsense"}, AlertKind.RESTART),
    ],
)
def test_kind(labels, kind):
    assert kind_of(labels) is kind


@pytest.mark.parametrize(
    ("concern", "incident", "is_about"),
    [
        (CONCERN, INCIDENT, True),
        (replace(CONCERN, namespace="data"), INCIDENT, False),
        (replace(CONCERN, workload="mail"), INCIDENT, False),
        (replace(CONCERN, workload=""), INCIDENT, False),
        (replace(CONCERN, container="app"), INCIDENT, True),
        (replace(CONCERN, container="sidecar"), INCIDENT, False),
        (replace(CONCERN, cluster="eu"), INCIDENT, True),
        (replace(CONCERN, cluster="eu"), replace(INCIDENT, identity=Identity("us", "shop", "cart", "app")), False),
        (CONCERN, replace(INCIDENT, identity=Identity("us", "shop", "cart", "app")), True),
        (replace(CONCERN, workload="guess", pod="cart-x"), replace(INCIDENT, pods=frozenset({"cart-x"})), True),
        (replace(CONCERN, workload="guess", pod="cart-y"), replace(INCIDENT, pods=frozenset({"cart-x"})), False),
        (replace(CONCERN, workload="guess", pod=""), replace(INCIDENT, pods=frozenset({""})), False),
        (replace(CONCERN, starts_at=OPENED - 9e6), INCIDENT, True),
        (replace(CONCERN, starts_at=OPENED - 9e6, ends_at=OPENED - LOOK_BACK_SECONDS), INCIDENT, True),
        (replace(CONCERN, starts_at=OPENED - 9e6, ends_at=OPENED - LOOK_BACK_SECONDS - 1), INCIDENT, False),
        (replace(CONCERN, starts_at=OPENED + 3600), OVER, True),
        (replace(CONCERN, starts_at=OPENED + 3601), OVER, False),
        (replace(CONCERN, workload="", namespace="", incident_id=1), INCIDENT, True),
        (replace(CONCERN, workload="", namespace="", incident_id=2), INCIDENT, False),
        (replace(CONCERN, incident_id=2), INCIDENT, True),
    ],
)
def test_which_incident(concern, incident, is_about):
    assert (incident_about(concern, [incident]) == 1) is is_about


def test_an_open_incident_rather_than_one_that_is_over():
    assert incident_about(CONCERN, [replace(OVER, id=5, opened_at=OPENED + 10), INCIDENT]) == 1


def test_none_where_it_could_be_of_two_clusters():
    clusters = [replace(INCIDENT, id=n, identity=Identity(c, "shop", "cart", "app")) for n, c in ((1, "eu"), (2, "us"))]
    assert incident_about(CONCERN, clusters) is None
    assert incident_about(replace(CONCERN, cluster="us"), clusters) == 2
