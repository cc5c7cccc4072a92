"""The Helm chart, rendered by the real helm, and the values it is tried with."""

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.support.control_plane import program

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
CHART = DEPLOY / "helm" / "leakwatch"
NAMESPACE = "leakwatch"
_SECONDS = 60

_POSTGRESQL = {
    "database": {"kind": "postgresql"},
    "secrets": {"database_url": {"existingSecret": "leakwatch-database-app", "key": "uri"}},
    "networkPolicy": {"to": {"postgresql": [{"pods": {"cnpg.io/cluster": "leakwatch-database"}, "ports": [5432]}]}},
}
_GATEWAY = {
    "gateway": {
        "enabled": True,
        "parentRefs": [{"name": "public", "namespace": "gateways"}],
        "hostnames": ["a.example"],
    },
    "networkPolicy": {"from": {"ingress": [{"namespace": "gateways"}]}},
}
_ISTIO = {
    "istio": {"enabled": True, "gateways": ["istio-system/public"], "hosts": ["a.example"]},
    "networkPolicy": {"from": {"ingress": [{"namespace": "istio-system", "pods": {"istio": "ingressgateway"}}]}},
}
_CANARY = {"replicas": 2, "canary": {"enabled": True, "weight": 25, "image": {"tag": "0.2.0"}}}
_MONITORING = {
    "serviceMonitor": {"enabled": True, "tokenSecret": {"name": "leakwatch", "key": "metrics_token"}},
    "prometheusRule": {"enabled": True, "labels": {"release": "kube-prometheus-stack"}},
    "dashboards": {"enabled": True},
}
_BACKUP = {
    "backup": {"enabled": True},
    "settings": {"backup_bucket": "backups"},
    "secrets": {
        "backup_access_key": {"existingSecret": "leakwatch-backup"},
        "backup_secret_key": {"existingSecret": "leakwatch-backup"},
    },
}


def merged(*values: Mapping[str, Any]) -> dict[str, Any]:
    """Values put over each other as Helm does it: maps are merged, all else is replaced."""
    found: dict[str, Any] = {}
    for one in values:
        for name, value in one.items():
            both = isinstance(value, Mapping) and isinstance(found.get(name), Mapping)
            found[name] = merged(found[name], value) if both else value
    return found


