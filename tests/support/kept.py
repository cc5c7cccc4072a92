"""What a database keeps, for tests to look at."""

from sqlalchemy import Engine

from app.domain.incident import Incident, IncidentFilter
from app.services.incidents import IncidentService


def all_incidents(engine: Engine) -> list[Incident]:
    """Every incident, newest first."""
    return list(IncidentService(engine).page(IncidentFilter(), None, 100).incidents)
