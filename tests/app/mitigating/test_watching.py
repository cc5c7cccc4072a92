"""What is said of a rollback that Argo CD was told, by its operation and the workload."""

import copy
from dataclasses import dataclass

import pytest

from app.domain.mitigation.model import MitigationState, Owner, Plan, Way
from app.domain.mitigation.patches import template_digest
from app.mitigating.ledger import take_ledger
from app.mitigating.reach import Clusters
from app.mitigating.watching import watch
from tests.support.argo_cd import application
from tests.support.incident_rows import keep, leak
from tests.support.kubernetes_objects import template
from tests.support.mitigation_rows import PLAN, keep_mitigation
from tests.support.planning import PATH, Cluster, cluster

S = MitigationState
BEGUN = 1_900_000_000.0


@dataclass
class _Argo:
    """Argo CD's API. phase: of the operation to the Git revision, None where it has not begun."""

    phase: str | None
    revision: str = "aaa"

    def application(self, name, namespace):
        found = copy.deepcopy(application())
        if self.phase is not None:
            found["status"]["operationState"] = {
                "operation": {"sync": {"revision": self.revision}},
                "phase": self.phase,
                "message": "no such image",
                "startedAt": "2099-01-01T00:00:00Z",
            }
        return found

    def close(self):
        pass


def _watched(engine, argo, *, is_rolled_back):
    """The mitigation after one look at cart, whose generation an autoscaler has made another."""
    there = cluster("v1", "v2")
    cart = there.get(PATH)
    cart["metadata"]["generation"] = 9
    cart["status"] = {"observedGeneration": 9, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}
    plan = Plan.of(
        PLAN.document()
        | {"way": Way.ARGOCD, "uid": "uid-cart", "digest": template_digest(cart), "generation": 5, "history_id": 4}
    )
    plan = Plan.of(plan.document() | {"owner": {"kind": "argocd", "name": "cart", "namespace": ""}})
    assert plan.owner == Owner("argocd", "cart", "")
    if is_rolled_back:
        cart["spec"]["template"] = template("shop/cart:v1")
    number = keep_mitigation(
        engine, keep(engine, leak("cart")), S.WATCHING, plan=plan, applying_at=BEGUN, applied_at=BEGUN
    )
    ledger = take_ledger(engine, number)
    watch(ledger, Clusters(lambda name: there, argo), ledger.read(), 1e12)
    return ledger.read()


@pytest.mark.parametrize(
    ("argo", "is_rolled_back", "note"),
    [
        pytest.param(_Argo(None), False, "has not carried it out yet", id="it has not begun, and replicas are others"),
        pytest.param(_Argo("Running"), True, "has not carried it out yet", id="it is at it"),
        pytest.param(_Argo("Succeeded"), False, "has not changed the workload yet", id="the template is as it was"),
    ],
)
def test_it_is_not_rolled_out_before_argo_cd_has_done_its_part(sqlite_engine, argo, is_rolled_back, note):
    found = _watched(sqlite_engine, argo, is_rolled_back=is_rolled_back)
    assert (found.state, found.rolled_out_at) == (S.WATCHING, None)
    assert found.note == f"Argo CD {note}"


@pytest.mark.parametrize(
    "argo",
    [
        pytest.param(_Argo("Succeeded"), id="it has done it"),
        pytest.param(_Argo("Running", revision="ccc"), id="another operation came after"),
    ],
)
def test_it_is_rolled_out_once_argo_cd_has_changed_the_template(sqlite_engine, argo):
    assert _watched(sqlite_engine, argo, is_rolled_back=True).rolled_out_at is not None


def test_what_argo_cd_could_not_do_has_failed_whatever_else_was_changed(sqlite_engine):
    found = _watched(sqlite_engine, _Argo("Failed"), is_rolled_back=False)
    assert found.state is S.FAILED
    assert found.outcome == "Argo CD has failed to do it, and the workload is as it was: no such image"


@pytest.mark.parametrize(
    ("there", "note"),
    [
        pytest.param(cluster("v1", "v2"), "is not the object that was proposed", id="another of its name"),
        pytest.param(Cluster({}, {}), "not found", id="none of its name"),
    ],
)
def test_what_was_done_is_not_watched_in_another_cluster(sqlite_engine, there, note):
    number = keep_mitigation(sqlite_engine, keep(sqlite_engine, leak("cart")), S.WATCHING, applied_at=BEGUN)
    ledger = take_ledger(sqlite_engine, number)
    watch(ledger, Clusters(lambda name: there), ledger.read(), 1e12)
    found = ledger.read()
    assert found.state is S.WATCHING
    assert note in found.note
    assert "is this the cluster that it was proposed in?" in found.note
