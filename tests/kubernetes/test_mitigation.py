"""Acts on a real control plane: what is proposed is what is done, by kubectl's own rules."""

import pytest

from app.domain.mitigation.model import MitigationState
from app.services.incidents import IncidentService
from tests.support.leaking_workloads import image_of, incident_of, rolled_out_twice
from tests.support.mitigating import acting

S = MitigationState


@pytest.fixture
def act(control_plane, sqlite_engine):
    made = acting(control_plane, sqlite_engine)
    yield made
    made.clusters.close()


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
def test_a_rollback_goes_to_the_revision_before_the_suspect(control_plane, namespace, sqlite_engine, act, kind):
    path = rolled_out_twice(control_plane, namespace, kind)
    incident = incident_of(sqlite_engine, namespace, kind)
    proposed = act.propose(incident)
    assert proposed.state is S.PROPOSED, proposed.outcome
    assert image_of(control_plane, path) == "shop/cart:v2"
    shown = {one.path: (one.before, one.after) for one in proposed.plan.changes}
    assert shown == {"spec.template.spec.containers[app].image": ("shop/cart:v2", "shop/cart:v1")}
    found = act.until(act.approve(proposed), rolled_out=True)
    assert image_of(control_plane, path) == "shop/cart:v1"
    assert control_plane.get(path)["metadata"]["annotations"]["leakwatch.io/mitigation"] == found.key
    assert found.state is S.WATCHING
    kinds = [one.event.kind.value for one in IncidentService(sqlite_engine).detail(incident).timeline]
    assert kinds == ["opened", "mitigation_proposed", "mitigation_approved", "mitigation_applied"]


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
def test_a_restart_makes_all_pods_anew(control_plane, namespace, sqlite_engine, act, kind):
    rolled_out_twice(control_plane, namespace, kind)

    def pods():
        items = control_plane.get(f"/api/v1/namespaces/{namespace}/pods")["items"]
        return {pod["metadata"]["uid"] for pod in items if "deletionTimestamp" not in pod["metadata"]}

    before = pods()
    proposed = act.propose(incident_of(sqlite_engine, namespace, kind), "restart")
    found = act.until(act.approve(proposed), S.SUCCEEDED)
    assert pods().isdisjoint(before)
    assert "limit is" in found.plan.bought or "buys" in found.plan.bought


def test_a_limit_is_raised_and_the_time_that_it_buys_is_told(control_plane, namespace, sqlite_engine, act):
    path = rolled_out_twice(control_plane, namespace)
    proposed = act.propose(incident_of(sqlite_engine, namespace), "raise_limit", limit_bytes=512 * 2**20)
    assert "buys 26 h" in proposed.plan.bought
    act.until(act.approve(proposed), S.SUCCEEDED)
    container = control_plane.get(path)["spec"]["template"]["spec"]["containers"][0]
    assert container["resources"] == {"limits": {"memory": "512Mi"}, "requests": {"memory": "64Mi"}}
