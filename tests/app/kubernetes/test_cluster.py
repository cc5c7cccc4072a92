"""All feeds of a cluster together: what is told of what cannot be read, and how far it follows."""

import threading

import pytest

from app.domain.finding import Workload
from app.errors import ClusterForbidden, ClusterUnreachable, ObjectNotFound
from app.kubernetes.cluster import Cluster
from tests.support.kubernetes_objects import owned_by, template, workload

LISTS = ("pods", "replicasets", "jobs", "cronjobs", "nodes", "deployments", "statefulsets", "daemonsets", "rollouts")


class _Server:
    """Answers each list from memory, and lets watches wait."""

    def __init__(self, lists=None, errors=None, documents=None):
        self.lists, self.errors, self.documents = lists or {}, errors or {}, documents or {}
        self.asked = []
        self._closed = threading.Event()

    def get(self, path, query=None):
        self.asked.append(path)
        if path not in self.documents:
            raise ObjectNotFound(path)
        return self.documents[path]

    def pages(self, path, query=None, limit=500, *, accept="", parse=None):
        self.asked.append(path)
        plural = path.rpartition("/")[2]
        error = self.errors.get(path) or self.errors.get(plural)
        if error is not None:
            raise error
        items = self.lists.get(path, self.lists.get(plural, []) if "/namespaces/" not in path else [])
        yield {"metadata": {"resourceVersion": "1"}, "items": items}

    def watch(self, path, resource_version, query=None, *, accept="", parse=None):
        return self._wait()

    def _wait(self):
        self._closed.wait(30)
        raise ClusterUnreachable("closed")
        yield

    def close(self):
        self._closed.set()


@pytest.fixture
def clusters():
    """Clusters on servers from memory."""
    opened = []

    def open_(server, *namespaces):
        opened.append(Cluster(server, namespaces))
        return opened[-1]

    yield open_
    for one in opened:
        one.close()
        assert not [thread for thread in one._threads if thread.is_alive()]


def _pod(name, owner, uid="rs"):
    metadata = owned_by(owner) if owner else {}
    return {"metadata": {"namespace": "shop", **metadata, "name": name, "uid": f"uid-{name}"}, "spec": {}, "status": {}}


def test_it_puts_together_what_it_lists(clusters):
    cart = workload(spec={"template": template()})
    replica_set = {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": owned_by(cart, name="cart-1", uid="uid-cart-1"),
    }
    server = _Server({"deployments": [cart], "replicasets": [replica_set], "pods": [_pod("p", replica_set)]})
    cluster = clusters(server)
    view = cluster.view(10)
    assert view.workload_of("shop", "p", Workload("Pod", "p")) == Workload("Deployment", "cart")
    assert cluster.problems() == ()
    assert {path.rpartition("/")[2] for path in server.asked} >= set(LISTS)


def test_kinds_that_it_did_not_know_are_followed_to_the_top(clusters):
    top = workload("Shop", "s", api="shop.example/v1")
    middle = {
        "apiVersion": "flow.example/v1",
        "kind": "Flow",
        "metadata": owned_by(top, name="f-1", uid="uid-f-1"),
    }
    server = _Server(
        {"pods": [_pod("p", middle)], "flows": [middle], "shops": [top]},
        documents={
            "/apis/flow.example/v1": {
                "resources": [{"name": "flows/status", "kind": "Flow"}, {"name": "flows", "kind": "Flow"}]
            },
            "/apis/shop.example/v1": {"resources": [{"name": "shops", "kind": "Shop"}]},
        },
    )
    view = clusters(server).view(10)
    assert view.workload_of("shop", "p", Workload("Pod", "p")) == Workload("Shop", "s")


def test_an_owner_that_cannot_be_read_is_told_by_its_name(clusters):
    flow = {"apiVersion": "flow.example/v1", "kind": "Flow", "metadata": {"name": "f-1", "uid": "uid-f-1"}}
    cluster = clusters(_Server({"pods": [_pod("p", flow)]}))
    assert cluster.view(10).workload_of("shop", "p", Workload("Pod", "p")) == Workload("Flow", "f-1")
    assert cluster.problems() == ()


def test_a_right_that_is_missing_is_told_once(clusters):
    cluster = clusters(_Server(errors={"nodes": ClusterForbidden("no"), "pods": ClusterForbidden("no")}))
    cluster.view(10)
    (problem,) = cluster.problems()
    assert (problem.code, problem.text.partition(":")[0]) == ("kubernetes_forbidden", "no right to read nodes, pods")
    cluster.view(10)
    assert cluster.problems() == ()


def test_an_optional_kind_is_not_missed(clusters):
    cluster = clusters(_Server(errors={"rollouts": ClusterForbidden("no")}))
    cluster.view(10)
    assert cluster.problems() == ()


def test_a_kind_that_the_cluster_does_not_have_is_not_missed(clusters):
    cluster = clusters(_Server(errors={"rollouts": ObjectNotFound("404 page not found")}))
    cluster.view(10)
    assert cluster.problems() == ()


def test_a_server_that_is_away_is_told_each_time(clusters):
    names = (*LISTS, "horizontalpodautoscalers", "poddisruptionbudgets", "events")
    cluster = clusters(_Server(errors=dict.fromkeys(names, ClusterUnreachable("cannot connect", "is it there?"))))
    for _ in range(2):
        cluster.view(10)
        (problem,) = cluster.problems()
        assert problem.code == "kubernetes_unreachable"
        assert problem.text.endswith("and 6 more could not be read from the cluster: cannot connect; is it there?")


def test_namespaces_are_read_one_by_one_where_they_are_named(clusters):
    server = _Server(
        {"/api/v1/namespaces/shop/pods": [_pod("p", None)]},
        errors={"/api/v1/namespaces/data/pods": ClusterForbidden("no")},
    )
    cluster = clusters(server, "shop", "data")
    view = cluster.view(10)
    assert view.facts_of("shop", Workload("Pod", "p")).pods == 1
    (problem,) = cluster.problems()
    assert "no right to read pods of data" in problem.text
    assert "/api/v1/pods" not in server.asked
    assert "/api/v1/nodes" in server.asked


def test_a_server_that_is_slow_is_waited_for_no_longer_than_said(clusters):
    release = threading.Event()

    class Slow(_Server):
        def pages(self, path, query=None, limit=500, *, accept="", parse=None):
            if path.endswith("/pods"):
                release.wait(30)
            yield from super().pages(path, query, limit, accept=accept)

    cluster = clusters(Slow())
    cluster.view(0.2)
    (problem,) = cluster.problems()
    release.set()
    assert (problem.code, problem.text) == ("kubernetes_late", "pods had not been read from the cluster in time")


def test_oom_kills_are_remembered_when_the_status_tells_of_a_later_one(clusters):
    cluster = clusters(_Server())
    for minute in range(30):
        ended = {"terminated": {"reason": "OOMKilled", "finishedAt": f"2026-01-01T00:{minute:02d}:00Z"}}
        pod = _pod("p", None) | {"status": {"containerStatuses": [{"name": "app", "lastState": ended}]}}
        pods = next(one.subject for one in _started(cluster) if one.subject.resource.plural == "pods")
        pods.note(pods.keep(pod))
    assert len(cluster._objects().kills["shop", "p"]) == 20


def _started(cluster):
    cluster.view(10)
    return cluster._feeds
