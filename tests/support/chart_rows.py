"""Incidents and evidence for charts, an hour a point up to NOW, in MiB."""

from dataclasses import replace

from app.domain.incident import KeptEvidence
from tests.support.findings import MIB, NOW
from tests.support.incidents import incident_of

HOUR = 3600.0


def sized(values):
    """Bytes of MiB, None as it is."""
    return [None if value is None else round(value * MIB) for value in values]


def pod(name, floor, *, leaking=True, revision="v1", peak=None, fit=None, restarts=(), kills=()):
    """A pod's part of an evidence document; restarts and kills: hours before NOW."""
    return {
        "pod": name,
        "revision": revision,
        "leaking": leaking,
        "floor": sized(floor),
        "peak": sized(floor if peak is None else peak),
        "fit": [] if fit is None else sized(fit),
        "restarts": [NOW - HOUR * ago for ago in restarts],
        "oom_kills": [NOW - HOUR * ago for ago in kills],
    }


def kept(*pods):
    """Evidence of these pods."""
    hours = len(pods[0]["floor"]) if pods else 0
    return KeptEvidence(NOW, {"times": [NOW - HOUR * (hours - 1 - number) for number in range(hours)], "pods": pods})


def incident(*, limit=None, until=None, onset_hours=None, suspect=None, name="cart"):
    """An incident; limit: MiB; until: hours to it (p10, p50, p90); onset_hours: before NOW."""
    shown = incident_of(name, suspect=suspect, onset_at=None if onset_hours is None else NOW - HOUR * onset_hours)
    left = None if until is None else dict(zip(("p10", "p50", "p90"), (HOUR * one for one in until), strict=True))
    figures = {"limit_bytes": None if limit is None else limit * MIB, "time_to_limit_seconds": left}
    return replace(shown, finding={**shown.finding, **figures, "current_bytes": 100 * MIB})
