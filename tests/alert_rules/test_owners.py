"""Which workload a pod is taken to belong to, by the real promtool."""

import pytest
import yaml

from alert_rules import conventions as names
from alert_rules.owners import owner_group
from alert_rules.pack import Options, Pack
from alert_rules.rule import rule_file
from tests.support import promtool

POD = 'namespace="shop",pod="cart-6f7c9d-x2x4z",job="kube-state-metrics"'
IN_REPLICASET = f'kube_pod_owner{{{POD},owner_kind="ReplicaSet",owner_name="cart-6f7c9d",owner_is_controller="true"}}'
REPLICASET = 'namespace="shop",replicaset="cart-6f7c9d"'
IN_DEPLOYMENT = f'kube_replicaset_owner{{{REPLICASET},owner_kind="Deployment",owner_name="cart"}}'
CART = {"namespace": "shop", "pod": "cart-6f7c9d-x2x4z", "workload": "cart", "workload_type": "Deployment"}
NIGHTLY = {"namespace": "shop", "pod": "bill-28000000-abcde", "workload": "bill", "workload_type": "CronJob"}
OF_NIGHTLY = 'kube_pod_owner{namespace="shop",pod="bill-28000000-abcde",owner_kind="Job",owner_name="bill-28000000"}'


def _owned(pod, kind, name, **labels):
    more = "".join(f',{key}="{value}"' for key, value in labels.items())
    return f'kube_pod_owner{{namespace="shop",pod="{pod}",owner_kind="{kind}",owner_name="{name}"{more}}}'


SITUATIONS = {
    "a Deployment, by its ReplicaSet": ([IN_REPLICASET, IN_DEPLOYMENT], [CART]),
    "a rollout's ReplicaSet": (
        [IN_REPLICASET, IN_DEPLOYMENT.replace('"Deployment"', '"Rollout"')],
        [CART | {"workload_type": "Rollout"}],
    ),
    "a ReplicaSet that is not told of": ([IN_REPLICASET], [CART]),
    "a ReplicaSet that nobody owns": (
        [IN_REPLICASET, f'kube_replicaset_owner{{{REPLICASET},owner_kind="<none>",owner_name="<none>"}}'],
        [CART],
    ),
    "a ReplicaSet whose name no Deployment made": (
        [_owned("lonely-x", "ReplicaSet", "lonely")],
        [CART | {"pod": "lonely-x", "workload": "lonely", "workload_type": "ReplicaSet"}],
    ),
    "a CronJob, by its Job": (
        [
            OF_NIGHTLY,
            'kube_job_owner{namespace="shop",job_name="bill-28000000",owner_kind="CronJob",owner_name="bill"}',
        ],
        [NIGHTLY],
    ),
    "a CronJob, by its Job's name": ([OF_NIGHTLY], [NIGHTLY]),
    "a Job of no CronJob": (
        [_owned("move-abcde", "Job", "move")],
        [{"namespace": "shop", "pod": "move-abcde", "workload": "move", "workload_type": "Job"}],
    ),
    "a StatefulSet": (
        [_owned("db-0", "StatefulSet", "db", owner_is_controller="true")],
        [{"namespace": "shop", "pod": "db-0", "workload": "db", "workload_type": "StatefulSet"}],
    ),
    "a DaemonSet": (
        [_owned("agent-abcde", "DaemonSet", "agent")],
        [{"namespace": "shop", "pod": "agent-abcde", "workload": "agent", "workload_type": "DaemonSet"}],
    ),
    "a pod that nobody owns": (
        [_owned("debug", "<none>", "<none>", owner_is_controller="<none>")],
        [{"namespace": "shop", "pod": "debug", "workload": "debug", "workload_type": "Pod"}],
    ),
    "an owner beside the controller": (
        [
            _owned("db-0", "StatefulSet", "db", owner_is_controller="true"),
            _owned("db-0", "Database", "main", owner_is_controller="false"),
        ],
        [{"namespace": "shop", "pod": "db-0", "workload": "db", "workload_type": "StatefulSet"}],
    ),
    "an owner that controls nothing, and none beside": (
        [_owned("kafka-0", "KafkaSet", "kafka", owner_is_controller="false")],
        [{"namespace": "shop", "pod": "kafka-0", "workload": "kafka", "workload_type": "KafkaSet"}],
    ),
    "two of kube-state-metrics tell the same": (
        [
            IN_REPLICASET,
            IN_REPLICASET.replace("{", '{instance="b",'),
            IN_DEPLOYMENT,
            IN_DEPLOYMENT.replace("{", '{instance="b",'),
        ],
        [CART],
    ),
    "the same names in two clusters": (
        [one.replace("{", f'{{cluster="{cluster}",') for cluster in "ab" for one in (IN_REPLICASET, IN_DEPLOYMENT)],
        [CART | {"cluster": "a"}, CART | {"cluster": "b"}],
    ),
    "nothing is told": ([], []),
}


@pytest.mark.parametrize(("series", "owners"), SITUATIONS.values(), ids=SITUATIONS.keys())
def test_whose_pod_it_is(tmp_path, series, owners):
    _write(tmp_path, Options())
    _ask(tmp_path, series, owners)


def test_only_series_that_are_selected_count(tmp_path):
    _write(tmp_path, Options(kube_state_metrics='job="ours"'))
    ours, other = _owned("db-0", "StatefulSet", "db", job="ours"), _owned("db-1", "StatefulSet", "db", job="other")
    _ask(
        tmp_path,
        [ours, other],
        [{"namespace": "shop", "pod": "db-0", "workload": "db", "workload_type": "StatefulSet"}],
    )


def test_promtool_finds_nothing_wrong(tmp_path):
    promtool.check(Pack((owner_group(Options()),), ()), tmp_path)


def _write(folder, options):
    rules = rule_file([owner_group(options)], promtool.RUNBOOKS)
    (folder / "rules.yml").write_text(yaml.safe_dump(rules))


def _ask(folder, series, owners):
    wanted = [{"labels": _selector(one), "value": 1} for one in owners]
    asked = {"expr": names.POD_OWNER, "eval_time": "2m", "exp_samples": wanted}
    test = {
        "interval": "1m",
        "input_series": [{"series": one, "values": "1x5"} for one in series],
        "promql_expr_test": [asked],
    }
    (folder / "tests.yml").write_text(yaml.safe_dump({"rule_files": ["rules.yml"], "tests": [test]}))
    promtool.promtool(folder, "test", "rules", "tests.yml")


def _selector(labels):
    inner = ",".join(f'{name}="{value}"' for name, value in labels.items())
    return f"{names.POD_OWNER}{{{inner}}}"
