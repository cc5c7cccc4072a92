"""Rolling back without asking: only workloads that a setting names, and only where it is sure that they leak."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog
from sqlalchemy import Engine

from app.domain.incident import Incident, IncidentFilter, IncidentState
from app.domain.listing import IncidentSort
from app.domain.mitigation.guards import Mode, Policy, fits
from app.domain.mitigation.model import UNDER_WAY, ActKind, Wish
from app.errors import LeakwatchError, StorageError
from app.services.mitigations import MitigationService
from app.storage import incident_lists, mitigations, silenced
from app.storage.engine import reading
from app.storage.mitigations import MitigationFilter

_ACTOR = "leakwatch"
_MOST = 500
# One that a guard, or the cluster, would not have is not tried again at once.
_PAUSE_SECONDS = 600.0


@dataclass(slots=True)
class AutomaticMitigation:
    """Looks again and again; not for several threads at once.

    fresh_seconds: how old the last judgement may be that it leaks; now: the clock, unix seconds.
    """

    engine: Engine
    service: MitigationService
    policy: Policy
    fresh_seconds: float
    now: Callable[[], float] = time.time
    _tried: dict[int, float] = field(default_factory=dict, init=False)

    def look(self) -> None:
        """Roll back what may be. What stands in the way of one is logged. Raises StorageError."""
        if self.policy.mode is not Mode.ACT or not self.policy.automatic:
            return
        for incident in self._candidates():
            self._tried[incident.id] = self.now()
            why = f"{incident.standing.suspect} is suspected to have brought the leak"
            try:
                self.service.propose(incident.id, Wish(ActKind.ROLLBACK), _ACTOR, why, automatic=True)
            except StorageError:
                raise
            except LeakwatchError as error:
                structlog.get_logger().info(
                    "not rolled back without asking", incident=incident.id, why=str(error), hint=error.hint
                )

    def _candidates(self) -> list[Incident]:
        now = self.now()
        self._tried = {one: at for one, at in self._tried.items() if 0 <= now - at < _PAUSE_SECONDS}
        with reading(self.engine) as session:
            # Of one that is acknowledged, or silenced, a person sees to already.
            wanted = IncidentFilter(states=(IncidentState.OPEN.value,))
            listed = incident_lists.listed(session, wanted, IncidentSort.URGENCY, None, _MOST).incidents
            quiet = silenced.silenced(session, listed, now)
            return [
                one
                for one in listed
                if one.id not in quiet
                and self._is_meant(one, now)
                and not mitigations.page(session, MitigationFilter(UNDER_WAY, one.id), None, 1)
            ]

    def _is_meant(self, one: Incident, now: float) -> bool:
        """Whether it is named, sure enough, leaked when it was last looked at, and of a suspect that ran then."""
        finding: Mapping[str, object] = one.finding
        revision = finding.get("revision")
        runs = isinstance(revision, Mapping) and revision.get("current") == one.standing.suspect
        sure = float(str(finding.get("probability") or 0)) >= self.policy.automatic_above
        name = f"{one.identity.namespace}/{one.identity.workload}"
        named = fits(self.policy.automatic, name)
        stands = one.standing
        leaks = stands.last_leak_at >= max(stands.judged_until, now - self.fresh_seconds)
        return named and sure and runs and leaks and stands.suspect is not None and one.id not in self._tried
