"""What others are told of an incident that is open, or was until lately. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.finding import Severity
from app.domain.incident import Incident, IncidentState


@dataclass(frozen=True, slots=True)
class Telling:
    """An incident, and what was true of it before. Times are unix seconds.

    quiet_since: when the silences that cover it now began, None where none does; had_until: the other severities that
    it lately had, each with when it ended.
    """

    incident: Incident
    quiet_since: float | None
    had_until: Mapping[Severity, float]

    def over_at(self) -> float | None:
        """When there was nothing more to say of it: it was resolved or silenced. None: there still is."""
        standing = self.incident.standing
        resolved_at = standing.resolved_at if standing.state is IncidentState.RESOLVED else None
        return min((at for at in (resolved_at, self.quiet_since) if at is not None), default=None)

    def ended(self, since: float) -> dict[Severity, float]:
        """The severities that it has no more, each with when that ended; what ended before `since` is left out."""
        ends = {severity: at for severity, at in self.had_until.items() if severity is not self.severity}
        over_at = self.over_at()
        if over_at is not None:
            ends = {severity: min(at, over_at) for severity, at in ends.items()} | {self.severity: over_at}
        return {severity: at for severity, at in ends.items() if at >= since}

    @property
    def severity(self) -> Severity:
        """The one it has, or had last."""
        return self.incident.standing.severity
