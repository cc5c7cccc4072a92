"""What the chart makes of values: of every pod, of secrets, and of what each situation is for."""

import json
import re
from itertools import pairwise

import pytest
import yaml

from tests.support.chart import CHART, ROOT, SITUATIONS, containers, files, helm, kinds, merged, pods, template, the

every_situation = pytest.mark.parametrize("situation", SITUATIONS)
SECRET = re.compile("s3cret")


@every_situation
def test_lint_finds_nothing(tmp_path, situation):
    done = helm("lint", "--strict", CHART, *files(tmp_path, SITUATIONS[situation]))
    assert done.returncode == 0, done.stdout + done.stderr


def test_is_of_leakwatchs_version():
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert f'version = "{chart["appVersion"]}"' in (ROOT / "pyproject.toml").read_text()


def test_each_value_is_told_of_and_held_by_the_schema():
    """What has no comment above it, or above one of those around it, nobody can choose."""
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    schema = json.loads((CHART / "values.schema.json").read_text())
    assert values.keys() | {"global"} == schema["properties"].keys()
    lines = (CHART / "values.yaml").read_text().splitlines()
    bare = [
        line
        for before, line in pairwise(["", *lines])
        if re.match(r"\w+:", line) and not before.startswith("#") and before != "" and ":" not in before
    ]
    assert bare == []


