"""Incidents in a database, for pages: one that matters to a test, or very many."""

import math
import time
from dataclasses import asdict, replace

import sqlalchemy as sa

from app.domain.finding import Evidence, Finding, PodEvidence
from app.domain.incident import Change, Event, EventKind, IncidentState, Standing
from app.output.document import finding_document
from app.storage import incidents
from app.storage.engine import transaction
from app.storage.tables import EvidenceRow, IncidentRow, names_of
from detectors.judgement import Quantiles
from tests.support.findings import MIB, finding
from tests.support.rows import incident_row

_STEP = 720.0
_POINTS = 240
_NAMESPACES = ("shop", "payments", "data", "platform", "search")
_SEVERITIES = ("critical", "warning", "info", "info")
_STATES = ("open", "open", "acknowledged", "resolved")


def leak(name: str, *, pods: int = 9, leaking: int = 7, now: float | None = None, **more: object) -> Finding:
    """A leak as it is just now, with two days of memory behind it."""
    now = time.time() if now is None else now
    times = tuple(now - _STEP * (_POINTS - 1 - number) for number in range(_POINTS))
    rising = [200 * MIB + 5 * MIB * (at - times[0]) / 3600 for at in times]
    shown = tuple(
        PodEvidence(
            f"{name}-{number}",
            "v2",
            number < leaking,
            tuple(round(value + 2 * MIB * math.sin(place + number)) for place, value in enumerate(rising)),
            tuple(round(value + 8 * MIB) for value in rising),
            (),
            (),
        )
        for number in range(min(pods, 3))
    )
    plain: dict[str, object] = {
        "pods_observed": pods,
        "pods_leaking": leaking,
        "onset_at": now - 36_000.0,
        "evidence": Evidence(times, shown),
        "time_to_limit": Quantiles(20_000.0, 32_400.0, 60_000.0),
    }
    return finding(name, **{**plain, **more})


def keep(engine: sa.Engine, shown: Finding, suspect: str | None = "v2", now: float | None = None) -> int:
    """Open an incident for a finding, as a scan of now does; its id."""
    now = time.time() if now is None else now
    standing = Standing(IncidentState.OPEN, shown.severity, suspect, now, now, now, now, 172_800.0, None, 0, 1)
    event = Event(EventKind.OPENED, None, "open", "it leaks")
    with transaction(engine) as session:
        return incidents.save(session, None, Change(standing, (event,), shown), "scan", now).id


def change(engine: sa.Engine, incident_id: int, severity: str, shown: Finding | None = None) -> None:
    """Change its severity, as another replica's scan does, which may show something new."""
    with transaction(engine) as session:
        row = incidents.held(session, incident_id)
        standing = replace(incidents.standing_of(row), severity=severity)
        event = Event(EventKind.SEVERITY_CHANGED, row.severity, severity, "less time is left")
        incidents.save(session, row, Change(standing, (event,), shown), "scan", time.time())


def keep_many(engine: sa.Engine, number: int) -> None:
    """Very many, in all states and severities, each with evidence; what they are is drawn by their number."""
    now = time.time()
    shown = leak("w")
    content = asdict(shown.evidence)
    rows = []
    for one in range(1, number + 1):
        namespace, name = _NAMESPACES[one % 5], f"w{one:05d}-checkout-recommendations"
        state, severity = _STATES[one % 4], _SEVERITIES[one % 7 % 4]
        document = finding_document(replace(shown, growth_bytes_per_hour=MIB * (1 + one % 50)))
        document |= {"namespace": namespace, "workload": {"kind": "Deployment", "name": name}}
        row = incident_row(
            one,
            namespace=namespace,
            workload=name,
            names=names_of(namespace, name, "app", "v2"),
            state=state,
            severity=severity,
            suspect="v2",
            finding=document,
            growth_bytes_per_hour=document["growth_bytes_per_hour"],
            limit_at=now + 60 * one,
            resolved_at=now if state == "resolved" else None,
        )
        rows.append(row | dict.fromkeys(("opened_at", "updated_at", "last_seen_at", "last_leak_at"), now - one))
    kept = [{"incident_id": row["id"], "moment": "latest", "at": now, "content": content} for row in rows]
    with transaction(engine) as session:
        session.execute(sa.insert(IncidentRow), rows)
        session.execute(sa.insert(EvidenceRow), kept)
