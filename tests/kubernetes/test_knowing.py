"""What is known of a real cluster: owners, revisions, facts; and what it takes to stay right."""

import pytest

from app.domain.finding import Workload
from app.errors import ClusterError, ClusterExpired, ClusterForbidden, ClusterUnreachable
from app.kubernetes.access import ClusterAccess
from app.kubernetes.cluster import Cluster
from app.kubernetes.rights import READING
from app.kubernetes.rollouts import read_history
from app.settings import load_settings
from tests.support.servers import wait_until

APPS = "/apis/apps/v1/namespaces"


def _workload(name, image="registry.example/app:1", kind=None, **spec):
    labels = {"app": name}
    container = {
        "name": "app",
        "image": image,
        "resources": {"limits": {"memory": "512Mi"}, "requests": {"memory": "256Mi"}},
    }
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    return {
        "metadata": {"name": name},
        "spec": {"selector": {"matchLabels": labels}, "template": template, **spec},
    }


def _with_image(image):
    return {"spec": {"template": {"spec": {"containers": [{"name": "app", "image": image}]}}}}


@pytest.fixture
def access(control_plane):
    """The administrator's way to the API."""
    with_it = ClusterAccess.of(load_settings(kubernetes_kubeconfig=control_plane.kubeconfig))
    yield with_it
    with_it.close()


@pytest.fixture
def follow():
    """Clusters that are followed, and left again."""
    opened = []

    def start(kubeconfig, *namespaces, **given):
        access = ClusterAccess.of(load_settings(kubernetes_kubeconfig=kubeconfig, **given))
        opened.append(Cluster(access, namespaces))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


def _ready(control_plane, path, field="readyReplicas", count=2):
    wait_until(lambda: control_plane.get(path)["status"].get(field) == count, f"{path} is ready")


def test_owners_and_facts(control_plane, namespace, follow):
    path = f"{APPS}/{namespace}/deployments"
    control_plane.create(path, _workload("cart", replicas=2))
    control_plane.create(
        f"/apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets",
        {"metadata": {"name": "cart"}, "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "cart"}}}},
    )
    control_plane.create(
        f"/apis/autoscaling/v2/namespaces/{namespace}/horizontalpodautoscalers",
        {
            "metadata": {"name": "cart"},
            "spec": {
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "cart"},
                "minReplicas": 2,
                "maxReplicas": 5,
                "metrics": [
                    {
                        "type": "Resource",
                        "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}},
                    }
                ],
            },
        },
    )
    control_plane.merge(
        "/api/v1/nodes/node-a",
        {"metadata": {"labels": {"karpenter.sh/nodepool": "a", "node.kubernetes.io/instance-type": "t"}}},
    )
    _ready(control_plane, f"{path}/cart")
    cluster = follow(control_plane.kubeconfig)
    cart = Workload("Deployment", "cart")
    facts = wait_until(lambda: _settled(cluster, namespace, cart), "the workload is known")
    assert (facts.replicas, facts.pods, facts.revision[0], facts.qos) == ((2, 2), 2, 1, ("Burstable",))
    assert (facts.scaler.least, facts.scaler.most, facts.budgets[0].least) == (2, 5, "1")
    container = cluster.view(10).container_of(namespace, cart, "app")
    assert (container.memory_limit_bytes, container.memory_request_bytes) == (2**29, 2**28)
    pod = control_plane.get(f"/api/v1/namespaces/{namespace}/pods")["items"][0]["metadata"]["name"]
    assert cluster.view(10).workload_of(namespace, pod, Workload("Pod", pod)) == cart
    assert cluster.problems() == ()


def _settled(cluster, namespace, workload):
    facts = cluster.view(10).facts_of(namespace, workload)
    return facts if facts and facts.pods == facts.replicas[0] and facts.budgets and facts.scaler else None


