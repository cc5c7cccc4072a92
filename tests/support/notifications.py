"""Alertmanager's payloads as versions 0.25 and 0.34 send them, with what matters to a test set."""

from typing import Any

STARTED = "2027-01-15T08:00:00.123Z"
NO_END = "0001-01-01T00:00:00Z"


def alert(
    name: str = "KubePodCrashLooping",
    status: str = "firing",
    *,
    fingerprint: str | None = "6b5a2a6ea1f01cf6",
    starts_at: str = STARTED,
    ends_at: str | None = None,
    annotations: dict[str, str] | None = None,
    more: dict[str, Any] | None = None,
    **labels: str,
) -> dict[str, Any]:
    """One alert."""
    return {
        "status": status,
        "labels": {"alertname": name, "namespace": "shop", **labels},
        "annotations": {"summary": "Pod is crash looping."} if annotations is None else annotations,
        "startsAt": starts_at,
        "endsAt": ends_at or NO_END,
        "generatorURL": "http://prometheus.example/graph",
        **({} if fingerprint is None else {"fingerprint": fingerprint}),
        **(more or {}),
    }


def payload(*alerts: Any, **more: Any) -> dict[str, Any]:
    """A notification of these alerts, as 0.25 sends it; `more` adds keys, as later versions have them."""
    return {
        "receiver": "leakwatch",
        "status": "firing",
        "alerts": list(alerts),
        "groupLabels": {"namespace": "shop"},
        "commonLabels": {"namespace": "shop"},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.example",
        "version": "4",
        "groupKey": '{}:{namespace="shop"}',
        "truncatedAlerts": 0,
        **more,
    }
