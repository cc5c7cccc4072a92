"""What scans say after an act: each looks at the new pods, and in the end it is told whether the leak is gone."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.domain.finding import Finding
from app.domain.mitigation import life
from app.domain.mitigation.before import from_document, sighting_of
from app.domain.mitigation.effect import Effect, judge
from app.domain.mitigation.model import Mitigation, MitigationState, Sighting
from app.domain.scan import ScanReport
from app.mitigating.ledger import write
from app.output.document import finding_document
from app.storage import clock, mitigations
from app.storage.engine import reading, transaction
from app.storage.tables import MitigationRow

# What is kept of a week of scans; of more, every other one goes.
_MOST_SIGHTINGS = 400
# So long after the rollout an old pod may still be the largest that was seen last, and a pod that was seen so long ago
# tells nothing of now.
_SETTLED_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class EffectRecorder:
    """Writes what a scan says of acts. guard: called in each transaction; raises when this scan may not write any more.

    actor: who is named in the timeline.
    """

    engine: Engine
    actor: str
    guard: Callable[[Session], None]

    def record(self, report: ScanReport) -> None:
        """Look at every workload that something was done to. One that the scan did not see tells nothing.

        Raises StorageError, and what `guard` raises.
        """
        for one in report.reports:
            with reading(self.engine) as session:
                waiting = {row.id: row.fingerprint for row in mitigations.rolled_out(session, one.cluster)}
            findings = {finding.fingerprint: finding for finding in one.findings} if waiting else {}
            for number, fingerprint in waiting.items():
                if fingerprint in findings:
                    self._look(number, findings[fingerprint], one.window.end)

    def _look(self, mitigation_id: int, finding: Finding, seen_at: float) -> None:
        with transaction(self.engine) as session:
            self.guard(session)
            row = mitigations.held(session, mitigation_id)
            if row is None or row.state != MitigationState.WATCHING.value or row.rolled_out_at is None:
                return
            sighting = _sighting(row, finding, seen_at)
            if sighting is None:
                return
            now, one = clock.now(session), mitigations.mitigation_of(row)
            row.course = _with(row.course, sighting, finding)
            revision = row.course.get("revision")
            if finding.revisions.current not in {revision, None}:
                text = f"another revision, {finding.revisions.current}, runs by now: whether it helped cannot be told"
                write(session, row, life.end(one, MitigationState.INCONCLUSIVE, text, now), now, self.actor)
                return
            self._judge(session, row, one, now)

    def _judge(self, session: Session, row: MitigationRow, one: Mitigation, now: float) -> None:
        sightings = [Sighting(*kept) for kept in row.course["sightings"]]
        judged = judge(from_document(row.course["before"]), sightings)
        state = _ENDS.get(judged.effect)
        if state is not None:
            write(session, row, life.end(one, state, judged.text, now), now, self.actor)
        elif one.note != judged.text:
            mitigations.save(row, replace(one, note=judged.text))


_ENDS = {Effect.GONE: MitigationState.SUCCEEDED, Effect.STILL_THERE: MitigationState.NO_EFFECT}


def _sighting(row: MitigationRow, finding: Finding, seen_at: float) -> Sighting | None:
    """What is to be kept of it: nothing that is older than what is kept, nor of pods that were there before."""
    if row.rolled_out_at is None or seen_at - row.rolled_out_at < _SETTLED_SECONDS:
        return None
    if finding.unseen_seconds > _SETTLED_SECONDS:
        return None
    began_at = row.applied_at or row.rolled_out_at
    sighting = sighting_of(
        finding_document(finding),
        asdict(finding.evidence),
        began_at,
        row.rolled_out_at,
        seen_at,
        finding.current_began_at,
    )
    kept = row.course["sightings"]
    return None if sighting is None or (kept and kept[-1][0] >= sighting.age_seconds) else sighting


def _with(course: dict[str, Any], sighting: Sighting, finding: Finding) -> dict[str, Any]:
    kept = [*course["sightings"], list(asdict(sighting).values())]
    if len(kept) > _MOST_SIGHTINGS:
        kept = [*kept[:-1:2], kept[-1]]
    return {**course, "sightings": kept, "revision": course.get("revision") or finding.revisions.current}
