"""What kind of trouble an alert tells of, and which incident it is about."""

from dataclasses import replace

import pytest

from app.domain.alert import LOOK_BACK_SECONDS, AlertKind, Candidate, Concern, incident_about
from app.domain.alert_kinds import kind_of
from app.domain.finding import Identity
from app.domain.incident import IncidentState

OPENED = 1_800_000_000.0
CONCERN = Concern("", "shop", "cart", "", "")
NOW = (OPENED + 60, None)
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
        ({"alertname": "ContainerOomLoop"}, AlertKind.OOM),
        ({"alertname": "WorkloadCrashLooping"}, AlertKind.RESTART),
        ({"alertname": "WorkloadRolloutStuck"}, AlertKind.ROLLOUT),
        ({"alertname": "NodeMemoryAvailableLow"}, AlertKind.NODE),
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
        (CONCERN._replace(namespace="data"), INCIDENT, False),
        (CONCERN._replace(workload="mail"), INCIDENT, False),
        (CONCERN._replace(workload=""), INCIDENT, False),
        (CONCERN._replace(container="app"), INCIDENT, True),
        (CONCERN._replace(container="sidecar"), INCIDENT, False),
        (CONCERN._replace(cluster="eu"), INCIDENT, True),
        (CONCERN._replace(cluster="eu"), replace(INCIDENT, identity=Identity("us", "shop", "cart", "app")), False),
        (CONCERN, replace(INCIDENT, identity=Identity("us", "shop", "cart", "app")), True),
        (CONCERN._replace(workload="guess", pod="cart-x"), replace(INCIDENT, pods=frozenset({"cart-x"})), True),
        (CONCERN._replace(workload="guess", pod="cart-y"), replace(INCIDENT, pods=frozenset({"cart-x"})), False),
        (CONCERN._replace(workload="guess", pod=""), replace(INCIDENT, pods=frozenset({""})), False),
        (CONCERN._replace(workload="", namespace="", incident_id=1), INCIDENT, True),
        (CONCERN._replace(workload="", namespace="", incident_id=2), INCIDENT, False),
        (CONCERN._replace(incident_id=2), INCIDENT, True),
    ],
)
def test_which_incident(concern, incident, is_about):
    assert (incident_about(concern, NOW, [incident]) == 1) is is_about


@pytest.mark.parametrize(
    ("span", "incident", "is_about"),
    [
        ((OPENED - 9e6, None), INCIDENT, True),
        ((OPENED - 9e6, OPENED - LOOK_BACK_SECONDS), INCIDENT, True),
        ((OPENED - 9e6, OPENED - LOOK_BACK_SECONDS - 1), INCIDENT, False),
        ((OPENED + 3600, None), OVER, True),
        ((OPENED + 3601, None), OVER, False),
    ],
)
def test_only_of_its_time(span, incident, is_about):
    assert (incident_about(CONCERN, span, [incident]) == 1) is is_about


def test_an_open_incident_rather_than_one_that_is_over():
    assert incident_about(CONCERN, NOW, [replace(OVER, id=5, opened_at=OPENED + 10), INCIDENT]) == 1


def test_none_where_it_could_be_of_two_clusters():
    clusters = [replace(INCIDENT, id=n, identity=Identity(c, "shop", "cart", "app")) for n, c in ((1, "eu"), (2, "us"))]
    assert incident_about(CONCERN, NOW, clusters) is None
    assert incident_about(CONCERN._replace(cluster="us"), NOW, clusters) == 2