def test_owners_of_a_kind_that_nobody_knows(control_plane, namespace, follow):
    group = {"name": "flows.tests.example", "kind": "Flow"}
    control_plane.create(
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
        {
            "metadata": {"name": group["name"]},
            "spec": {
                "group": "tests.example",
                "scope": "Namespaced",
                "names": {"plural": "flows", "singular": "flow", "kind": "Flow"},
                "versions": [
                    {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}
                ],
            },
        },
    )
    flows = f"/apis/tests.example/v1/namespaces/{namespace}/flows"
    wait_until(lambda: control_plane.call("GET", flows).ok, "the kind is there")
    flow = {"apiVersion": "tests.example/v1", "kind": "Flow", "metadata": {"name": "nightly"}}
    owner = control_plane.create(flows, flow)
    reference = {
        "apiVersion": "tests.example/v1",
        "kind": "Flow",
        "name": "nightly",
        "uid": owner["metadata"]["uid"],
        "controller": True,
    }
    run = control_plane.create(flows, {**flow, "metadata": {"name": "nightly-1", "ownerReferences": [reference]}})
    reference = {**reference, "name": "nightly-1", "uid": run["metadata"]["uid"]}
    control_plane.create(
        f"/api/v1/namespaces/{namespace}/pods",
        {
            "metadata": {"name": "nightly-1-x", "ownerReferences": [reference]},
            "spec": {"containers": [{"name": "app", "image": "registry.example/app:1"}]},
        },
    )
    view = follow(control_plane.kubeconfig).view(30)
    assert view.workload_of(namespace, "nightly-1-x", Workload("Flow", "nightly-1")) == Workload("Flow", "nightly")
    assert view.workload_of(namespace, "gone", Workload("Flow", "nightly-1")) == Workload("Flow", "nightly")


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
def test_revisions_as_the_real_controllers_keep_them(control_plane, namespace, access, kind):
    path = f"{APPS}/{namespace}/{kind.lower()}s"
    spec = {} if kind == "DaemonSet" else {"replicas": 2}
    if kind == "StatefulSet":
        spec["serviceName"] = "db"
    one = _workload("db", "registry.example/db:1", **spec)
    control_plane.create(path, one)
    wait_until(lambda: _history(access, kind, namespace, 1), "the first revision is through")
    one["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.example/db:2"
    control_plane.apply(f"{path}/db", {"apiVersion": "apps/v1", "kind": kind, **one})
    history = wait_until(lambda: _history(access, kind, namespace, 2), "the second revision is through")
    assert [one.images["app"][-1] for one in history.rollouts] == ["1", "2"]
    assert history.current.images == {"app": "registry.example/db:2"}
    assert not history.paused
    pods = control_plane.get(f"/api/v1/namespaces/{namespace}/pods")["items"]
    labels = {value for pod in pods for value in pod["metadata"]["labels"].values()}
    assert history.current.template_hash in labels
    one["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.example/db:1"
    control_plane.apply(f"{path}/db", {"apiVersion": "apps/v1", "kind": kind, **one})
    back = wait_until(lambda: _history(access, kind, namespace, 3), "it is back")
    assert (back.current.images["app"][-1], len(back.rollouts)) == ("1", 2)


def _history(access, kind, namespace, number):
    try:
        history = read_history(access, kind, namespace, "db")
    except ClusterError:
        return None
    return history if history.current.number == number and not history.rolling else None


def test_an_oom_kill_in_a_pods_status(control_plane, namespace, follow):
    path = f"/api/v1/namespaces/{namespace}/pods"
    container = {"name": "app", "image": "registry.example/app:1"}
    control_plane.create(path, {"metadata": {"name": "p"}, "spec": {"containers": [container]}})
    cluster = follow(control_plane.kubeconfig)
    cluster.view(30)
    ended = {"exitCode": 137, "reason": "OOMKilled", "finishedAt": "2026-01-01T00:00:00Z"}
    wait_until(lambda: control_plane.get(f"{path}/p")["status"]["phase"] == "Running", "the pod runs")
    told = [{**container, "imageID": "", "ready": True, "restartCount": 1, "lastState": {"terminated": ended}}]
    control_plane.merge(f"{path}/p/status", {"status": {"containerStatuses": told}})
    pod = Workload("Pod", "p")
    facts = wait_until(lambda: _killed(cluster, namespace, pod), "the kill is known")
    assert [(one.pod, one.container, one.at) for one in facts.kills] == [("p", "app", 1_767_225_600.0)]


def _killed(cluster, namespace, workload):
    facts = cluster.view(10).facts_of(namespace, workload)
    return facts if facts and facts.kills else None


def test_it_goes_on_after_the_api_server_was_away(control_plane, namespace, follow):
    cluster = follow(control_plane.kubeconfig, kubernetes_timeout="2s")
    cluster.view(30)
    assert cluster.problems() == ()
    control_plane.stop_api()
    problems = wait_until(cluster.problems, "the outage is noticed")
    assert [one.code for one in problems] == ["kubernetes_unreachable"]
    control_plane.start_api()
    control_plane.create(f"{APPS}/{namespace}/deployments", _workload("later", replicas=1))
    later = Workload("Deployment", "later")
    wait_until(lambda: cluster.view(1).facts_of(namespace, later), "what came since is known")
    wait_until(lambda: cluster.problems() == (), "all is well again")


def test_a_server_that_stands_still_is_not_waited_for(control_plane, namespace, access):
    hasty = ClusterAccess.of(load_settings(kubernetes_kubeconfig=control_plane.kubeconfig, kubernetes_timeout="1s"))
    hasty.get("/api/v1/namespaces/default")
    with control_plane.standing_still(), pytest.raises(ClusterUnreachable, match="no whole answer in 1 s"):
        hasty.get("/api/v1/namespaces/default")
    hasty.close()


def test_a_version_that_the_server_has_forgotten(access):
    with pytest.raises(ClusterExpired):
        list(access.watch("/api/v1/pods", "1"))


def _bind(control_plane, namespace, account, rules, *, cluster=False):
    """A service account with these rights in the namespace; its token."""
    control_plane.create(f"/api/v1/namespaces/{namespace}/serviceaccounts", {"metadata": {"name": account}})
    place = "/apis/rbac.authorization.k8s.io/v1" + ("" if cluster else f"/namespaces/{namespace}")
    kind = "ClusterRole" if cluster else "Role"
    name = f"{namespace}-{account}"
    control_plane.create(f"{place}/{kind.lower()}s", {"metadata": {"name": name}, "rules": rules})
    control_plane.create(
        f"{place}/{kind.lower()}bindings",
        {
            "metadata": {"name": name},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name},
            "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": namespace}],
        },
    )
    return control_plane.token_of(namespace, account)


