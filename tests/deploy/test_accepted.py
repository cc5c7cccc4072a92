"""What is rendered, as the real API server takes it: every field known, and Pod Security "restricted" enforced."""

import pytest

from tests.support.chart import NAMESPACE, SITUATIONS, merged, pods, template
from tests.support.custom_resources import path_of
from tests.support.servers import wait_until

_RESTRICTED = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
_CLASSES = "/apis/scheduling.k8s.io/v1/priorityclasses/"
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
def test_every_pod_is_let_in_where_pod_security_is_restricted(cluster, rendered, classes, situation):
    # Of what makes pods the API server only warns; it is pods that it refuses.
    objects = rendered(situation)
    cluster.apply(f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/leakwatch", _ACCOUNT)
    classes(objects)
    for name, pod in pods(objects):
        answer = _tried(cluster, pod)
        assert answer.ok, f"{name}: {answer.text}"


def test_the_migration_is_let_in_before_anything_of_the_release_is_there(cluster, rendered):
    migration = dict(pods(rendered("everything")))["Job leakwatch-migrate"]
    answer = _tried(cluster, migration)
    assert answer.ok, answer.text


def test_a_class_that_exists_already_is_the_migrations_too(cluster, tmp_path, classes):
    values = merged(SITUATIONS["postgresql"], {"priorityClass": {"name": "leakwatch"}})
    migration = dict(pods(template(tmp_path, values)))["Job leakwatch-migrate"]
    assert "no PriorityClass with name leakwatch was found" in _tried(cluster, migration).text
    classes(template(tmp_path, SITUATIONS["everything"]))
    assert _tried(cluster, migration).json()["spec"]["priority"] == 1_000_000


@pytest.fixture
def classes(cluster):
    """Makes the PriorityClasses among objects, until the test is over; who admits pods hears of either a bit later."""
    made = []

    def make(objects):
        for one in objects:
            if one["kind"] == "PriorityClass":
                made.append(one["metadata"]["name"])
                cluster.apply(_CLASSES + made[-1], one)
                wait_until(lambda: _has_class(cluster, made[-1]), f"{made[-1]} is known where pods are admitted")

    yield make
    for name in made:
        cluster.delete(_CLASSES + name)
        wait_until(lambda name=name: not _has_class(cluster, name), f"{name} is forgotten where pods are admitted")


def _has_class(cluster, name):
    pod = {"metadata": {}, "spec": {"priorityClassName": name, "containers": [{"name": "any", "image": "any"}]}}
    return f"no PriorityClass with name {name} was found" not in _tried(cluster, pod).text


def _tried(cluster, pod):
    """What the API server says of a pod of a template, which it does not keep."""
    pod = {"metadata": pod["metadata"] | {"generateName": "tried-"}, "spec": pod["spec"]}
    return cluster.call("POST", f"/api/v1/namespaces/{NAMESPACE}/pods?dryRun=All&fieldValidation=Strict", pod)


def test_a_pod_that_asks_for_more_is_not_let_in(cluster):
    pod = {"metadata": {"generateName": "tried-"}, "spec": {"containers": [{"name": "a", "image": "a"}]}}
    answer = cluster.call("POST", f"/api/v1/namespaces/{NAMESPACE}/pods?dryRun=All", pod)
    assert answer.status_code == 403
    assert "violates PodSecurity" in answer.text


_ACCOUNT = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "leakwatch"}}
