"""How far a rollout has come."""

import pytest

from app.domain.mitigation.progress import Stage, progress_of
from tests.support.workload_objects import workload

G, D, X = Stage.GOING, Stage.DONE, Stage.STUCK
_LATE = {"type": "Progressing", "reason": "ProgressDeadlineExceeded", "message": "too long"}


@pytest.mark.parametrize(
    ("kind", "status", "stage"),
    [
        ("Deployment", {"observedGeneration": 4, "updatedReplicas": 3, "replicas": 3, "availableReplicas": 3}, G),
        ("Deployment", {"updatedReplicas": 2, "replicas": 3, "availableReplicas": 3}, G),
        ("Deployment", {"updatedReplicas": 3, "replicas": 4, "availableReplicas": 3}, G),
        ("Deployment", {"updatedReplicas": 3, "replicas": 3, "availableReplicas": 2}, G),
        ("Deployment", {"updatedReplicas": 3, "replicas": 3, "availableReplicas": 3}, D),
        ("Deployment", {"updatedReplicas": 1, "replicas": 4, "conditions": [_LATE]}, X),
        ("Deployment", {}, G),
        ("DaemonSet", {"desiredNumberScheduled": 3, "updatedNumberScheduled": 2, "numberAvailable": 3}, G),
        ("DaemonSet", {"desiredNumberScheduled": 3, "updatedNumberScheduled": 3, "numberAvailable": 2}, G),
        ("DaemonSet", {"desiredNumberScheduled": 3, "updatedNumberScheduled": 3, "numberAvailable": 3}, D),
        ("StatefulSet", {"readyReplicas": 2, "updatedReplicas": 3}, G),
        ("StatefulSet", {"readyReplicas": 3, "updateRevision": "b", "currentRevision": "a"}, G),
        ("StatefulSet", {"readyReplicas": 3, "updateRevision": "b", "currentRevision": "b"}, D),
        ("Rollout", {"observedGeneration": "4", "phase": "Healthy"}, G),
        ("Rollout", {"observedGeneration": "5", "phase": "Healthy"}, D),
        ("Rollout", {"observedGeneration": "7f9c", "phase": "Progressing"}, G),
        ("Rollout", {"observedGeneration": "5", "phase": "Paused"}, G),
        ("Rollout", {"observedGeneration": "5", "phase": "Degraded"}, X),
        ("Rollout", {}, G),
    ],
)
def test_where_it_is(kind, status, stage):
    one = workload(kind)
    one["status"] = {"observedGeneration": 5} | status
    progress = progress_of(one)
    assert progress.stage is stage
    assert progress.text


@pytest.mark.parametrize(("phase", "stage"), [("Progressing", G), ("Degraded", D)])
def test_what_is_aborted_is_degraded(phase, stage):
    one = workload("Rollout")
    one["status"] = {"phase": phase, "abort": True}
    assert progress_of(one, is_abort=True).stage is stage
