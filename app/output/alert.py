"""The JSON documents of alerts."""

from app.domain.alert import Alert
from app.output.document import Document, rfc3339


def alert_document(alert: Alert) -> Document:
    """An alert as a JSON document."""
    return {
        "id": alert.id,
        "fingerprint": alert.fingerprint,
        "status": alert.status.value,
        "starts_at": rfc3339(alert.starts_at),
        "ends_at": None if alert.ends_at is None else rfc3339(alert.ends_at),
        "name": alert.name,
        "kind": alert.kind.value,
        "cluster": alert.cluster,
        "namespace": alert.namespace,
        "workload": alert.workload,
        "container": alert.container,
        "node": alert.node,
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
        "generator_url": alert.generator_url,
        "notification": dict(alert.notification),
        "received_at": rfc3339(alert.received_at),
        "updated_at": rfc3339(alert.updated_at),
        "incident_id": alert.incident_id,
    }
