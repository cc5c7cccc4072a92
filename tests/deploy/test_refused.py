"""Values that make no sense: refused by name, before anything reaches a cluster."""

import pytest

from tests.support.chart import CHART, EVERYTHING, SITUATIONS, files, helm, merged

POSTGRESQL = SITUATIONS["postgresql"]
GATEWAY = SITUATIONS["canary by gateway"]

UNKNOWN = [
    ({"replica": 2}, "at '': additional properties 'replica' not allowed"),
    ({"image": {"tagg": "1"}}, "at '/image': additional properties 'tagg' not allowed"),
    ({"settings": {"lokback": "1h"}}, "at '/settings': additional properties 'lokback' not allowed"),
    ({"settings": {"metrics": {"rsss": "x"}}}, "at '/settings/metrics': additional properties 'rsss' not allowed"),
    ({"secrets": {"databaseurl": {"value": "x"}}}, "at '/secrets': additional properties 'databaseurl' not allowed"),
    ({"networkPolicy": {"to": {"postgres": []}}}, "at '/networkPolicy/to': additional properties 'postgres'"),
]
WRONG = [
    ({"replicas": "two"}, "at '/replicas': got string, want integer"),
    ({"replicas": -1}, "at '/replicas': minimum: got -1, want 0"),
    ({"mode": "server"}, "at '/mode': value must be one of 'service', 'cronjob'"),
    ({"database": {"kind": "mysql"}}, "at '/database/kind': value must be one of"),
    ({"image": {"repository": "leakwatch:1"}}, "at '/image/repository': 'leakwatch:1' does not match"),
    ({"image": {"digest": "sha256:12"}}, "at '/image/digest': 'sha256:12' does not match"),
    ({"settings": {"lookback": "soon"}}, "at '/settings/lookback': 'soon' does not match"),
    ({"settings": {"scan_on_start": "yes"}}, "at '/settings/scan_on_start': got string, want boolean"),
    ({"settings": {"source": "magic"}}, "at '/settings/source': value must be one of"),
    ({"settings": {"clusters": [{"name": "eu"}]}}, "at '/settings/clusters/0': missing property 'prometheus_url'"),
    ({"persistence": {"size": "large"}}, "at '/persistence/size': 'large' does not match"),
    ({"resources": {"limits": {"memory": "much"}}}, "at '/resources/limits/memory': 'much' does not match"),
    (
        {"rbac": {"read": {"extraRules": [{"apiGroups": ["a"], "resources": ["b"], "verbs": ["delete"]}]}}},
        "at '/rbac/read/extraRules/0/verbs/0': value must be one of",
    ),
    ({"canary": {"weight": 101}}, "at '/canary/weight': maximum: got 101, want 100"),
    ({"security": {"runAsUser": 0}}, "at '/security/runAsUser': minimum: got 0, want 1"),
    ({"tolerations": [{"effect": "Never"}]}, "at '/tolerations/0/effect': value must be one of"),
    ({"networkPolicy": {"from": {"ingress": [{"cidr": "all"}]}}}, "at '/networkPolicy/from/ingress/0/cidr': 'all'"),
    ({"prometheusRule": {"packs": ["memcached"]}}, "at '/prometheusRule/packs/0': value must be one of"),
]
NOT_TOGETHER = [
    ({"replicas": 2}, "replicas: SQLite's file is for one replica; two and more need database.kind: postgresql"),
    ({"autoscaling": {"enabled": True}}, "autoscaling.enabled: SQLite's file is for one replica"),
    ({"canary": {"enabled": True}}, "canary.enabled: SQLite's file is for one replica"),
    ({"database": {"kind": "postgresql"}}, "secrets.database_url: PostgreSQL needs it"),
    ({"secrets": {"database_url": {"value": "x"}}}, "secrets.database_url: it is for PostgreSQL"),
    ({"settings": {"database_url": "x"}}, "settings.database_url: a secret does not belong into a ConfigMap"),
    ({"settings": {"prometheus_headers": {"X-Key": "x"}}}, "settings.prometheus_headers: a secret does not belong"),
    ({"settings": {"port": 9000}}, "settings.port: the chart decides this"),
    ({"settings": {"insecure_no_auth": True}}, "settings.insecure_no_auth: the chart decides this"),
    ({"settings": {"prometheus_url": None}}, "settings.prometheus_url: say what to scan"),
    ({"secrets": {"token_key": {}}}, "secrets.token_key: give a value, or an existingSecret"),
    (
        {"secrets": {"token_key": {"value": "x", "existingSecret": "b"}}},
        "secrets.token_key: give a value, or an existing",
    ),
    (
        {"secrets": {"token_key": {"value": "x"}}, "secretFiles": {"token_key": {"value": "b"}}},
        "secretFiles.token_key: there is a file of that name",
    ),
    ({"rbac": {"act": {"enabled": True}}}, "rbac.act.namespaces: name the namespaces to act in"),
    (
        {"rbac": {"read": {"enabled": False}, "act": {"enabled": True, "namespaces": ["shop"]}}},
        "rbac.act.enabled: who acts on workloads must read them",
    ),
    (
        {"rbac": {"read": {"namespaces": ["shop"]}, "act": {"enabled": True, "namespaces": ["payments"]}}},
        "rbac.act.namespaces: payments is none of rbac.read.namespaces",
    ),
    ({"backup": {"enabled": True}}, "backup.enabled: say where snapshots go"),
    ({"mode": "cronjob"}, "settings.alertmanager_urls: mode cronjob tells nobody but whom it pushes to"),
    ({"serviceMonitor": {"enabled": True}}, "serviceMonitor.tokenSecret.name: /metrics asks for a token"),
    ({"priorityClass": {"create": True}}, "priorityClass.name: the class that priorityClass.create makes"),
    ({"ingress": {"enabled": True}}, "ingress.hosts: name the hosts"),
    ({"gateway": {"enabled": True}}, "gateway.parentRefs: name the gateway"),
    ({"istio": {"enabled": True, "hosts": ["a.example"]}}, "istio.gateways: give at least one"),
    (merged(POSTGRESQL, {"canary": {"enabled": True}}), "canary.enabled: only gateway and istio know weights"),
    (merged(GATEWAY, {"canary": {"image": {"tag": ""}}}), "canary.image.tag: say which image is tried"),
    (merged(GATEWAY, {"ingress": {"enabled": True, "hosts": ["a"]}}), "canary.enabled: an Ingress knows no weights"),
    (merged(POSTGRESQL, {"autoscaling": {"enabled": True, "minReplicas": 9}}), "autoscaling.minReplicas: more than"),
    (merged(EVERYTHING, {"settings": {"trusted_hosts": "a.example"}}), "settings.trusted_hosts: Prometheus asks pods"),
]
POLICIES = [
    (
        {"settings": {"prometheus_url": "http://prometheus.metrics.svc:9090"}},
        "networkPolicy.to.prometheus: allows nothing where settings.prometheus_url leads, prometheus.metrics.svc; add "
        "its namespace",
    ),
    ({"settings": {"prometheus_url": "https://prometheus.example.org"}}, "prometheus.example.org; add its addresses"),
    ({"settings": {"prometheus_url": "http://10.1.2.3:9090"}}, "10.1.2.3; add its addresses, as a cidr"),
    ({"settings": {"prometheus_url": "http://prometheus:9090"}}, "leads, prometheus; add its namespace"),
    (
        merged(POSTGRESQL, {"networkPolicy": {"to": {"postgresql": []}}}),
        "networkPolicy.to.postgresql: the pods need it",
    ),
    ({"networkPolicy": {"to": {"prometheus": None}}}, "networkPolicy.to.prometheus: the pods need it"),
    ({"networkPolicy": {"to": {"kubernetes": [{"cidr": "10.0.0.1/32"}]}}}, "networkPolicy.to.kubernetes[0].ports: say"),
    ({"networkPolicy": {"from": {"grafana": [{}]}}}, "networkPolicy.from.grafana[0]: give a cidr, or namespace"),
    ({"ingress": {"enabled": True, "hosts": ["a.example"]}}, "networkPolicy.from.ingress: name the pods"),
    (
        {"settings": {"alertmanager_urls": ["http://alertmanager.alerts.svc:9093"]}},
        "networkPolicy.to.alertmanager: allows nothing where settings.alertmanager_urls leads",
    ),
    (
        {"settings": {"alertmanager_urls": "http://alertmanager.monitoring:9093, http://alertmanager.alerts:9093"}},
        "where settings.alertmanager_urls leads, alertmanager.alerts; add its namespace, or its addresses",
    ),
    (
        {"settings": {"grafana_url": "https://grafana.acme"}},
        "leads, grafana.acme; add its namespace, or its addresses, as a cidr",
    ),
    (
        {"settings": {"mitigation_argocd_url": "https://argocd-server.gitops.svc"}},
        "networkPolicy.to.argocd: allows nothing where settings.mitigation_argocd_url leads, argocd-server.gitops.svc",
    ),
    (
        {"mode": "cronjob", "settings": {"pushgateway_url": "http://pushgateway.metrics.svc:9091"}},
        "networkPolicy.to.pushgateway: allows nothing where settings.pushgateway_url leads, pushgateway.metrics.svc",
    ),
    (
        {
            "backup": {"enabled": True},
            "settings": {"backup_bucket": "b", "backup_endpoint": "http://minio.storage.svc:9000"},
        },
        "networkPolicy.to.s3: allows nothing where settings.backup_endpoint leads, minio.storage.svc; add its",
    ),
    (
        {
            "backup": {"enabled": True},
            "settings": {"backup_bucket": "b", "backup_endpoint": "https://minio.example.org:9000"},
        },
        "networkPolicy.to.s3: opens no port 9000, where settings.backup_endpoint leads, at minio.example.org; add it",
    ),
    (
        {"settings": {"prometheus_url": "http://prometheus-operated.monitoring.svc:9091"}},
        "networkPolicy.to.prometheus: opens no port 9091, where settings.prometheus_url leads",
    ),
    ({"settings": {"prometheus_url": "prometheus:9090"}}, "settings.prometheus_url: give a URL, such as http://"),
]
ALLOWED = {
    "a host outside of two parts": {
        "settings": {"prometheus_url": "https://prometheus.acme"},
        "networkPolicy": {"to": {"prometheus": [{"cidr": "192.0.2.0/24", "ports": [443]}]}},
    },
    "a Service of two parts": {"settings": {"prometheus_url": "http://prometheus.monitoring:9090/prefix"}},
    "a pod of a StatefulSet": {
        "settings": {"prometheus_url": "http://prometheus-0.prometheus-operated.monitoring.svc.cluster.local:9090"}
    },
    "an address of IPv6": {
        "settings": {"prometheus_url": "http://[2001:db8::1]:9090"},
        "networkPolicy": {"to": {"prometheus": [{"cidr": "2001:db8::/64", "ports": [9090]}]}},
    },
    "a Service whose port is 80": {"settings": {"prometheus_url": "http://prometheus.monitoring.svc"}},
    "a Service whose port is 443": {"settings": {"mitigation_argocd_url": "https://argocd-server.argocd.svc:443"}},
    "a Service's own port, named": {
        "settings": {"prometheus_url": "http://prometheus.monitoring.svc:8480"},
        "networkPolicy": {"to": {"prometheus": [{"namespace": "monitoring", "ports": [9090, 8480]}]}},
    },
    "a name of the release's namespace": {
        "settings": {"prometheus_url": "http://prometheus:9090"},
        "networkPolicy": {"to": {"prometheus": [{"pods": {"app": "prometheus"}, "ports": [9090]}]}},
    },
    "a bucket in the cluster": {
        "backup": {"enabled": True},
        "settings": {"backup_bucket": "b", "backup_endpoint": "http://minio.storage.svc:9000"},
        "networkPolicy": {"to": {"s3": [{"namespace": "storage", "ports": [9000]}]}},
    },
    "a Pushgateway that only a scan by schedule has": {"settings": {"pushgateway_url": "http://a.elsewhere.svc:1"}},
}


CASES = [*UNKNOWN, *WRONG, *NOT_TOGETHER, *POLICIES]


@pytest.mark.parametrize(("values", "says"), CASES, ids=[says for _, says in CASES])
def test_names_the_value_and_what_to_do(tmp_path, values, says):
    done = helm("template", "leakwatch", CHART, "--namespace", "leakwatch", *files(tmp_path, values))
    assert done.returncode != 0
    assert says in done.stderr


@pytest.mark.parametrize("values", ALLOWED.values(), ids=ALLOWED)
def test_what_a_peer_allows_is_taken(tmp_path, values):
    done = helm("template", "leakwatch", CHART, "--namespace", "leakwatch", *files(tmp_path, values))
    assert done.returncode == 0, done.stderr
