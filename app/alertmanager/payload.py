"""Alertmanager's webhook payload, read: what of it is an alert, and what is not.

Of versions 0.25 and 0.34 (notify/webhook, template.Data), and of whoever sends the same. Unknown keys are kept. Written
for thousands of alerts a second: plain dictionaries, each value looked at once.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypedDict

import orjson

from app.alertmanager.label_hash import label_hash
from app.errors import UsageError

_STATUSES = frozenset({"firing", "resolved"})
_KNOWN = ("status", "labels", "annotations", "startsAt", "endsAt", "generatorURL", "fingerprint")
_LONGEST_FINGERPRINT = 64
_EARLIEST_YEAR, _LATEST_YEAR = 1970, 9000
# No text of PostgreSQL holds this character; SQLite's could, but the two are to keep the same.
_NUL = b"\\u0000"


class AlertEntry(TypedDict):
    """One alert of a notification. Times are UTC as `2026-01-01 00:00:00.000000`; ends_at is None while it fires."""

    fingerprint: str
    starts_at: str
    ends_at: str | None
    status: str
    labels: dict[str, str]
    annotations: dict[str, str]
    generator_url: str
    # The document around the alerts, as JSON.
    notification: orjson.Fragment


@dataclass(frozen=True, slots=True)
class SetAside:
    """What came and is no alert that can be kept as one, with the reason."""

    reason: str
    content: Any


@dataclass(frozen=True, slots=True)
class Notification:
    """What a notification brought."""

    alerts: list[AlertEntry]
    set_aside: list[SetAside]


def parse_notification(body: bytes, received_at: float) -> Notification:
    """Read a payload. received_at: unix seconds, the end of a resolved alert that does not tell its own.

    Raises UsageError where it is no JSON object with a list `alerts`: such a sender is no Alertmanager.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise UsageError(f"the body is not JSON: {error}", "Alertmanager's webhook_configs send such") from None
    alerts = document.pop("alerts", None) if isinstance(document, dict) else None
    if not isinstance(alerts, list):
        raise UsageError("alerts: must be a list in a JSON object", "Alertmanager's webhook_configs send such")
    try:
        return _notification(document, alerts, _NUL in body, received_at)
    except orjson.JSONEncodeError:
        raise UsageError("the body is nested too deeply", "Alertmanager's webhook_configs send no such") from None


def as_set_aside(notification: Notification, reason: str) -> Notification:
    """The same with none of its alerts as an alert."""
    content = orjson.loads(orjson.dumps(notification.alerts))
    return Notification([], [*notification.set_aside, SetAside(reason, content)])


def _notification(document: dict[str, Any], alerts: list[Any], nul: bool, received_at: float) -> Notification:
    around = orjson.dumps(document)
    if not alerts:
        return Notification([], [SetAside("it has no alerts", document)])
    if _NUL in around:
        reason = "the notification holds a NUL character"
        return Notification([], [SetAside(reason, {**document, "alerts": alerts})])
    fragment = orjson.Fragment(around)
    entries: list[AlertEntry] = []
    set_aside: list[SetAside] = []
    for alert in alerts:
        try:
            if nul and _NUL in orjson.dumps(alert):
                raise ValueError("it holds a NUL character")
            entries.append(_entry(alert, document, fragment, received_at))
        except ValueError as error:
            set_aside.append(SetAside(f"an alert makes no sense: {error}", {**document, "alerts": [alert]}))
    return Notification(entries, set_aside)


def _entry(alert: Any, document: dict[str, Any], around: orjson.Fragment, received_at: float) -> AlertEntry:
    """Raises ValueError with the reason where it is none."""
    if not isinstance(alert, dict):
        raise ValueError("it is not an object")
    labels = _texts(alert.get("labels"), "labels")
    if not labels:
        raise ValueError("labels: there are none")
    status = alert.get("status") or document.get("status")
    if not isinstance(status, str) or status not in _STATUSES:
        raise ValueError("status: neither firing nor resolved")
    starts_at = _time(alert.get("startsAt"), "startsAt")
    if starts_at is None:
        raise ValueError("startsAt: not given")
    ends_at = _time(alert.get("endsAt"), "endsAt")
    more = {key: value for key, value in alert.items() if key not in _KNOWN} if len(alert) > len(_KNOWN) else {}
    if status == "resolved":
        ends_at = ends_at or _written(datetime.fromtimestamp(received_at, UTC))
    elif ends_at is not None:
        # A firing alert has no end yet, whatever a sender expects.
        more["endsAt"], ends_at = alert["endsAt"], None
    return {
        "fingerprint": _fingerprint(alert.get("fingerprint"), labels),
        "starts_at": starts_at,
        "ends_at": ends_at,
        "status": status,
        "labels": labels,
        "annotations": _texts(alert.get("annotations"), "annotations"),
        "generator_url": _text(alert.get("generatorURL"), "generatorURL"),
        "notification": orjson.Fragment(orjson.dumps({**document, "alert": more})) if more else around,
    }


def _texts(value: Any, name: str) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError(f"{name}: not an object")
    for one in value.values():
        if not isinstance(one, str):
            raise ValueError(f"{name}: a value is not a text")
    return value


def _text(value: Any, name: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{name}: not a text")
    return value


def _fingerprint(value: Any, labels: dict[str, str]) -> str:
    if not value:
        return label_hash(labels)
    if not isinstance(value, str) or len(value) > _LONGEST_FINGERPRINT:
        raise ValueError(f"fingerprint: not a text of up to {_LONGEST_FINGERPRINT} characters")
    return value


def _time(value: Any, name: str) -> str | None:
    """None for what Go writes of a time that is not set, the year 1, and for nothing at all."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ValueError(f"{name}: not a text")
    if value.startswith("0001-01-01T"):
        return None
    try:
        when = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{name}: not a time as RFC 3339 has it") from None
    if when.tzinfo is None or not _EARLIEST_YEAR < when.year < _LATEST_YEAR:
        raise ValueError(f"{name}: without a zone, or too far away")
    return _written(when)


def _written(when: datetime) -> str:
    return when.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
