"""Which incidents are quiet just now."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from app.domain.incident import Incident
from app.domain.silence import silenced_until
from app.storage import silences


def silenced(session: Session, incidents: Iterable[Incident], now: float) -> frozenset[int]:
    """The ids of those incidents that a silence in force covers. now: unix seconds."""
    in_force = silences.in_force(session, now)
    return frozenset(
        one.id
        for one in incidents
        if silenced_until(one.identity, one.standing.suspect, one.id, in_force, now) is not None
    )
