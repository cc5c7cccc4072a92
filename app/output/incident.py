"""The JSON documents of incidents: the API answers with them, the command writes them."""

from app.domain.advice import Advice, advice_for
from app.domain.feedback import Feedback
from app.domain.incident import Incident, IncidentDetail, TimelineEntry
from app.output.document import Document, rfc3339


def incident_document(incident: Incident) -> Document:
    """An incident as a JSON document; the command writes the same."""
    standing, identity = incident.standing, incident.identity
    return {
        "id": incident.id,
        "fingerprint": incident.fingerprint,
        "cluster": identity.cluster,
        "namespace": identity.namespace,
        "workload": identity.workload,
        "container": identity.container,
        "state": standing.state.value,
        "severity": standing.severity.value,
        "suspect": standing.suspect,
        "opened_at": rfc3339(standing.opened_at),
        "updated_at": rfc3339(incident.updated_at),
        "last_seen_at": rfc3339(standing.last_seen_at),
        "last_leak_at": rfc3339(standing.last_leak_at),
        "resolved_at": _time(standing.resolved_at),
        "healthy_streak": standing.healthy_streak,
        "occurrences": standing.occurrences,
        "version": incident.version,
        "assignee": incident.assignee,
        "acknowledged_at": _time(incident.acknowledged_at),
        "acknowledged_by": incident.acknowledged_by,
        "silenced_until": _time(incident.silenced_until),
        "limit_at": _time(incident.limit_at),
        "finding": dict(incident.finding),
    }


def detail_document(detail: IncidentDetail) -> Document:
    """An incident with its timeline and evidence as a JSON document."""
    return {
        **incident_document(detail.incident),
        "feedback": None if detail.feedback is None else _feedback(detail.feedback),
        "advice": _advice(advice_for(detail.incident)),
        "events": [event_document(entry) for entry in detail.timeline],
        "evidence": {moment: {"at": rfc3339(kept.at), **kept.content} for moment, kept in detail.evidence.items()},
    }


def _advice(advice: Advice) -> list[Document]:
    return [{"title": act.headline, "why": act.why, "commands": list(act.commands)} for act in advice.acts]


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else rfc3339(seconds)


def _feedback(feedback: Feedback) -> Document:
    return {
        "growth_bytes_per_hour": feedback.figures.growth_bytes_per_hour,
        "level_bytes": round(feedback.figures.level_bytes),
        "comment": feedback.comment,
        "actor": feedback.actor,
        "at": rfc3339(feedback.at),
    }


def event_document(entry: TimelineEntry) -> Document:
    """A line of a timeline as a JSON document."""
    event = entry.event
    return {
        "id": entry.id,
        "at": rfc3339(entry.at),
        "kind": event.kind.value,
        "actor": entry.actor,
        "before": event.before,
        "after": event.after,
        "text": event.text,
    }
