"""Acts against leaks as documents for programs."""

from typing import Any

from app.domain.mitigation.model import Disturbance, Mitigation, Owner, Stop
from app.output.document import Document, rfc3339


def mitigation_document(one: Mitigation) -> Document:
    """A mitigation as a JSON document: the API answers with it, the command writes it."""
    subject, plan = one.subject, one.plan
    return {
        "id": one.id,
        "state": one.state.value,
        "act": one.wish.act.value,
        "way": plan.way.value,
        "summary": plan.summary,
        "incident_id": subject.incident_id,
        "fingerprint": subject.fingerprint,
        "cluster": subject.cluster,
        "namespace": subject.namespace,
        "workload": {"kind": subject.kind, "name": subject.workload},
        "container": subject.container,
        "revision": plan.target_number,
        "revision_name": plan.target or None,
        "limit_bytes": one.wish.limit_bytes,
        "changes": [{"path": each.path, "before": each.before, "after": each.after} for each in plan.changes],
        "disturbs": _disturbance(plan.disturbance),
        "owner": None if plan.owner is None else _owner(plan.owner),
        "commands": list(plan.commands),
        "time_bought": plan.bought or None,
        "proposed_at": rfc3339(one.proposed_at),
        "proposed_by": one.proposed_by,
        "reason": one.reason,
        "automatic": one.automatic,
        "expires_at": rfc3339(one.expires_at),
        "approved_at": _time(one.approved_at),
        "approved_by": one.approved_by,
        "approval": one.approval,
        "applied_at": _time(one.applied_at),
        "rolled_out_at": _time(one.rolled_out_at),
        "ended_at": _time(one.ended_at),
        "outcome": one.outcome or None,
        "note": one.note or None,
        "version": one.version,
    }


def stop_document(stop: Stop) -> Document:
    """The emergency stop as a JSON document."""
    return {
        "stopped": stop.in_force,
        "since": _time(stop.since),
        "by": stop.by or None,
        "reason": stop.reason or None,
        "version": stop.version,
    }


def _disturbance(one: Disturbance) -> Document:
    return {
        "replicas": one.replicas,
        "ready": one.ready,
        "pending": one.pending,
        "down_at_once": one.at_once,
        "paused": one.paused,
        "rolling": one.rolling,
        "disruption_budgets": [
            {"name": each.name, "allowed": each.allowed, "healthy": each.healthy, "desired": each.desired}
            for each in one.budgets
        ],
        "autoscalers": [
            {"name": each.name, "least": each.least, "most": each.most, "now": each.now} for each in one.scalers
        ],
        "notes": list(one.notes),
    }


def _owner(one: Owner) -> dict[str, Any]:
    return {"kind": one.kind, "name": one.name, "namespace": one.namespace or None, "where": one.where or None}


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else rfc3339(seconds)
