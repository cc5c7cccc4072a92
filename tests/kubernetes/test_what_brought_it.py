"""From a rollout on a real API server and memory in a real Prometheus to what the on-call is told: all of it."""

import json
import re
import subprocess
import sys
import time
from dataclasses import dataclass

import numpy as np
import pytest

from demo.load import push, series_of
from tests.integration.conftest import environment
from tests.support.control_plane import ControlPlane
from tests.support.leaking_workloads import manifest, roll_out
from tests.support.past import made_at
from tests.support.servers import running_prometheus, wait_until
from tests.support.service import running_service

MIB = 1024.0**2
HOUR = 3600.0
STEP_SECONDS = 60.0
# How long ago each version was rolled out.
STABLE_HOURS, LEAKING_HOURS = 40.0, 18.0
NUMBER = "deployment.kubernetes.io/revision"
HIDDEN = ("hunter2", "hunter3")
CHANGES = [
    {"container": "app", "what": "image", "before": "registry.example/cart:v1", "after": "registry.example/cart:v2"},
    {"container": "app", "what": "env CACHE_ITEMS", "before": "1000", "after": "unbounded"},
    {"container": "app", "what": "env DB_PASSWORD", "before": "(hidden)", "after": "(hidden)"},
]
LINE = (
    "rollout 2 changed image of app: registry.example/cart:v1 → registry.example/cart:v2; "
    "env CACHE_ITEMS of app: 1000 → unbounded; env DB_PASSWORD of app: another value (hidden)"
)


@dataclass
class World:
    """A cluster with a Deployment, cart, whose second revision leaks; and its Prometheus."""

    plane: ControlPlane
    namespace: str
    prometheus_url: str
    rolled_out_at: float

    @property
    def settings(self):
        return {"prometheus_url": self.prometheus_url, "kubernetes_kubeconfig": self.plane.kubeconfig}


@pytest.fixture(scope="module")
def world(control_plane, tmp_path_factory):
    """Rolled out twice just now, and made so many hours ago; its pods' names are those that the API server has."""
    now, namespace = time.time(), control_plane.new_namespace()
    with running_prometheus(tmp_path_factory.mktemp("prometheus")) as server:
        series = []
        for version, begins, ends in (("v1", STABLE_HOURS, LEAKING_HOURS), ("v2", LEAKING_HOURS, 0.0)):
            path = roll_out(control_plane, namespace, _deployment(version))
            pods = _pods(control_plane, namespace)
            for pod in pods:
                series += _series(namespace, pod, version, now - begins * HOUR, now - ends * HOUR)
        push(server.url, series)
        replica_sets = control_plane.get(f"/apis/apps/v1/namespaces/{namespace}/replicasets")["items"]
        ages = {"1": STABLE_HOURS, "2": LEAKING_HOURS}
        for one in replica_sets:
            hours = ages[one["metadata"]["annotations"][NUMBER]]
            made_at(control_plane, namespace, "replicasets", one["metadata"]["name"], now - hours * HOUR)
        made_at(control_plane, namespace, "deployments", path.rpartition("/")[2], now - STABLE_HOURS * HOUR)
        yield World(control_plane, namespace, server.url, now - LEAKING_HOURS * HOUR)


def _deployment(version):
    document = manifest(image=f"registry.example/cart:{version}")
    (container,) = document["spec"]["template"]["spec"]["containers"]
    values = ("1000", "hunter2") if version == "v1" else ("unbounded", "hunter3")
    container["env"] = [
        {"name": name, "value": value} for name, value in zip(("CACHE_ITEMS", "DB_PASSWORD"), values, strict=True)
    ]
    return document


def _pods(plane, namespace):
    """The names of the pods that stay."""
    pods = plane.get(f"/api/v1/namespaces/{namespace}/pods")["items"]
    return sorted(one["metadata"]["name"] for one in pods if "deletionTimestamp" not in one["metadata"])


def _series(namespace, pod, version, begin, end):
    times = np.arange(begin, end, STEP_SECONDS)
    hours = (times - begin) / HOUR
    noise = np.random.default_rng(len(pod) + ord(pod[-1])).normal(0.0, 0.3 * MIB, times.size)
    memory = 60 * MIB + noise + (8 * MIB * hours if version == "v2" else 0.0)
    row = {
        "pod": pod,
        "namespace": namespace,
        "workload": "cart",
        "container": "app",
        "version": version,
        "node": "node-a",
        "limit_bytes": 256 * MIB,
        "t0": begin,
        "step_s": STEP_SECONDS,
        "working_set": memory + 4 * MIB,
        "rss": memory,
        "cache": np.full(times.size, 4 * MIB),
        "start_time": np.full(times.size, begin),
        "restarts": np.zeros(times.size),
        "cpu": np.full(times.size, 0.1),
    }
    return series_of(row, 0.0)


def _is_what_changed(rollout, world):
    assert (rollout["number"], rollout["previous"]["number"], rollout["confirmed"]) == (2, 1, True)
    assert rollout["changes"] == CHANGES
    assert rollout["seconds_before_onset"] is not None
    began_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(world.rolled_out_at))
    assert rollout["began_at"] == began_at


def test_a_scan_by_the_command_names_the_rollout_and_what_it_changed(world):
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "scan", "-n", world.namespace, "-o", "json", "--no-store"],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env=environment(**world.settings),
    )
    (finding,) = json.loads(done.stdout)["findings"]
    assert (finding["verdict"], finding["revision"]["suspect"]) == ("leak", "v2")
    _is_what_changed(finding["revision"]["rollout"], world)
    assert not any(secret in done.stdout + done.stderr for secret in HIDDEN)


def test_a_scan_of_the_service_opens_an_incident_that_tells_it_everywhere(world, tmp_path):
    settings = {"recording": "", "namespaces": world.namespace, **world.settings}
    with running_service(tmp_path, "--insecure-no-auth", **settings) as service, service.client() as client:
        assert client.post("/api/v1/scans").is_success

        def found():
            items = client.get("/api/v1/incidents").json()["items"]
            return items[0] if items else None

        incident = client.get(f"/api/v1/incidents/{wait_until(found, 'an incident is open', 60)['id']}").json()
        _is_what_changed(incident["finding"]["revision"]["rollout"], world)
        page = client.get(f"/incidents/{incident['id']}", headers={"Accept": "text/html"}).text
        workload = client.get(f"/workloads/{incident['fingerprint']}", headers={"Accept": "text/html"}).text
        for text in (page, workload):
            told = " ".join(re.sub(r"<[^>]*>", " ", text).split())
            assert "What brought it Rollout 2 of" in told
            assert "Confirmed: between" in told
            assert "env CACHE_ITEMS app 1000 → unbounded" in told
        # Two days: what began before is drawn as well.
        drawn = client.get("/grafana/annotations", params={"from": str(int(1000 * (time.time() - 48 * HOUR)))}).json()
        lines = {kind: one["text"].split("<br>") for one in drawn for kind in one["tags"].split(",")}
        assert LINE in lines["leak"]
        assert lines["deploy"] == ["revision v2 was first seen", LINE]
        assert not any(secret in page + workload + json.dumps(drawn) + json.dumps(incident) for secret in HIDDEN)
