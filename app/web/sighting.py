"""Whether the last good scan still showed an incident's leak, for a page to say so plainly."""

from enum import StrEnum

from app.domain.incident import Incident, IncidentState
from app.domain.scan import ScanRecord
from app.web.figures import seconds_of

# Windows of clusters that are read one after the other do not end at the same second.
_TOGETHER_SECONDS = 900.0


class Sighting(StrEnum):
    """over: it is resolved; leaking, healthy, untold: what the last good scan made of it; unseen: it did not see it.

    unknown: no scan has succeeded that could be compared with.
    """

    OVER = "over"
    LEAKING = "leaking"
    HEALTHY = "healthy"
    UNTOLD = "untold"
    UNSEEN = "unseen"
    UNKNOWN = "unknown"


def sighting(incident: Incident, good: ScanRecord | None) -> Sighting:
    """What became of it in the last good scan."""
    standing = incident.standing
    if standing.state is IncidentState.RESOLVED:
        return Sighting.OVER
    if good is None or good.summary is None:
        return Sighting.UNKNOWN
    end = seconds_of(good.summary["window"]["end"]) - _TOGETHER_SECONDS
    if standing.last_leak_at >= end:
        return Sighting.LEAKING
    if standing.last_seen_at < end:
        return Sighting.UNSEEN
    return Sighting.HEALTHY if standing.healthy_streak else Sighting.UNTOLD
