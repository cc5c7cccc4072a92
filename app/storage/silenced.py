"""Which incidents are quiet just now."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.coverage import Coverable, Coverage
from app.domain.finding import Identity
from app.domain.incident import Incident, IncidentState
from app.domain.silence import silenced_until
from app.storage import silences
from app.storage.tables import IncidentRow


def silenced(session: Session, incidents: Iterable[Incident], now: float) -> frozenset[int]:
    """The ids of those incidents that a silence in force covers. now: unix seconds."""
    in_force = silences.in_force(session, now)
    return frozenset(
        one.id
        for one in incidents
        if silenced_until(one.identity, one.standing.suspect, one.id, in_force, now) is not None
    )


def every_silenced(session: Session, now: float) -> frozenset[int]:
    """The ids of all incidents that a silence in force covers. now: unix seconds."""
    in_force = silences.in_force(session, now)
    if not in_force:
        return frozenset()
    row = IncidentRow
    query = select(row.id, row.suspect, row.cluster, row.namespace, row.workload, row.container)
    return frozenset(
        number
        for number, suspect, *identity in session.execute(query)
        if silenced_until(Identity(*identity), suspect, number, in_force, now) is not None
    )


def unresolved(session: Session) -> Coverage:
    """All incidents that are not over, for silences to be held against."""
    row = IncidentRow
    query = select(row.id, row.suspect, row.cluster, row.namespace, row.workload, row.container)
    query = query.where(row.state.in_([IncidentState.OPEN.value, IncidentState.ACKNOWLEDGED.value]))
    return Coverage.of(
        Coverable(number, Identity(*names), suspect) for number, suspect, *names in session.execute(query)
    )
