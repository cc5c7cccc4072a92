"""What the shared queries make of series, by the real promtool."""

import json
import shutil
import subprocess

import pytest

from dashboards import queries
from dashboards.interpolation import interpolate
from dashboards.model import Options

OPTIONS = Options()
SHOP = {"cluster": ".*", "namespace": "shop"}
OWNERS = queries.owners(OPTIONS, queries.NAMESPACE)
MEMORY = queries.non_reclaimable(OPTIONS, queries.NAMESPACE)
KILLS = queries.oom_kills(OPTIONS, queries.NAMESPACE, "30m")

REPLICASET = {
    'kube_pod_owner{namespace="shop",pod="cart-7f-a",owner_kind="ReplicaSet",owner_name="cart-7f"}': "1x60",
    'kube_replicaset_owner{namespace="shop",replicaset="cart-7f",owner_kind="Deployment",owner_name="cart"}': "1x60",
}
CONTAINER = '{namespace="shop",pod="a",container="app"}'
KILLED = 'kube_pod_container_status_last_terminated_reason{namespace="shop",pod="a",container="app",reason="OOMKilled"}'


def owned(pod, workload, kind, cluster=None):
    of = f'cluster="{cluster}", ' if cluster else ""
    return {f'{{{of}namespace="shop", pod="{pod}", workload="{workload}", workload_type="{kind}"}}': 1}


SITUATIONS = {
    "a Deployment's pod is named by it, not by its ReplicaSet": (
        OWNERS,
        REPLICASET,
        owned("cart-7f-a", "cart", "Deployment"),
    ),
    "a ReplicaSet without an owner stands for itself": (
        OWNERS,
        {
            'kube_pod_owner{namespace="shop",pod="a",owner_kind="ReplicaSet",owner_name="rs"}': "1x60",
            'kube_replicaset_owner{namespace="shop",replicaset="rs",owner_kind="",owner_name=""}': "1x60",
        },
        owned("a", "rs", "ReplicaSet"),
    ),
    "a CronJob's pod is named by it, not by its Job": (
        OWNERS,
        {
            'kube_pod_owner{namespace="shop",pod="a",owner_kind="Job",owner_name="night-1"}': "1x60",
            'kube_job_owner{namespace="shop",job_name="night-1",owner_kind="CronJob",owner_name="night"}': "1x60",
        },
        owned("a", "night", "CronJob"),
    ),
    "a Job of nobody stands for itself": (
        OWNERS,
        {'kube_pod_owner{namespace="shop",pod="a",owner_kind="Job",owner_name="once"}': "1x60"},
        owned("a", "once", "Job"),
    ),
    "a StatefulSet's pod": (
        OWNERS,
        {'kube_pod_owner{namespace="shop",pod="db-0",owner_kind="StatefulSet",owner_name="db"}': "1x60"},
        owned("db-0", "db", "StatefulSet"),
    ),
    "a bare pod stands for itself": (
        OWNERS,
        {'kube_pod_owner{namespace="shop",pod="a",owner_kind="",owner_name=""}': "1x60"},
        owned("a", "a", "Pod"),
    ),
    "a bare pod, as older kube-state-metrics tell of it": (
        OWNERS,
        {'kube_pod_owner{namespace="shop",pod="a",owner_kind="<none>",owner_name="<none>"}': "1x60"},
        owned("a", "a", "Pod"),
    ),
    "two replicas of kube-state-metrics make one": (
        OWNERS,
        {f'{name[:-1]},instance="{replica}"}}': values for name, values in REPLICASET.items() for replica in "12"},
        owned("cart-7f-a", "cart", "Deployment"),
    ),
    "the same names in two clusters are two": (
        OWNERS,
        {f'{name[:-1]},cluster="{of}"}}': values for name, values in REPLICASET.items() for of in ("eu", "us")},
        owned("cart-7f-a", "cart", "Deployment", "eu") | owned("cart-7f-a", "cart", "Deployment", "us"),
    ),
    "another namespace is left out": (
        OWNERS,
        {name.replace("shop", "mail"): values for name, values in REPLICASET.items()},
        {},
    ),
    "page cache is no memory that is held": (
        MEMORY,
        {
            f"container_memory_rss{CONTAINER}": "100x60",
            f"container_memory_working_set_bytes{CONTAINER}": "500x60",
            f"container_memory_cache{CONTAINER}": "450x60",
        },
        {'{namespace="shop", pod="a", container="app"}': 100},
    ),
    "what RSS does not see, such as shared memory, is held": (
        MEMORY,
        {
            f"container_memory_rss{CONTAINER}": "100x60",
            f"container_memory_working_set_bytes{CONTAINER}": "500x60",
            f"container_memory_cache{CONTAINER}": "50x60",
        },
        {'{namespace="shop", pod="a", container="app"}': 450},
    ),
    "without the cache, RSS is what is known": (
        MEMORY,
        {f"container_memory_rss{CONTAINER}": "100x60", f"container_memory_working_set_bytes{CONTAINER}": "500x60"},
        {'{namespace="shop", pod="a", container="app"}': 100},
    ),
    "an old and a new container of a pod are not added": (
        MEMORY,
        {f'container_memory_rss{CONTAINER[:-1]},id="{id_}"}}': f"{100 * id_}x60" for id_ in (1, 2)},
        {'{namespace="shop", pod="a", container="app"}': 200},
    ),
    "a pod's sandbox is no container": (
        MEMORY,
        {f'container_memory_rss{{namespace="shop",pod="a",container="{name}"}}': "100x60" for name in ("POD", "")},
        {},
    ),
    "a restart after an OOM kill is one": (
        KILLS,
        {f"kube_pod_container_status_restarts_total{CONTAINER}": "0x45 1x15", KILLED: "_x45 1x15"},
        {'{namespace="shop", pod="a", container="app"}': "about 1"},
    ),
    "an OOM kill of long ago is none": (
        KILLS,
        {f"kube_pod_container_status_restarts_total{CONTAINER}": "1x60", KILLED: "1x60"},
        {'{namespace="shop", pod="a", container="app"}': 0},
    ),
    "a restart for another reason is none": (
        KILLS,
        {f"kube_pod_container_status_restarts_total{CONTAINER}": "0x45 1x15"},
        {},
    ),
}


