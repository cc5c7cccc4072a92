"""Incidents with their timelines and evidence for tests, with what matters to them set and the rest plain."""

from app.domain.finding import Evidence, Identity, PodEvidence, Severity
from app.domain.incident import Event, EventKind, Incident, IncidentState, Standing, TimelineEntry
from app.output.document import finding_document
from tests.support.findings import NOW, finding

HOUR = 3600.0


def incident_of(
    name="cart",
    state=IncidentState.OPEN,
    *,
    severity=Severity.WARNING,
    opened_at=NOW,
    resolved_at=None,
    onset_at=NOW - HOUR,
    namespace="shop",
    suspect=None,
):
    """An incident with a number and a name."""
    standing = Standing(
        state=state,
        severity=severity,
        suspect=suspect,
        opened_at=opened_at,
        last_seen_at=NOW,
        last_leak_at=NOW,
        judged_until=NOW,
        window_seconds=172_800.0,
        resolved_at=resolved_at,
        healthy_streak=0,
        occurrences=1,
    )
    shown = finding(name, namespace=namespace, onset_at=onset_at)
    identity = Identity("", namespace, name, "app")
    return Incident(7, shown.fingerprint, identity, standing, NOW, finding_document(shown))


def lines(*told):
    """A timeline of (hours after NOW, kind) and, where given, (before, after, text)."""
    return [
        TimelineEntry(
            number, NOW + HOUR * hour, "alice", Event(EventKind(kind), *(more or (None, None, f"why {kind}")))
        )
        for number, (hour, kind, *more) in enumerate(told)
    ]


def evidence_of(*pods):
    """Evidence of an hour a point, to NOW; a pod is (name, revision, peaks, restarts and OOM kills in hours)."""
    points = len(pods[0][2])
    times = tuple(NOW + HOUR * (number + 1 - points) for number in range(points))
    return Evidence(
        times,
        tuple(
            PodEvidence(
                name,
                revision,
                True,
                tuple(peaks),
                tuple(peaks),
                tuple(NOW + HOUR * hour for hour in restarts),
                tuple(NOW + HOUR * hour for hour in kills),
            )
            for name, revision, peaks, restarts, kills in pods
        ),
    )
