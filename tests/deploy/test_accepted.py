"""What is rendered, as the real API server takes it: every field known, and Pod Security "restricted" enforced."""

import pytest

from tests.support.chart import NAMESPACE, SITUATIONS, pods
from tests.support.custom_resources import path_of

_RESTRICTED = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
_STRICT = "?fieldManager=tests&force=true&dryRun=All&fieldValidation=Strict"


@pytest.fixture(scope="module", autouse=True)
def _namespaces(cluster):
    """Those that are relied on."""
    for name, labels in ((NAMESPACE, _RESTRICTED), ("shop", {}), ("payments", {})):
        cluster.create("/api/v1/namespaces", {"metadata": {"name": name, "labels": labels}})
    yield
    for name in (NAMESPACE, "shop", "payments"):
        cluster.delete(f"/api/v1/namespaces/{name}")


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_object_is_accepted_without_a_warning(cluster, rendered, situation):
    for one in rendered(situation):
        path = path_of(cluster, one) + _STRICT
        answer = cluster.call("PATCH", path, one, headers={"Content-Type": "application/apply-patch+yaml"})
        name = f"{one['kind']} {one['metadata']['name']}"
        assert answer.ok, f"{name}: {answer.text}"
        assert "Warning" not in answer.headers, f"{name}: {answer.headers['Warning']}"


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_pod_is_let_in_where_pod_security_is_restricted(cluster, rendered, situation):
    # Of what makes pods the API server only warns; it is pods that it refuses.
    cluster.apply(f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/leakwatch", _ACCOUNT)
    for name, template in pods(rendered(situation)):
        pod = {"metadata": template["metadata"] | {"generateName": "tried-"}, "spec": dict(template["spec"])}
        pod["spec"].pop("priorityClassName", None)  # a class that is made with it
        answer = cluster.call("POST", f"/api/v1/namespaces/{NAMESPACE}/pods?dryRun=All&fieldValidation=Strict", pod)
        assert answer.ok, f"{name}: {answer.text}"


def test_a_pod_that_asks_for_more_is_not_let_in(cluster):
    pod = {"metadata": {"generateName": "tried-"}, "spec": {"containers": [{"name": "a", "image": "a"}]}}
    answer = cluster.call("POST", f"/api/v1/namespaces/{NAMESPACE}/pods?dryRun=All", pod)
    assert answer.status_code == 403
    assert "violates PodSecurity" in answer.text


_ACCOUNT = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "leakwatch"}}
