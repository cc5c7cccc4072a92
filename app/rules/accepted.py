"""What people said is no leak, as rules take it."""

from sqlalchemy.orm import Session

from alert_rules.pack import Accepted
from app.storage import feedback

_SECONDS_AN_HOUR = 3600.0


def accepted(session: Session) -> tuple[Accepted, ...]:
    """All that is in force, by name, so that rules made of it are the same each time. Raises StorageError."""
    return tuple(
        Accepted(
            identity.cluster,
            identity.namespace,
            identity.workload,
            identity.container,
            figures.growth_bytes_per_hour / _SECONDS_AN_HOUR,
            figures.level_bytes,
        )
        for identity, figures in feedback.in_force_by_name(session)
    )
