"""A real etcd and kube-apiserver, filled with a fleet by many hands: what a cluster's API costs to read."""

import contextlib
import json
import os
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any

import yaml

from bench.servers import answers, free_port, wait_for

_TOKEN = "of-the-bench"
_PROGRAMS = ("etcd", "kube-apiserver")
_HANDS = 16
_POD_BATCH = 50


class ApiServer:
    """A running one. send: a request of its administrator; kubeconfig: leads to it; processes: etcd and itself."""

    def __init__(self, port: int, kubeconfig: Path) -> None:
        self.kubeconfig = kubeconfig
        self.processes: list[int] = []
        self._port = port
        self._mine = threading.local()

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """The document that is answered. Raises RuntimeError where it is refused."""
        try:
            return self._send(method, path, body)
        except (OSError, HTTPException):  # a connection that was not used for long is closed
            return self._send(method, path, body)

    def spent(self) -> float:
        """CPU seconds of etcd and API server so far, as the kernel counts them."""
        ticks = 0
        for one in self.processes:
            of_process = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, of_process[11:13]))  # utime and stime: proc(5)
        return ticks / os.sysconf("SC_CLK_TCK")

    def _send(self, method: str, path: str, body: Any) -> Any:
        connection = getattr(self._mine, "connection", None)
        if connection is None:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            connection = self._mine.connection = HTTPSConnection("127.0.0.1", self._port, timeout=60, context=context)
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        headers = {"Authorization": f"Bearer {_TOKEN}", "Content-Type": kind}
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            said = answer.read()
        except (OSError, HTTPException):
            self._mine.connection = None
            raise
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {said[:300]!r}")
        return json.loads(said)


def missing_program() -> str | None:
    """One that is needed and not there."""
    return next((one for one in _PROGRAMS if _program(one) is None), None)


@contextlib.contextmanager
def running_api_server(folder: Path) -> Iterator[ApiServer]:
    """A real one, empty, without controllers."""
    etcd_url, peers = f"http://127.0.0.1:{free_port()}", f"http://127.0.0.1:{free_port()}"
    key, tokens, port = folder / "key", folder / "tokens.csv", free_port()
    subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
    tokens.write_text(f"{_TOKEN},admin,admin,system:masters\n")
    commands = [
        [
            *(str(_program("etcd")), f"--data-dir={folder / 'etcd'}", "--unsafe-no-fsync", "--log-level=error"),
            *(f"--listen-client-urls={etcd_url}", f"--advertise-client-urls={etcd_url}"),
            *(f"--listen-peer-urls={peers}", f"--initial-advertise-peer-urls={peers}"),
            *(f"--initial-cluster=default={peers}", "--quota-backend-bytes=4294967296"),
        ],
        [
            *(str(_program("kube-apiserver")), f"--etcd-servers={etcd_url}", f"--secure-port={port}"),
            *(f"--cert-dir={folder / 'certs'}", f"--token-auth-file={tokens}", "--authorization-mode=RBAC"),
            *("--service-account-issuer=https://kubernetes.default.svc", f"--service-account-key-file={key}"),
            *(f"--service-account-signing-key-file={key}", "--service-cluster-ip-range=10.96.0.0/16"),
            *("--bind-address=127.0.0.1", "--disable-admission-plugins=ServiceAccount", "--event-ttl=24h"),
        ],
    ]
    kubeconfig = folder / "kubeconfig"
    cluster = {"server": f"https://127.0.0.1:{port}", "certificate-authority": str(folder / "certs" / "apiserver.crt")}
    document = {
        "clusters": [{"name": "bench", "cluster": cluster}],
        "users": [{"name": "bench", "user": {"token": _TOKEN}}],
        "contexts": [{"name": "bench", "context": {"cluster": "bench", "user": "bench"}}],
        "current-context": "bench",
    }
    kubeconfig.write_text(yaml.safe_dump(document))
    with contextlib.ExitStack() as stack:
        api = ApiServer(port, kubeconfig)
        ready: list[Callable[[], bool]] = [lambda: answers(f"{etcd_url}/health"), lambda: _is_ready(api)]
        for command, is_ready in zip(commands, ready, strict=True):
            log = stack.enter_context((folder / f"{Path(command[0]).name}.log").open("wb"))
            process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
            api.processes.append(process.pid)
            stack.callback(process.wait)
            stack.callback(process.kill)
            wait_for(is_ready, command[0])
        yield api


