"""The control plane itself: that it is a whole one."""

from tests.support.servers import wait_until


def _deployment(name, replicas):
    labels = {"app": name}
    container = {"name": "app", "image": "registry.example/app:1"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    return {
        "metadata": {"name": name},
        "spec": {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template},
    }


def test_a_deployment_becomes_ready_over_the_nodes(control_plane, namespace):
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    control_plane.create(path, _deployment("cart", 3))
    wait_until(lambda: control_plane.get(f"{path}/cart")["status"].get("readyReplicas") == 3, "all pods are ready")
    pods = control_plane.get(f"/api/v1/namespaces/{namespace}/pods")["items"]
    assert len({pod["spec"]["nodeName"] for pod in pods}) == 3


def test_it_comes_back_with_what_it_had(control_plane, namespace):
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    control_plane.create(path, {"metadata": {"name": "kept"}, "data": {"a": "b"}})
    control_plane.stop_api()
    control_plane.start_api()
    assert control_plane.get(f"{path}/kept")["data"] == {"a": "b"}