def _rules():
    return [
        {"apiGroups": [right.resource.group], "resources": [right.name], "verbs": list(right.verbs)}
        for right in READING
        if not right.optional
    ]


def test_the_rights_that_are_listed_are_all_it_needs(control_plane, namespace, follow, tmp_path):
    control_plane.create(f"{APPS}/{namespace}/deployments", _workload("cart", replicas=1))
    token = _bind(control_plane, namespace, "reader", _rules(), cluster=True)
    kubeconfig = control_plane.kubeconfig_of(tmp_path / "kubeconfig", token)
    cluster = follow(kubeconfig)
    assert cluster.view(30).facts_of(namespace, Workload("Deployment", "cart")) is not None
    assert cluster.problems() == ()
    access = ClusterAccess.of(load_settings(kubernetes_kubeconfig=kubeconfig))
    for kind in ("Deployment", "StatefulSet", "DaemonSet"):
        _try_history(access, kind, namespace)
    access.close()


def _try_history(access, kind, namespace):
    try:
        read_history(access, kind, namespace, "cart")
    except ClusterForbidden:
        raise
    except ClusterError:
        pass  # it is not there, or has no revision yet


def test_rights_to_one_namespace_alone(control_plane, namespace, follow, tmp_path):
    other = control_plane.new_namespace()
    for place in (namespace, other):
        control_plane.create(f"{APPS}/{place}/deployments", _workload("cart", replicas=1))
    token = _bind(control_plane, namespace, "tenant", _rules())
    kubeconfig = control_plane.kubeconfig_of(tmp_path / "kubeconfig", token)
    cluster = follow(kubeconfig, namespace, other)
    view = cluster.view(30)
    cart = Workload("Deployment", "cart")
    assert view.facts_of(namespace, cart) is not None
    assert view.facts_of(other, cart) is None
    (problem,) = cluster.problems()
    assert f"pods of {other}" in problem.text
    assert "nodes" in problem.text
    assert f"pods of {namespace}" not in problem.text
    cluster.view(30)
    assert cluster.problems() == ()


def test_a_token_that_ends_and_is_replaced_in_its_file(control_plane, namespace, follow, tmp_path):
    token = tmp_path / "token"
    token.write_text(_bind(control_plane, namespace, "first", _rules(), cluster=True))
    kubeconfig = control_plane.kubeconfig_of(tmp_path / "kubeconfig", "unused")
    kubeconfig.write_text(kubeconfig.read_text().replace("token: unused", f"tokenFile: {token}"))
    cluster = follow(kubeconfig)
    cluster.view(30)
    assert cluster.problems() == ()
    control_plane.delete(f"/api/v1/namespaces/{namespace}/serviceaccounts/first")
    replaced = _bind(control_plane, namespace, "second", _rules(), cluster=True)
    token.write_text(replaced)
    control_plane.create(f"{APPS}/{namespace}/deployments", _workload("later", replicas=1))
    later = Workload("Deployment", "later")
    wait_until(lambda: cluster.view(1).facts_of(namespace, later), "what came since is known")