def fill(api: ApiServer, pods: int, per_workload: int, namespaces: int) -> None:
    """Deployments with two revisions each, their pods, and nodes, as large as they are in real clusters."""
    nodes = max(pods // 30, 1)
    for number in range(namespaces):
        api.send("POST", "/api/v1/namespaces", {"metadata": {"name": f"team-{number}"}})
    with ThreadPoolExecutor(_HANDS) as hands:
        list(hands.map(lambda number: api.send("POST", "/api/v1/nodes", _node(number)), range(nodes)))
        made = hands.map(
            lambda number: _workload(api, number, f"team-{number % namespaces}", per_workload, nodes),
            range(pods // per_workload),
        )
        for _ in made:
            pass


def _workload(api: ApiServer, number: int, namespace: str, pods: int, nodes: int) -> None:
    name = f"service-{number}"
    labels = {"app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "shop", "team": namespace}
    spec = {"replicas": pods, "selector": {"matchLabels": {"app.kubernetes.io/name": name}}}
    apps = f"/apis/apps/v1/namespaces/{namespace}"
    owner = api.send(
        "POST",
        f"{apps}/deployments",
        {"metadata": {"name": name, "labels": labels}, "spec": {**spec, "template": _template(name, labels, 2)}},
    )
    for revision in (1, 2):
        hashed = {**labels, "pod-template-hash": f"h{revision}"}
        of_set = {"matchLabels": {"app.kubernetes.io/name": name, "pod-template-hash": f"h{revision}"}}
        kept = api.send(
            "POST",
            f"{apps}/replicasets",
            {
                "metadata": {
                    "name": f"{name}-h{revision}",
                    "labels": hashed,
                    "annotations": {"deployment.kubernetes.io/revision": str(revision)},
                    "ownerReferences": [_reference(owner, "apps/v1", "Deployment")],
                },
                "spec": {
                    "replicas": pods * (revision == 2),
                    "selector": of_set,
                    "template": _template(name, hashed, revision),
                },
            },
        )
    for pod in range(pods):
        _pod(api, namespace, f"{name}-h2-{pod:05d}", kept, _template(name, hashed, 2), (number * pods + pod) % nodes)


def _pod(api: ApiServer, namespace: str, name: str, kept: Any, template: Any, node: int) -> None:
    owner = _reference(kept, "apps/v1", "ReplicaSet")
    metadata = {**template["metadata"], "name": name, "ownerReferences": [owner]}
    spec = {**template["spec"], "nodeName": f"node-{node}", "tolerations": [_TOLERATED]}
    path = f"/api/v1/namespaces/{namespace}/pods"
    api.send("POST", path, {"metadata": metadata, "spec": spec})
    began = "2026-01-01T00:00:00Z"
    told = [{"type": one, "status": "True", "lastTransitionTime": began} for one in _CONDITIONS]
    containers = [
        {
            "name": one["name"],
            "image": one["image"],
            "imageID": f"{one['image']}@sha256:{'ab' * 32}",
            "containerID": f"containerd://{'cd' * 32}",
            "ready": True,
            "restartCount": 1,
            "state": {"running": {"startedAt": began}},
            "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled", "finishedAt": began}},
        }
        for one in template["spec"]["containers"]
    ]
    status = {"phase": "Running", "conditions": told, "containerStatuses": containers, "podIP": "10.0.0.1"}
    api.send("PATCH", f"{path}/{name}/status", {"status": status})


_CONDITIONS = ("PodScheduled", "Initialized", "ContainersReady", "Ready")
_TOLERATED = {"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute"}


def _template(name: str, labels: dict[str, str], version: int) -> Any:
    def container(kind: str, variables: int) -> Any:
        probe = {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 10, "timeoutSeconds": 1}
        return {
            "name": kind,
            "image": f"registry.example.org/{name}/{kind}:1.{version}",
            "env": [{"name": f"SETTING_{one}", "value": f"value of {one}"} for one in range(variables)],
            "resources": {"limits": {"memory": "512Mi", "cpu": "1"}, "requests": {"memory": "256Mi", "cpu": "100m"}},
            "livenessProbe": probe,
            "readinessProbe": probe,
            "volumeMounts": [{"name": "config", "mountPath": "/etc/app"}],
            "securityContext": {"runAsNonRoot": True, "allowPrivilegeEscalation": False},
        }

    return {
        "metadata": {"labels": labels, "annotations": {"prometheus.io/scrape": "true", "checksum/config": "ef" * 32}},
        "spec": {
            "containers": [container("app", 20), container("proxy", 10)],
            "volumes": [{"name": "config", "configMap": {"name": f"{name}-config"}}],
        },
    }


def _node(number: int) -> Any:
    labels = {
        "cloud.google.com/gke-nodepool": f"pool-{number % 5}",
        "node.kubernetes.io/instance-type": "n2-standard-8",
    }
    return {"metadata": {"name": f"node-{number}", "labels": labels}}


def _reference(owner: Any, api: str, kind: str) -> Any:
    metadata = owner["metadata"]
    return {"apiVersion": api, "kind": kind, "name": metadata["name"], "uid": metadata["uid"], "controller": True}


def _is_ready(api: ApiServer) -> bool:
    with contextlib.suppress(OSError, HTTPException, RuntimeError, ValueError):
        return api.send("GET", "/api/v1/namespaces/default") is not None
    return False


def _program(name: str) -> str | None:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "leakwatch" / "control-plane"
    for folder in (
        os.environ.get("KUBEBUILDER_ASSETS"),
        Path(os.environ.get("LEAKWATCH_CONTROL_PLANE") or cache) / "bin",
    ):
        if folder and (Path(folder) / name).is_file():
            return str(Path(folder) / name)
    return shutil.which(name)
