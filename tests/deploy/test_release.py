"""A release on a real control plane, by the real helm: installed, tested, upgraded, rolled back, uninstalled."""

import json

import pytest

from tests.support.chart import CHART, SITUATIONS, files, helm, merged
from tests.support.servers import wait_until

_RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}
_POSTGRESQL = merged(SITUATIONS["postgresql"], {"rbac": {"act": {"enabled": True, "namespaces": ["default"]}}})


class Release:
    """A release of the chart in a namespace of its own."""

    def __init__(self, control_plane, folder):
        self._control_plane, self._folder = control_plane, folder
        self.namespace = control_plane.new_namespace(_RESTRICTED)

    def helm(self, *arguments):
        there = ("--namespace", self.namespace, "--kubeconfig", self._control_plane.kubeconfig)
        done = helm(*arguments, *there)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def put(self, how, *values):
        """Install or upgrade, until all is ready."""
        options = ("--wait", "--timeout", "60s", *files(self._folder, *values))
        return self.helm(how, "leakwatch", CHART, *options)

    def get(self, kind, name=""):
        roots = {"deployments": "apis/apps/v1", "jobs": "apis/batch/v1", "networkpolicies": "apis/networking.k8s.io/v1"}
        root = roots.get(kind, "api/v1")
        return self._control_plane.get(f"/{root}/namespaces/{self.namespace}/{kind}/{name}".rstrip("/"))

    def names(self, kind):
        return {one["metadata"]["name"] for one in self.get(kind)["items"]}

    def images(self):
        """Of the pods that run now."""
        pods = [one for one in self.get("pods")["items"] if "deletionTimestamp" not in one["metadata"]]
        return {
            container["image"]
            for one in pods
            if one["status"]["phase"] == "Running"
            for container in one["spec"]["containers"]
        }

    def migrations(self):
        """How often the schema's Job was made: what was made and deleted is still told of in events."""
        events = self.get("events")["items"]
        return len(
            {
                one["involvedObject"]["uid"]
                for one in events
                if one["involvedObject"]["name"] == "leakwatch-migrate" and one["reason"] == "Completed"
            }
        )


@pytest.fixture
def release(cluster, tmp_path):
    return Release(cluster, tmp_path)


def test_it_is_upgraded_and_rolled_back(release):
    release.put("install", _POSTGRESQL)
    assert release.images() == {"leakwatch:0.1.0"}
    assert release.get("deployments", "leakwatch")["status"]["readyReplicas"] == 3
    wait_until(lambda: release.migrations() == 1, "the schema was made")
    before = release.get("configmaps", "leakwatch")["data"]

    changed = merged(_POSTGRESQL, {"image": {"tag": "0.2.0"}, "settings": {"lookback": "1d"}, "replicas": 2})
    release.put("upgrade", changed)
    wait_until(lambda: release.images() == {"leakwatch:0.2.0"}, "the pods of the version before have gone")
    wait_until(lambda: release.migrations() == 2, "the schema was upgraded")
    assert "lookback: 1d" in release.get("configmaps", "leakwatch")["data"]["leakwatch.yaml"]

    release.helm("rollback", "leakwatch", "1", "--wait", "--timeout", "60s")
    wait_until(lambda: release.images() == {"leakwatch:0.1.0"}, "the pods of the version after have gone")
    assert release.get("configmaps", "leakwatch")["data"] == before
    assert release.get("deployments", "leakwatch")["status"]["readyReplicas"] == 3
    history = json.loads(release.helm("history", "leakwatch", "--output", "json"))
    assert [one["status"] for one in history] == ["superseded", "superseded", "deployed"]


def test_what_a_migration_needed_goes_with_it(release):
    release.put("install", SITUATIONS["secrets given"])
    assert release.names("jobs") == set()
    assert "leakwatch-migrate" not in release.names("secrets") | release.names("networkpolicies")
    assert "leakwatch" in release.names("secrets")


def test_it_can_be_tested_after_a_first_install_that_makes_its_priority_class(release):
    # The migration runs before the class is there.
    release.put("install", merged(_POSTGRESQL, {"priorityClass": {"create": True, "name": release.namespace}}))
    assert "Phase:          Succeeded" in release.helm("test", "leakwatch", "--timeout", "60s")
    release.helm("uninstall", "leakwatch", "--wait", "--timeout", "60s")


def test_a_canary_comes_and_goes(release):
    stable = SITUATIONS["canary by gateway"]
    release.put("install", merged(stable, {"canary": {"enabled": False}}))
    release.put("upgrade", stable)
    assert release.images() == {"leakwatch:0.1.0", "leakwatch:0.2.0"}
    assert release.names("deployments") == {"leakwatch", "leakwatch-canary"}
    release.put("upgrade", merged(stable, {"canary": {"enabled": False}}))
    assert release.names("deployments") == {"leakwatch"}


def test_the_volume_outlives_the_release(cluster, release):
    volume = {
        "metadata": {"name": f"of-{release.namespace}"},
        "spec": {
            "capacity": {"storage": "2Gi"},
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": release.namespace,
            "hostPath": {"path": "/nowhere"},
        },
    }
    cluster.create("/api/v1/persistentvolumes", volume)
    release.put("install", {"persistence": {"storageClass": release.namespace}})
    assert release.get("persistentvolumeclaims", "leakwatch-data")["status"]["phase"] == "Bound"
    # With one replica and one volume the pod before must have gone when the next one comes.
    release.put("upgrade", {"persistence": {"storageClass": release.namespace}, "image": {"tag": "0.2.0"}})
    assert release.images() == {"leakwatch:0.2.0"}
    release.helm("uninstall", "leakwatch", "--wait", "--timeout", "60s")
    assert release.names("persistentvolumeclaims") == {"leakwatch-data"}
    assert release.names("deployments") == set()
    cluster.delete(f"/api/v1/persistentvolumes/of-{release.namespace}")