@every_situation
def test_a_pod_can_do_no_harm(rendered, situation):
    for name, pod in pods(rendered(situation)):
        assert pod["spec"]["enableServiceLinks"] is False, name
        assert pod["spec"]["securityContext"]["runAsNonRoot"] is True, name
        assert pod["spec"]["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for container in containers(pod):
            security = container["securityContext"]
            assert security["readOnlyRootFilesystem"] is True, name
            assert security["allowPrivilegeEscalation"] is False, name
            assert security["capabilities"] == {"drop": ["ALL"]}, name
            assert {"cpu", "memory"} <= container["resources"]["requests"].keys(), name
            assert {"cpu", "memory"} <= container["resources"]["limits"].keys(), name


@every_situation
def test_what_is_mounted_is_there(rendered, situation):
    objects = rendered(situation)
    made = {one["metadata"]["name"] for one in objects if one["kind"] == "ConfigMap"}
    for name, pod in pods(objects):
        volumes = {one["name"]: one for one in pod["spec"].get("volumes", [])}
        for container in containers(pod):
            mounts = container.get("volumeMounts", [])
            assert {one["name"] for one in mounts} <= volumes.keys(), name
            assert len({one["mountPath"] for one in mounts}) == len(mounts), name
        for volume in volumes.values():
            if "configMap" in volume:
                assert volume["configMap"]["name"] in made, name


@every_situation
def test_no_secret_stands_where_it_can_be_read(rendered, situation):
    for one in rendered(situation):
        if one["kind"] != "Secret":
            assert not SECRET.search(json.dumps(one)), f"{one['kind']} {one['metadata']['name']}"


def test_secrets_that_are_given_are_kept_in_secrets(rendered):
    objects = rendered("secrets given")
    own = the(objects, "Secret")["stringData"]
    assert own == {
        "database_url": "postgresql://u:s3cret@db/leakwatch",
        "webhook_token": "s3cret-too",
        "prometheus_headers": '{"X-Key": "s3cret-header"}',
        "eu-token": "s3cret-eu",
    }
    hook = the(objects, "Secret", "leakwatch-migrate")
    assert hook["stringData"] == {name: own[name] for name in ("database_url", "eu-token")}
    [(_, job)] = [one for one in pods(objects) if one[0] == "Job leakwatch-migrate"]
    [secrets] = [one for one in job["spec"]["volumes"] if one["name"] == "secrets"]
    assert {one["secret"]["name"] for one in secrets["projected"]["sources"]} == {"leakwatch-migrate"}


@pytest.mark.parametrize(
    ("change", "replaced"),
    [
        ({"settings": {"lookback": "1d"}}, True),
        ({"secrets": {"webhook_token": {"value": "another"}}}, True),
        ({"secretFiles": {"eu-token": {"value": "another"}}}, True),
        ({"service": {"annotations": {"a": "b"}}}, False),
        ({"commonLabels": {"a": "b"}}, False),
    ],
)
def test_pods_are_replaced_when_what_they_read_changes(rendered, tmp_path, change, replaced):
    before = the(rendered("secrets given"), "Deployment")
    after = the(template(tmp_path, merged(SITUATIONS["secrets given"], change)), "Deployment")
    assert (before["spec"]["template"] != after["spec"]["template"]) is replaced


def test_one_replica_on_sqlite_has_a_volume_and_is_never_two(rendered):
    objects = rendered("sqlite with all")
    server = the(objects, "Deployment")["spec"]
    assert (server["replicas"], server["strategy"]) == (1, {"type": "Recreate"})
    claim = the(objects, "PersistentVolumeClaim", "leakwatch-data")
    assert claim["spec"]["storageClassName"] == "fast"
    assert claim["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
    assert {"name": "LEAKWATCH_AUTO_UPGRADE", "value": "true"} in server["template"]["spec"]["containers"][0]["env"]
    assert "PodDisruptionBudget" not in kinds(objects)
    assert "Job leakwatch-migrate" not in dict(pods(objects))


def test_a_backup_of_sqlite_is_made_where_the_volume_is(rendered):
    backup = dict(pods(rendered("sqlite with all")))["CronJob leakwatch-backup"]["spec"]
    [term] = backup["affinity"]["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    server = the(rendered("sqlite with all"), "Deployment")["spec"]["template"]["metadata"]["labels"]
    assert term["labelSelector"]["matchLabels"].items() <= server.items()
    assert {"name": "data", "persistentVolumeClaim": {"claimName": "leakwatch-data"}} in backup["volumes"]


def test_a_claim_of_ones_own_is_mounted(rendered):
    objects = rendered("a volume of one's own")
    assert "PersistentVolumeClaim" not in kinds(objects)
    volumes = the(objects, "Deployment")["spec"]["template"]["spec"]["volumes"]
    assert {"name": "data", "persistentVolumeClaim": {"claimName": "mine"}} in volumes


def test_replicas_on_postgresql_are_spread_and_not_all_taken_away(rendered):
    objects = rendered("postgresql")
    server = the(objects, "Deployment")["spec"]
    assert server["replicas"] == 3
    assert server["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    assert the(objects, "PodDisruptionBudget")["spec"]["maxUnavailable"] == 1
    labels = server["template"]["metadata"]["labels"].items()
    [spread] = server["template"]["spec"]["topologySpreadConstraints"]
    [term] = server["template"]["spec"]["affinity"]["podAntiAffinity"][
        "preferredDuringSchedulingIgnoredDuringExecution"
    ]
    assert spread["topologyKey"] == "topology.kubernetes.io/zone"
    assert spread["labelSelector"]["matchLabels"].items() <= labels
    assert term["podAffinityTerm"]["labelSelector"]["matchLabels"].items() <= labels


def test_an_autoscaler_decides_on_replicas(rendered):
    objects = rendered("everything")
    assert "replicas" not in the(objects, "Deployment")["spec"]
    assert the(objects, "HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]["name"] == "leakwatch"


def test_it_runs_on_the_nodes_for_tools_before_others(rendered):
    for name, pod in pods(rendered("everything")):
        assert pod["spec"]["nodeSelector"] == {"node-pool": "tools"}, name
        assert pod["spec"]["tolerations"][0]["value"] == "tools", name
        # The migration runs before the class is made.
        wanted = None if name == "Job leakwatch-migrate" else "leakwatch"
        assert pod["spec"].get("priorityClassName") == wanted, name


@pytest.mark.parametrize("situation", ["canary by gateway", "canary by istio"])
def test_each_track_has_pods_and_a_service_of_its_own(rendered, situation):
    objects = rendered(situation)
    servers = {name: the(objects, "Deployment", name)["spec"] for name in ("leakwatch", "leakwatch-canary")}
    for name, server in servers.items():
        selector = the(objects, "Service", name)["spec"]["selector"].items()
        reached = {one for one, of in servers.items() if selector <= of["template"]["metadata"]["labels"].items()}
        assert reached == {name}
        assert server["selector"]["matchLabels"].items() <= server["template"]["metadata"]["labels"].items()
    images = [server["template"]["spec"]["containers"][0]["image"] for server in servers.values()]
    assert images == ["leakwatch:0.1.0", "leakwatch:0.2.0"]


def test_the_canary_gets_its_share_by_the_gateway(rendered):
    [rule] = the(rendered("canary by gateway"), "HTTPRoute")["spec"]["rules"]
    assert [(one["name"], one["weight"]) for one in rule["backendRefs"]] == [
        ("leakwatch", 75),
        ("leakwatch-canary", 25),
    ]


def test_the_canary_gets_its_share_by_istio(rendered):
    objects = rendered("canary by istio")
    [rule] = the(objects, "VirtualService")["spec"]["http"]
    shares = {one["destination"]["host"]: one["weight"] for one in rule["route"]}
    assert shares == {
        "leakwatch.leakwatch.svc.cluster.local": 75,
        "leakwatch-canary.leakwatch.svc.cluster.local": 25,
    }
    assert {one["spec"]["host"] for one in objects if one["kind"] == "DestinationRule"} == shares.keys()


def test_either_image_may_be_the_one_that_upgrades_the_schema(rendered):
    job = dict(pods(rendered("canary by gateway")))["Job leakwatch-migrate"]
    assert [(one["image"], one["args"]) for one in containers(job)] == [
        ("leakwatch:0.1.0", ["db", "upgrade"]),
        ("leakwatch:0.2.0", ["db", "upgrade"]),
    ]


def test_what_a_hook_needs_is_a_hook_before_it(rendered):
    for situation in ("secrets given", "postgresql"):
        objects = [one for one in rendered(situation) if "migrate" in one["metadata"]["name"]]
        weights = {one["kind"]: int(one["metadata"]["annotations"]["helm.sh/hook-weight"]) for one in objects}
        assert all(one["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade" for one in objects)
        assert all(weight < weights["Job"] for kind, weight in weights.items() if kind != "Job")
        assert "NetworkPolicy" in weights


def test_a_schedule_alone_serves_nothing(rendered):
    objects = rendered("cronjob")
    assert not {"Deployment", "Service", "Job"} & kinds(objects)
    scan = dict(pods(objects))["CronJob leakwatch-scan"]["spec"]
    assert scan["containers"][0]["args"] == [
        *("scan", "--push", "--every", "30m", "--quiet"),
        *("--namespace", "shop"),
    ]
    assert {"name": "data", "persistentVolumeClaim": {"claimName": "leakwatch-data"}} in scan["volumes"]


def test_a_schedule_on_postgresql_has_its_schema_made(rendered):
    objects = rendered("cronjob on postgresql")
    assert dict(pods(objects)).keys() == {"CronJob leakwatch-scan", "CronJob leakwatch-backup", "Job leakwatch-migrate"}
    assert "PersistentVolumeClaim" not in kinds(objects)


def test_rules_send_people_to_the_runbooks_that_are_named(rendered):
    [leaks] = [one for one in rendered("everything") if one["metadata"]["name"] == "leakwatch-leaks-with-service"]
    urls = {rule["annotations"]["runbook_url"] for group in leaks["spec"]["groups"] for rule in group["rules"]}
    assert "https://runbooks.example.org/LeakwatchLeakConfirmed" in urls
    assert all(url.startswith("https://runbooks.example.org/Leakwatch") for url in urls)


def test_dashboards_are_found_by_the_sidecar(rendered):
    found = [one for one in rendered("everything") if one["metadata"]["name"].startswith("leakwatch-dashboard-")]
    assert len(found) == 4
    for one in found:
        assert one["metadata"]["labels"]["grafana_dashboard"] == "1"
        [text] = one["data"].values()
        assert json.loads(text)["uid"]


def test_the_platform_may_choose_whom_pods_run_as(rendered):
    for name, pod in pods(rendered("ids by the platform")):
        assert not {"runAsUser", "runAsGroup", "fsGroup"} & pod["spec"]["securityContext"].keys(), name
