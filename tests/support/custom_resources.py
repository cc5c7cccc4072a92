"""Definitions of the custom resources that deploy/ uses, on the control plane, and where objects are in its API."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.support.control_plane import ControlPlane, program
from tests.support.servers import wait_until

# Group, version, kind, plural.
USED = (
    ("monitoring.coreos.com", "v1", "ServiceMonitor", "servicemonitors"),
    ("monitoring.coreos.com", "v1", "PrometheusRule", "prometheusrules"),
    ("gateway.networking.k8s.io", "v1", "HTTPRoute", "httproutes"),
    ("networking.istio.io", "v1", "VirtualService", "virtualservices"),
    ("networking.istio.io", "v1", "DestinationRule", "destinationrules"),
    ("argoproj.io", "v1alpha1", "Application", "applications"),
    ("argoproj.io", "v1alpha1", "ApplicationSet", "applicationsets"),
    ("argoproj.io", "v1alpha1", "AnalysisTemplate", "analysistemplates"),
    ("argoproj.io", "v1alpha1", "ClusterAnalysisTemplate", "clusteranalysistemplates"),
    ("argoproj.io", "v1alpha1", "Rollout", "rollouts"),
    ("flagger.app", "v1beta1", "Canary", "canaries"),
)
# All others are in namespaces.
_OF_THE_CLUSTER = {"ClusterAnalysisTemplate"}
# Its controller and `abort` write the status by itself.
_WITH_STATUS = {"Rollout"}
_DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


def define(control_plane: ControlPlane, *kinds: str) -> None:
    """Define these, or all: as their makers do where `make control-plane` could get that, or so that anything fits."""
    published = _published()
    wanted = [one for one in USED if not kinds or one[2] in kinds]
    for group, version, kind, plural in wanted:
        name = f"{plural}.{group}"
        definition = published.get(name) or _open(group, version, kind, plural)
        answer = control_plane.apply(f"{_DEFINITIONS}/{name}", definition)
        assert answer.ok, answer.text
    for group, version, _, plural in wanted:
        root = f"/apis/{group}/{version}"
        wait_until(lambda p=f"{root}/{plural}": control_plane.call("GET", p).ok, f"{plural} are there")
        # What there is, is listed a moment later than it is served.
        wait_until(lambda r=root, p=plural: _is_listed(control_plane, r, p), f"{plural} are listed")


def _is_listed(control_plane: ControlPlane, root: str, plural: str) -> bool:
    answer = control_plane.call("GET", root)
    return answer.ok and any(one["name"] == plural for one in answer.json()["resources"])


def is_published(group: str, plural: str) -> bool:
    """Whether a definition is its maker's."""
    return f"{plural}.{group}" in _published()


def path_of(control_plane: ControlPlane, one: dict[str, Any], namespace: str | None = None) -> str:
    """The path of an object; in that namespace, where it is in any."""
    api, kind = one["apiVersion"], one["kind"]
    root = f"/apis/{api}" if "/" in api else f"/api/{api}"
    known = {each["kind"]: each for each in control_plane.get(root)["resources"] if "/" not in each["name"]}
    found = known[kind]
    there = f"/namespaces/{namespace or one['metadata']['namespace']}" if found["namespaced"] else ""
    return f"{root}{there}/{found['name']}/{one['metadata']['name']}"


@cache
def _published() -> dict[str, dict[str, Any]]:
    folder = Path(program("kube-apiserver")).parent.parent / "crds"
    found: dict[str, dict[str, Any]] = {}
    for file in sorted(folder.glob("*.yaml")):
        for one in yaml.load_all(file.read_text(encoding="utf-8"), yaml.CSafeLoader):
            if one is not None:
                found[one["metadata"]["name"]] = one
    return found


def _open(group: str, version: str, kind: str, plural: str) -> dict[str, Any]:
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    served = {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    if kind in _WITH_STATUS:
        served["subresources"] = {"status": {}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": "Cluster" if kind in _OF_THE_CLUSTER else "Namespaced",
            "names": {"kind": kind, "plural": plural, "singular": kind.lower()},
            "versions": [served],
        },
    }
