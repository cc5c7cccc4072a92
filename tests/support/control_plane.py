"""A real Kubernetes control plane for tests: etcd, API server, controllers, scheduler, and kwok, which plays nodes and
kubelets. Its programs are built by `make control-plane`; tests are skipped, with the reason, where they are not there.
"""

import contextlib
import itertools
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from tests.support.servers import Process, answers, free_port, start, wait_until

_TOKEN = "of-the-tests-admin"
_SECONDS = 30.0
_NODES = ("node-a", "node-b", "node-c")
_numbers = itertools.count(1)


def program(name: str) -> str:
    """The path of one of the control plane's programs; the test is skipped, and says so, where there is none."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    built = os.environ.get("LEAKWATCH_CONTROL_PLANE") or Path(cache) / "leakwatch" / "control-plane"
    for folder in (os.environ.get("KUBEBUILDER_ASSETS"), Path(built) / "bin"):
        if folder and (Path(folder) / name).is_file():
            return str(Path(folder) / name)
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not there (`make control-plane` builds it where Go is installed)")
    return found


@dataclass
class ControlPlane:
    """A running control plane. kubeconfig: its administrator's; ca: PEM file of the API server's authority."""

    folder: Path
    url: str
    ca: Path
    kubeconfig: Path
    api_command: list[str]
    api: Process
    etcd_url: str
    session: requests.Session = field(default_factory=requests.Session)

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        """What the API server answers to its administrator, whatever the status. path: begins with a slash."""
        data = None if body is None else json.dumps(body)
        headers = {"Content-Type": "application/json"} | options.pop("headers", {})
        return self.session.request(method, self.url + path, data=data, headers=headers, timeout=_SECONDS, **options)

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """The document that it answers; the test fails where it refuses."""
        answer = self.call(method, path, body, **options)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def get(self, path: str) -> Any:
        """The document at a path."""
        return self.ask("GET", path)

    def create(self, path: str, body: Any) -> Any:
        """Make an object in the collection at a path."""
        return self.ask("POST", path, body)

    def apply(self, path: str, body: Any, manager: str = "tests", *, dry_run: bool = False) -> requests.Response:
        """Server-side apply of an object at its own path."""
        query = f"?fieldManager={manager}&force=true" + ("&dryRun=All" if dry_run else "")
        return self.call("PATCH", path + query, body, headers={"Content-Type": "application/apply-patch+yaml"})

    def merge(self, path: str, body: Any) -> Any:
        """A merge patch."""
        return self.ask("PATCH", path, body, headers={"Content-Type": "application/merge-patch+json"})

    def delete(self, path: str) -> None:
        """Delete an object; one that is not there is no fault."""
        assert self.call("DELETE", path).status_code in {200, 202, 404}

    def new_namespace(self, labels: dict[str, str] | None = None) -> str:
        """The name of a new namespace with its default service account, for one test."""
        name = f"test-{next(_numbers)}"
        self.create("/api/v1/namespaces", {"metadata": {"name": name, "labels": labels or {}}})
        account = f"/api/v1/namespaces/{name}/serviceaccounts/default"
        wait_until(lambda: self.call("GET", account).ok, "the namespace has its service account")
        return name

    def token_of(self, namespace: str, account: str) -> str:
        """A token of a service account."""
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token"
        return str(self.create(path, {"spec": {"expirationSeconds": 3600}})["status"]["token"])

    def kubeconfig_of(self, file: Path, token: str, **cluster: Any) -> Path:
        """A kubeconfig with a bearer token, written into the file."""
        return _write_kubeconfig(file, {"server": self.url, "certificate-authority": str(self.ca)} | cluster, token)

    def stop_api(self, number: int = signal.SIGKILL) -> None:
        """Stop the API server; etcd keeps all."""
        self.api.stop(number)

    def start_api(self) -> None:
        """Start it again on the same data and port."""
        self.api = start(self.api_command, self.folder / "api-again.log")
        self._wait()

    @contextlib.contextmanager
    def standing_still(self) -> Iterator[None]:
        """The API server takes connections and answers nothing."""
        self.api.handle.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.api.handle.send_signal(signal.SIGCONT)

    def _wait(self) -> None:
        def ready() -> bool:
            with contextlib.suppress(requests.RequestException):
                return self.call("GET", "/readyz").ok
            return False

        wait_until(ready, "the API server is ready", 2 * _SECONDS)


@contextlib.contextmanager
def running_control_plane(folder: Path) -> Iterator[ControlPlane]:
    """A real control plane with three nodes, whose pods become ready in a moment."""
    programs = {name: program(name) for name in ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")}
    kwok = program("kwok")
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:

        def run(name: str, command: list[str]) -> Process:
            process = start(command, folder / f"{name}.log")
            stack.callback(process.stop, signal.SIGKILL)
            return process

        etcd_url = f"http://127.0.0.1:{free_port()}"
        run("etcd", _etcd(programs["etcd"], folder, etcd_url))
        wait_until(lambda: answers(f"{etcd_url}/health"), "etcd is ready")
        key = folder / "accounts.key"
        _make_key(key)
        port = free_port()
        command = _api_server(programs["kube-apiserver"], folder, etcd_url, port, key)
        ca = folder / "authority.pem"
        kubeconfig = folder / "admin.yaml"
        url = f"https://127.0.0.1:{port}"
        _write_kubeconfig(kubeconfig, {"server": url, "certificate-authority": str(ca)}, _TOKEN)
        api = start(command, folder / "api.log")
        shown = ControlPlane(folder, url, ca, kubeconfig, command, api, etcd_url)
        stack.callback(lambda: shown.api.stop(signal.SIGKILL))
        certificates = folder / "certs" / "apiserver.crt"
        wait_until(lambda: _keep_authority(certificates, ca), "the API server has made its certificate")
        shown.session.headers["Authorization"] = f"Bearer {_TOKEN}"
        shown.session.verify = str(ca)
        shown.session.trust_env = False  # a REQUESTS_CA_BUNDLE would win over that
        stack.callback(shown.session.close)
        shown._wait()
        run("controllers", _controllers(programs["kube-controller-manager"], kubeconfig, key, ca))
        run("scheduler", _scheduler(programs["kube-scheduler"], folder, kubeconfig))
        run("kwok", _kwok(kwok, kubeconfig))
        for number, name in enumerate(_NODES):
            shown.create("/api/v1/nodes", _node(name, zone=f"zone-{number}"))
        wait_until(lambda: _all_ready(shown), "the nodes are ready")
        yield shown


def _etcd(program: str, folder: Path, url: str) -> list[str]:
    peers = f"http://127.0.0.1:{free_port()}"
    return [
        *(program, f"--data-dir={folder / 'etcd'}", "--unsafe-no-fsync", "--log-level=error"),
        *(f"--listen-client-urls={url}", f"--advertise-client-urls={url}", f"--listen-peer-urls={peers}"),
        *(f"--initial-advertise-peer-urls={peers}", f"--initial-cluster=default={peers}"),
    ]


def _make_key(file: Path) -> None:
    subprocess.run(["openssl", "genrsa", "-out", file, "2048"], check=True, capture_output=True, timeout=_SECONDS)


def _api_server(program: str, folder: Path, etcd_url: str, port: int, key: Path) -> list[str]:
    tokens = folder / "tokens.csv"
    tokens.write_text(f"{_TOKEN},admin,admin,system:masters\n")
    return [
        *(program, f"--etcd-servers={etcd_url}", "--bind-address=127.0.0.1", f"--secure-port={port}"),
        *(f"--cert-dir={folder / 'certs'}", f"--token-auth-file={tokens}", "--authorization-mode=Node,RBAC"),
        *("--service-account-issuer=https://kubernetes.default.svc", f"--service-account-key-file={key}"),
        *(f"--service-account-signing-key-file={key}", "--service-cluster-ip-range=10.96.0.0/16"),
        # Debian's etcd (3.4) cannot report a watch's progress, which this needs.
        *("--allow-privileged=true", "--feature-gates=WatchList=false"),
    ]


def _keep_authority(certificates: Path, ca: Path) -> bool:
    """Whether the API server has written its certificate and, after it, that of the authority which signed it."""
    text = certificates.read_text() if certificates.exists() else ""
    end = "-----END CERTIFICATE-----\n"
    if text.count(end) < 2:
        return False
    ca.write_text(text.split(end)[1] + end)
    return True


def _controllers(program: str, kubeconfig: Path, key: Path, ca: Path) -> list[str]:
    return [
        *(program, f"--kubeconfig={kubeconfig}", "--leader-elect=false", "--secure-port=0"),
        *(f"--service-account-private-key-file={key}", f"--root-ca-file={ca}", "--use-service-account-credentials"),
        "--allocate-node-cidrs=false",
    ]


def _scheduler(program: str, folder: Path, kubeconfig: Path) -> list[str]:
    config = folder / "scheduler.yaml"
    document = {
        "apiVersion": "kubescheduler.config.k8s.io/v1",
        "kind": "KubeSchedulerConfiguration",
        "clientConnection": {"kubeconfig": str(kubeconfig)},
        "leaderElection": {"leaderElect": False},
    }
    config.write_text(yaml.safe_dump(document))
    return [program, f"--config={config}", "--secure-port=0"]


def _kwok(program: str, kubeconfig: Path) -> list[str]:
    stages = Path(__file__).with_name("kwok.yaml")
    # Its leases are the nodes' heartbeats.
    return [
        *(program, f"--kubeconfig={kubeconfig}", f"--config={stages}", "--manage-all-nodes=true"),
        *("--node-lease-duration-seconds=40", "--server-address=127.0.0.1:0"),
    ]


def _write_kubeconfig(file: Path, cluster: dict[str, Any], token: str) -> Path:
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "tests", "cluster": cluster}],
        "users": [{"name": "tests", "user": {"token": token}}],
        "contexts": [{"name": "tests", "context": {"cluster": "tests", "user": "tests"}}],
        "current-context": "tests",
    }
    file.write_text(yaml.safe_dump(document))
    file.chmod(0o600)
    return file


def _node(name: str, zone: str) -> dict[str, Any]:
    room = {"cpu": "64", "memory": "512Gi", "pods": "10000"}
    labels = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "topology.kubernetes.io/zone": zone,
    }
    return {
        "metadata": {"name": name, "labels": labels, "annotations": {"kwok.x-k8s.io/node": "fake"}},
        "status": {"capacity": room, "allocatable": room},
    }


def _all_ready(shown: ControlPlane) -> bool:
    def ready(node: Any) -> bool:
        told = {one["type"]: one["status"] for one in node["status"].get("conditions", [])}
        return told.get("Ready") == "True" and not node["spec"].get("taints")

    return all(ready(node) for node in shown.get("/api/v1/nodes")["items"])
