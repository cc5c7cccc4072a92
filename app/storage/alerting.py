"""Queries on what Alertmanager is to be told."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.domain.incident import Incident, IncidentState
from app.storage.incidents import incident_of
from app.storage.tables import IncidentRow

# More open incidents than that nobody reads; the most urgent ones are told.
_MOST = 10_000


def to_tell(session: Session, since: float) -> list[Incident]:
    """Incidents that are not over, the first to run out of memory first, and those resolved since (unix seconds)."""
    over = IncidentState.RESOLVED.value
    query = (
        select(IncidentRow)
        .where(or_(IncidentRow.state != over, IncidentRow.resolved_at >= since))
        .order_by(IncidentRow.state == over, IncidentRow.limit_at.is_(None), IncidentRow.limit_at, IncidentRow.id)
        .limit(_MOST)
    )
    return [incident_of(row) for row in session.scalars(query)]
