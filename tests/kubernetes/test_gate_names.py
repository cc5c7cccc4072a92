"""Revisions by the names that only the cluster's API knows: their number, and their part in an Argo Rollout."""

from pathlib import Path

import pytest
import yaml

from app.domain.finding import Workload
from app.errors import ClusterError
from app.prometheus.source import ContainerRef, Control
from app.scanning.gate.choosing import by_name
from app.scanning.gate.cluster import RevisionsOfCluster
from app.settings import load_settings
from tests.support.custom_resources import define
from tests.support.leaking_workloads import rolled_out_twice

ROLLOUT = Path(__file__).parents[2] / "deploy" / "gate" / "rollout.yaml"
ROLLOUTS = "/apis/argoproj.io/v1alpha1/namespaces"


@pytest.fixture
def revisions(control_plane):
    """What the gate knows of the cluster."""
    settings = load_settings(kubernetes_kubeconfig=control_plane.kubeconfig)
    found = RevisionsOfCluster(settings, Control(), by_hand=False)
    yield found
    found.close()


def _seen(namespace, kind, pod, template_hash=None, image="shop/cart:v1"):
    """A container as Prometheus shows it."""
    return ContainerRef(namespace, pod, "app", Workload(kind, "cart"), None, image, None, template_hash)


@pytest.fixture(scope="module")
def deployed(control_plane):
    """A namespace with a Deployment and a StatefulSet that were rolled out twice: it, and the Deployment's hashes."""
    namespace = control_plane.new_namespace()
    for kind in ("Deployment", "StatefulSet"):
        rolled_out_twice(control_plane, namespace, kind)
    kept = control_plane.get(f"/apis/apps/v1/namespaces/{namespace}/replicasets")["items"]
    number = "deployment.kubernetes.io/revision"
    hashes = {one["metadata"]["annotations"][number]: one["metadata"]["labels"]["pod-template-hash"] for one in kept}
    return namespace, hashes


@pytest.mark.parametrize("number", ["1", "2"])
def test_a_deployments_revision_is_found_by_its_number(deployed, revisions, number):
    namespace, hashes = deployed
    seen = [_seen(namespace, "Deployment", f"cart-{value}-x", value) for value in hashes.values()]
    chosen = by_name(seen, number, "canary", revisions.named)
    assert (chosen.pods, chosen.expected) == ({f"cart-{hashes[number]}-x"}, True)


def test_one_that_no_sample_shows_yet_is_expected(deployed, revisions):
    namespace, hashes = deployed
    seen = [_seen(namespace, "Deployment", "cart-x", hashes["1"])]
    for name in ("2", hashes["2"], f"cart-{hashes['2']}"):
        chosen = by_name(seen, name, "canary", revisions.named)
        assert (chosen.pods, chosen.expected) == (frozenset(), True), name


def test_a_stateful_sets_revision_is_found_by_its_number_and_image(deployed, revisions):
    namespace, _ = deployed
    seen = [_seen(namespace, "StatefulSet", f"cart-{n}", image=f"shop/cart:v{n}") for n in (1, 2)]
    assert by_name(seen, "2", "canary", revisions.named).pods == {"cart-2"}


@pytest.mark.parametrize("name", ["3", "0", "99999999999", "-1", "1.0", "stable", "canary", "", "cart"])
def test_what_is_no_name_of_a_deployments_revision(deployed, revisions, name):
    namespace, hashes = deployed
    assert revisions.named(_seen(namespace, "Deployment", "cart-x", hashes["1"]), name) is None


@pytest.mark.parametrize("kind", ["ReplicaSet", "Job", "Pod", "SomeOperator"])
def test_kinds_that_keep_no_revisions_have_none(deployed, revisions, kind):
    assert revisions.named(_seen(deployed[0], kind, "cart-x"), "1") is None


def test_a_workload_that_is_gone_is_said_to_be(control_plane, namespace, revisions):
    with pytest.raises(ClusterError, match="not found"):
        revisions.named(_seen(namespace, "Deployment", "cart-x"), "1")


@pytest.fixture(scope="module")
def rolled(control_plane):
    """A namespace with an Argo Rollout in the middle of its canary, as its controller leaves it: 1 stable, 2 canary."""
    define(control_plane, "Rollout")
    namespace = control_plane.new_namespace()
    path = f"{ROLLOUTS}/{namespace}/rollouts"
    made = control_plane.create(path, yaml.safe_load(ROLLOUT.read_text(encoding="utf-8")))
    for number in (1, 2):
        control_plane.create(f"/apis/apps/v1/namespaces/{namespace}/replicasets", _replica_set(made, number))
    status = {"stableRS": "hash1", "currentPodHash": "hash2"}
    control_plane.merge(f"{path}/cart/status", {"status": status})
    return namespace


def _replica_set(owner, number):
    labels = {"app": "cart", "rollouts-pod-template-hash": f"hash{number}"}
    reference = {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "controller": True}
    container = {"name": "app", "image": f"registry.example.org/cart:v{number}"}
    return {
        "metadata": {
            "name": f"cart-hash{number}",
            "labels": labels,
            "annotations": {"rollout.argoproj.io/revision": str(number)},
            "ownerReferences": [{**reference, "name": owner["metadata"]["name"], "uid": owner["metadata"]["uid"]}],
        },
        "spec": {
            "replicas": 0,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }


@pytest.mark.parametrize(
    ("name", "pod"), [("stable", "one"), ("canary", "two"), ("1", "one"), ("2", "two"), ("cart-hash1", "one")]
)
def test_the_parts_of_an_argo_rollout_are_those_of_its_status(rolled, revisions, name, pod):
    seen = [_seen(rolled, "Rollout", "one", "hash1"), _seen(rolled, "Rollout", "two", "hash2")]
    chosen = by_name(seen, name, name, revisions.named)
    assert (chosen.pods, chosen.expected) == ({pod}, name in {"stable", "canary", "1", "2"})


def test_an_argo_rollout_that_names_no_such_revision_is_not_guessed_at(control_plane, rolled, revisions):
    path = f"{ROLLOUTS}/{rolled}/rollouts"
    made = control_plane.create(path, {**yaml.safe_load(ROLLOUT.read_text()), "metadata": {"name": "new"}})
    control_plane.create(
        f"/apis/apps/v1/namespaces/{rolled}/replicasets",
        {**(one := _replica_set(made, 1)), "metadata": {**one["metadata"], "name": "new-hash1"}},
    )
    seen = ContainerRef(rolled, "x", "app", Workload("Rollout", "new"))
    with pytest.raises(ClusterError, match="the Rollout's status names no stable revision"):
        revisions.named(seen, "stable")