EVERYTHING = merged(
    _POSTGRESQL,
    _GATEWAY,
    _ISTIO,
    _CANARY,
    _MONITORING,
    _BACKUP,
    {
        "autoscaling": {"enabled": True, "behavior": {"scaleDown": {"stabilizationWindowSeconds": 600}}},
        "rbac": {"act": {"enabled": True, "namespaces": ["shop", "payments"]}},
        "settings": {
            "alertmanager_urls": ["http://alertmanager-operated.monitoring.svc:9093"],
            "grafana_url": "http://grafana.monitoring.svc:3000",
            "runbook_url": "https://runbooks.example.org/{alert}",
            "root_path": "/leakwatch",
            "lookback": "1d12h",
            "prometheus_max_samples": 1_500_000,
            "metrics": {"container_matchers": 'container!="",job="kubelet"'},
            "incremental": False,
        },
        "secrets": {"grafana_token": {"existingSecret": "leakwatch"}, "prometheus_headers": {"existingSecret": "more"}},
        "secretFiles": {"ca.crt": {"existingSecret": "authority"}},
        "nodeSelector": {"node-pool": "tools"},
        "tolerations": [{"key": "node-pool", "operator": "Equal", "value": "tools", "effect": "NoSchedule"}],
        "priorityClass": {"create": True, "name": "leakwatch"},
        "spread": {"zones": "DoNotSchedule", "nodes": "required"},
        "commonLabels": {"team": "platform"},
        "podLabels": {"cost-centre": "42"},
        "podAnnotations": {"example.org/note": "yes"},
        "serviceAccount": {"annotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/leakwatch"}},
        "image": {"digest": f"sha256:{'0' * 64}", "pullSecrets": ["registry"]},
        "extraEnv": [{"name": "HTTPS_PROXY", "value": "http://proxy:3128"}],
        "extraVolumes": [{"name": "more", "emptyDir": {}}],
        "extraVolumeMounts": [{"name": "more", "mountPath": "/more"}],
        "networkPolicy": {"extraEgress": [{"to": [{"ipBlock": {"cidr": "192.0.2.1/32"}}]}]},
    },
)
SITUATIONS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "sqlite with all": merged(
        _MONITORING,
        _BACKUP,
        {
            "persistence": {"storageClass": "fast", "accessModes": ["ReadWriteOncePod"]},
            "tls": {"existingSecret": "leakwatch-tls"},
            "settings": {"log_format": "console"},
            "affinity": {"nodeAffinity": {}},
        },
    ),
    "a volume of one's own": {"persistence": {"existingClaim": "mine", "keep": False}},
    "postgresql": merged(_POSTGRESQL, {"replicas": 3}),
    "secrets given": merged(
        {"networkPolicy": _POSTGRESQL["networkPolicy"]},
        {
            "database": {"kind": "postgresql"},
            "secrets": {
                "database_url": {"value": "postgresql://u:s3cret@db/leakwatch"},
                "webhook_token": {"value": "s3cret-too"},
                "prometheus_headers": {"value": '{"X-Key": "s3cret-header"}'},
            },
            "secretFiles": {"eu-token": {"value": "s3cret-eu"}},
            "settings": {
                "prometheus_url": None,
                "clusters": [
                    {
                        "name": "eu",
                        "prometheus_url": "http://prometheus.monitoring.svc:9090",
                        "prometheus_token_file": "/etc/leakwatch/secrets/eu-token",
                    }
                ],
            },
        },
    ),
    "ingress": {
        "ingress": {"enabled": True, "className": "nginx", "hosts": ["a.example", "b.example"], "tlsSecret": "a-tls"},
        "networkPolicy": {"from": {"ingress": [{"namespace": "ingress-nginx"}]}},
    },
    "canary by gateway": merged(_POSTGRESQL, _GATEWAY, _CANARY),
    "canary by istio": merged(_POSTGRESQL, _ISTIO, _CANARY),
    "acting": {"rbac": {"act": {"enabled": True, "namespaces": ["shop", "payments"]}}},
    "all rights": {
        "rbac": {
            "read": {"argoRollouts": True, "argoApplications": True, "helmReleases": True},
            "act": {"enabled": True, "namespaces": ["shop"]},
        }
    },
    "rights to some namespaces": {
        "rbac": {
            "read": {"namespaces": ["shop", "payments"]},
            "act": {"enabled": True, "namespaces": ["shop"]},
        },
    },
    "no rights": {"rbac": {"read": {"enabled": False}}},
    "cronjob": {
        "mode": "cronjob",
        "scan": {"timeZone": "Europe/Paris", "args": ["--namespace", "shop"]},
        "settings": {"alertmanager_urls": ["http://alertmanager-operated.monitoring.svc:9093"]},
    },
    "cronjob on postgresql": merged(
        _POSTGRESQL,
        _BACKUP,
        {"mode": "cronjob", "settings": {"pushgateway_url": "http://pushgateway.monitoring.svc:9091"}},
    ),
    "ids by the platform": {"security": {"runAsUser": None, "runAsGroup": None, "fsGroup": None}},
    "no policies": {"networkPolicy": {"enabled": False}, "settings": {"prometheus_url": "https://prometheus.example"}},
    "migrations by hand": merged(_POSTGRESQL, {"migrations": {"enabled": False}}),
    "everything": EVERYTHING,
}
ENVIRONMENTS = ("development", "test", "production")


def values_of(environment: str) -> list[Path]:
    """The values files of an environment, the later over the earlier."""
    return [DEPLOY / "environments" / f"{name}.yaml" for name in ("common", environment)]


def helm(*arguments: str | Path, **options: Any) -> "subprocess.CompletedProcess[str]":
    """Run helm, whatever becomes of it."""
    command = [program("helm"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS, **options)


def template(folder: Path, *values: Mapping[str, Any] | Path, namespace: str = NAMESPACE) -> list[dict[str, Any]]:
    """The objects that the chart makes of values, its test too. folder: where values are written."""
    done = helm("template", "leakwatch", CHART, "--namespace", namespace, *files(folder, *values))
    assert done.returncode == 0, done.stderr
    return [one for one in yaml.load_all(done.stdout, yaml.CSafeLoader) if one]


def files(folder: Path, *values: Mapping[str, Any] | Path) -> list[str]:
    """Helm's options for values."""
    options = []
    for number, one in enumerate(values):
        file = one if isinstance(one, Path) else folder / f"values-{number}.yaml"
        if not isinstance(one, Path):
            file.write_text(yaml.safe_dump(dict(one)), encoding="utf-8")
        options += ["--values", str(file)]
    return options


def the(objects: list[dict[str, Any]], kind: str, name: str = "leakwatch") -> dict[str, Any]:
    """The one object of that kind and name."""
    [found] = [one for one in objects if (one["kind"], one["metadata"]["name"]) == (kind, name)]
    return found


def kinds(objects: list[dict[str, Any]]) -> set[str]:
    """The kinds of objects."""
    return {one["kind"] for one in objects}


def pods(objects: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The pod templates among objects, each with what makes pods of it."""
    for one in objects:
        place = {"Deployment": ("spec",), "Job": ("spec",), "CronJob": ("spec", "jobTemplate", "spec")}.get(one["kind"])
        if place is not None:
            found = one
            for part in place:
                found = found[part]
            yield f"{one['kind']} {one['metadata']['name']}", found["template"]


def containers(pod: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All containers of a pod template."""
    return [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]