@pytest.fixture(scope="module")
def promtool():
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("promtool is not installed")
    return found


@pytest.mark.parametrize("situation", SITUATIONS)
def test_series_become(promtool, tmp_path, situation):
    query, series, wanted = SITUATIONS[situation]
    # increase() looks beyond the samples; "about" is wanted where it does.
    if "about 1" in wanted.values():
        query, wanted = f"round({query})", dict.fromkeys(wanted, 1)
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {
                "expr": interpolate(query, SHOP),
                "eval_time": "1h",
                "exp_samples": [{"labels": labels, "value": value} for labels, value in wanted.items()],
            }
        ],
    }
    file = tmp_path / "test.yml"
    file.write_text(json.dumps({"tests": [test]}))
    done = subprocess.run([promtool, "test", "rules", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_pods_of_earlier_are_asked_for_by_their_span():
    found = queries.owners(OPTIONS, queries.NAMESPACE, over="$__range")
    assert found.count("last_over_time(") == found.count("[$__range]") == 6


def test_own_selectors_are_in_every_query():
    options = Options(cadvisor='job="kubelet"', kube_state_metrics='job="ksm"')
    assert queries.owners(options, queries.NAMESPACE).count('job="ksm"') == 6
    assert queries.non_reclaimable(options, queries.NAMESPACE).count('job="kubelet"') == 3
    assert queries.oom_kills(options, queries.NAMESPACE, "1h").count('job="ksm"') == 2
