"""Objects of a real cluster that were made long ago: the API server tells the moment, and lets nobody else."""

import base64
import json
from datetime import UTC, datetime

import requests

from tests.support.control_plane import ControlPlane

_SECONDS = 10.0


def made_at(plane: ControlPlane, namespace: str, plural: str, name: str, at: float) -> None:
    """Let a ReplicaSet or Deployment have been made at a time (unix seconds), by writing into etcd, where the server
    keeps it: it reads JSON there as well as what it writes itself."""
    found = plane.get(f"/apis/apps/v1/namespaces/{namespace}/{plural}/{name}")
    found["metadata"]["creationTimestamp"] = f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"
    del found["metadata"]["resourceVersion"]
    key, value = f"/registry/{plural}/{namespace}/{name}", json.dumps(found)
    body = {"key": base64.b64encode(key.encode()).decode(), "value": base64.b64encode(value.encode()).decode()}
    requests.post(f"{plane.etcd_url}/v3/kv/put", json=body, timeout=_SECONDS).raise_for_status()
