"""PrometheusRule manifests of the Prometheus Operator (monitoring.coreos.com/v1), and rules out of them. Pure."""

from collections.abc import Mapping
from typing import Any

_KIND = "PrometheusRule"


def prometheus_rule(
    name: str, rules: Mapping[str, Any], labels: Mapping[str, str], namespace: str | None
) -> dict[str, Any]:
    """A manifest. rules: a rule file; labels: those by which the operator selects; namespace: None: where it is put."""
    metadata: dict[str, Any] = {"name": name}
    if namespace is not None:
        metadata["namespace"] = namespace
    if labels:
        metadata["labels"] = dict(labels)
    return {"apiVersion": "monitoring.coreos.com/v1", "kind": _KIND, "metadata": metadata, "spec": dict(rules)}


def is_manifest(document: Any) -> bool:
    """Whether a document is a PrometheusRule."""
    return isinstance(document, dict) and document.get("kind") == _KIND


def rules_in(document: Any) -> Any:
    """The rule file in a manifest; anything else as it is."""
    if is_manifest(document):
        return document.get("spec") or {}
    return document
