"""What Argo CD or Flux keeps, by their own marks on a real cluster: it is done by them, or proposed to a person."""

import pytest

from app.domain.mitigation.model import MitigationState, Way
from app.errors import Conflict
from tests.support.argo_cd import TOKEN, running_argo_cd
from tests.support.leaking_workloads import image_of, incident_of, manifest, path_of, roll_out, rolled_out_twice
from tests.support.mitigating import acting

S = MitigationState
V1, V2 = "shop/cart:v1", "shop/cart:v2"


@pytest.fixture
def argo(namespace):
    with running_argo_cd(namespace) as running:
        yield running


@pytest.fixture
def make(control_plane, sqlite_engine):
    made = []

    def acting_with(argo, **settings):
        given = {"mitigation_argocd_url": argo.url, "mitigation_argocd_token": TOKEN, "mitigation_argocd_act": True}
        made.append(acting(control_plane, sqlite_engine, **given | settings))
        return made[-1]

    yield acting_with
    for one in made:
        one.clusters.close()


@pytest.fixture
def leak(control_plane, namespace, sqlite_engine):
    tracked = {"argocd.argoproj.io/tracking-id": f"cart:apps/Deployment:{namespace}/cart"}
    rolled_out_twice(control_plane, namespace, annotations=tracked)
    return incident_of(sqlite_engine, namespace)


def test_argo_cd_is_told_and_what_it_does_is_watched(control_plane, namespace, argo, make, leak):
    act, path = make(argo), path_of(namespace)
    proposed = act.propose(leak)
    assert (proposed.plan.way, proposed.plan.history_id) == (Way.ARGOCD, 4)
    assert proposed.plan.commands == ("argocd app rollback cart 4", "git revert --no-edit bbb", "git push")
    assert act.carried(act.approve(proposed)).state is S.WATCHING
    assert image_of(control_plane, path) == V2, "it is not changed behind Argo CD's back"
    assert act.carried(proposed).note == "Argo CD has not carried it out yet"
    container = {"name": "app", "image": V1}
    roll_out_by = {"spec": {"template": {"spec": {"containers": [container]}}}}
    control_plane.ask("PATCH", path, roll_out_by, headers={"Content-Type": "application/strategic-merge-patch+json"})
    argo.did()
    assert act.until(proposed, rolled_out=True).rolled_out_at is not None


def test_an_operation_that_argo_cd_could_not_carry_out_is_told(argo, make, leak):
    act = make(argo)
    one = act.approve(act.propose(leak))
    act.carried(one)
    argo.did(phase="Failed", message="one or more objects failed to apply")
    found = act.carried(one)
    assert found.state is S.FAILED
    assert "Argo CD has failed to do it" in found.outcome
    assert "one or more objects failed to apply" in found.outcome


def test_an_answer_that_is_lost_is_found_out_and_argo_cd_is_not_told_twice(argo, make, leak):
    act = make(argo)
    one = act.approve(act.propose(leak))
    argo.loses_answers = True
    assert act.carried(one).state is S.APPLYING
    assert act.carried(one).state is S.WATCHING
    assert [asked.method for asked in argo.asked].count("POST") == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(
            lambda argo: argo.application["spec"].update(syncPolicy={"automated": {}}),
            "nothing was done: Argo CD takes no rollback while auto-sync is on",
            id="auto-sync is on by now",
        ),
        pytest.param(
            lambda argo: argo.application["status"]["history"].append({"id": 6, "revision": "ccc"}),
            "nothing was done: the application was deployed anew",
            id="it was deployed anew",
        ),
        pytest.param(
            lambda argo: argo.application["metadata"].update(name="other"),
            "nothing was done: Argo CD: 403 permission denied",
            id="the application is gone",
        ),
    ],
)
def test_what_was_changed_since_the_proposal_is_not_done(argo, make, leak, change, says):
    act = make(argo)
    one = act.approve(act.propose(leak))
    change(argo)
    found = act.carried(one)
    assert found.state is S.FAILED
    assert says in found.outcome
    assert [asked.method for asked in argo.asked] == ["GET", "GET"]


def test_argo_cd_is_not_told_where_that_is_not_allowed(argo, make, leak):
    found = make(argo, mitigation_argocd_act=False).propose(leak)
    assert (found.state, found.outcome) == (
        S.REFUSED,
        "Argo CD may not be told to roll back (set LEAKWATCH_MITIGATION_ARGOCD_ACT)",
    )


def test_where_its_history_may_not_be_read_a_person_reverts_and_is_told_why(argo, make, leak):
    found = make(argo, mitigation_argocd_token="another").propose(leak)
    assert (found.plan.way, found.plan.commands) == (Way.BY_HAND, ("argocd app history cart",))
    assert "Argo CD's history is not known: Argo CD: 401 invalid session" in found.plan.disturbance.notes[-1]


@pytest.mark.parametrize(
    ("commit", "commands"),
    [
        (
            "0a1b2c3d",
            (
                "git revert --no-edit 0a1b2c3d",
                "git push",
                "flux reconcile kustomization apps -n flux-system --with-source",
            ),
        ),
        (
            None,
            (
                "flux suspend kustomization apps -n flux-system",
                "kubectl rollout undo deployment/cart -n {namespace} --to-revision=1",
                "flux resume kustomization apps -n flux-system",
            ),
        ),
    ],
)
def test_what_flux_keeps_is_reverted_by_a_person(control_plane, namespace, sqlite_engine, commit, commands):
    labels = {
        f"kustomize.toolkit.fluxcd.io/{name}": of for name, of in (("name", "apps"), ("namespace", "flux-system"))
    }
    for image in (V1, V2):
        document = manifest(image=image)
        document["metadata"]["labels"] = labels
        if commit:
            document["spec"]["template"]["metadata"]["annotations"] = {"app.kubernetes.io/commit": commit}
        path = roll_out(control_plane, namespace, document)
    act = acting(control_plane, sqlite_engine)
    found = act.propose(incident_of(sqlite_engine, namespace))
    assert found.plan.commands == tuple(one.format(namespace=namespace) for one in commands)
    with pytest.raises(Conflict, match="flux"):
        act.approve(found)
    assert image_of(control_plane, path) == V2
    act.clusters.close()
