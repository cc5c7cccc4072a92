"""Acts against leaks, as people and programs ask for them. app.mitigating.carrying carries on what is approved."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.domain.incident import Incident, IncidentState, KeptEvidence
from app.domain.listing import IdSort, Place
from app.domain.mitigation import life
from app.domain.mitigation.before import before_of, document_of
from app.domain.mitigation.guards import A_DAY_SECONDS, Mode, Policy, Refusal, Situation, refusals
from app.domain.mitigation.life import Step
from app.domain.mitigation.model import ActKind, Mitigation, MitigationState, Stop, Subject, Way, Wish
from app.errors import Conflict, NotFound, UsageError
from app.mitigating.ledger import tell, write
from app.mitigating.planning import Asked, Planned, make_plan
from app.mitigating.reach import Clusters
from app.services import cursor
from app.services.acts import By
from app.services.held import check_version
from app.services.held import refusals as as_conflicts
from app.services.incidents import no_such_incident
from app.services.words import comment_of, comment_or_none, name_of
from app.storage import incidents, mitigations
from app.storage.engine import durable_transaction, joined, reading
from app.storage.mitigations import MitigationFilter

_MOST_BYTES = 2**50
_MOST_STOPPED = 10_000


@dataclass(frozen=True, slots=True)
class MitigationPage:
    """Some of them, newest first, and where the next page begins (None: there is none)."""

    mitigations: tuple[Mitigation, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Decided:
    """How a mitigation stands after what was decided on it, and whether that changed anything."""

    mitigation: Mitigation
    changed: bool


@dataclass(frozen=True, slots=True)
class MitigationService:
    """Methods raise NotFound; UsageError naming what cannot be; Outdated; Conflict where it cannot be done as things
    stand; ClusterError where the cluster cannot be asked; StorageError.

    expires: seconds that a proposal may be approved; now: the clock, unix seconds.
    """

    engine: Engine
    clusters: Clusters
    policy: Policy
    expires: float
    now: Callable[[], float] = time.time

    def page(
        self, states: Collection[MitigationState], incident_id: int | None, after: str | None, limit: int
    ) -> MitigationPage:
        """Up to `limit` after a cursor, in any of the states (none: all). Raises UsageError."""
        before = None if after is None else cursor.decode(after, IdSort.NEWEST).id
        with reading(self.engine) as session:
            found = mitigations.page(session, MitigationFilter(states, incident_id), before, limit + 1)
        shown = tuple(found[:limit])
        more = len(found) > limit
        return MitigationPage(shown, cursor.encode(IdSort.NEWEST, Place(shown[-1].id)) if more else None)

    def one(self, mitigation_id: int) -> Mitigation:
        """One of them."""
        with reading(self.engine) as session:
            found = mitigations.get(session, mitigation_id)
        if found is None:
            raise _no_such(mitigation_id)
        return found

    def propose(
        self, incident_id: int, wish: Wish, actor: str, reason: str = "", *, automatic: bool = False
    ) -> Mitigation:
        """Find out how it would be done, and keep that for a person to approve. Changes nothing in the cluster.

        It is kept as refused where a guard speaks against it. automatic: nobody needs to approve it; then it is not
        kept, and Conflict is raised, where a guard speaks against it.
        """
        by, said = name_of("by", actor), comment_or_none(reason)
        _check(wish)
        if self.policy.mode is Mode.OFF:
            raise Conflict("mitigation is off", "set LEAKWATCH_MITIGATION to propose or act: see docs/mitigation.md")
        incident, evidence = self._incident(incident_id)
        subject = _subject(incident)
        before = before_of(incident.finding, None if evidence is None else evidence.content)
        asked = Asked(subject, wish, incident.finding, incident.standing.suspect, before, self.now(), automatic)
        with as_conflicts():
            planned = make_plan(self.clusters.to(subject.cluster), asked)
        with durable_transaction(self.engine) as session:
            now = self.now()
            why = refusals(self.policy, self._situation(session, incident, wish, planned, now, automatic=automatic))
            if why and automatic:
                raise Conflict(life.words_of(why))
            one = mitigations.add(
                session, self._new(subject, wish, planned, by, said, now, automatic), document_of(before)
            )
            return self._kept(session, one, why, by, now)

    def approve(self, mitigation_id: int, by: By, comment: str = "") -> Decided:
        """A person says that it may be done. It is then done within seconds, or not at all."""
        said = comment_or_none(comment)
        if self.policy.mode is not Mode.ACT:
            raise Conflict("acts may be proposed, and not done", "set LEAKWATCH_MITIGATION to act")

        def decide(one: Mitigation, actor: str, now: float) -> Step | None:
            if one.state is MitigationState.APPROVED:
                return None
            return life.approve(one, actor, said, now)

        return self._decide(mitigation_id, by, decide, heeds_stop=True)

    def reject(self, mitigation_id: int, by: By, comment: str = "") -> Decided:
        """A person says that it is not to be done. One that is being done already cannot be rejected."""
        said = comment_or_none(comment)

        def decide(one: Mitigation, actor: str, now: float) -> Step | None:
            if one.state is MitigationState.REJECTED:
                return None
            return life.end(one, MitigationState.REJECTED, said or f"{actor} does not want it", now)

        return self._decide(mitigation_id, by, decide)

    def stopped(self) -> Stop:
        """The emergency stop, as the database has it."""
        with reading(self.engine) as session:
            return mitigations.stop_of(session)

    def stop(self, by: By, reason: str) -> tuple[Stop, bool]:
        """Nothing more is done, by any replica, until somebody lets it go on; and whether that changed anything.

        What is approved, and not begun, is over. What was done goes on being watched, for that changes nothing.
        """
        actor, said = name_of("by", by.actor), comment_of(reason)
        with joined(self.engine, by.within) as session:
            now, before = self.now(), mitigations.held_stop(session)
            check_version("the emergency stop", before.version, by.versions)
            if before.in_force:
                return before, False
            stop = mitigations.write_stop(session, Stop(now, actor, said))
            for one in mitigations.page(session, MitigationFilter((MitigationState.APPROVED,)), None, _MOST_STOPPED):
                row = mitigations.held(session, one.id)
                if row is not None and row.state == MitigationState.APPROVED.value:
                    step = life.end(one, MitigationState.STOPPED, f"{actor} stopped all acts: {said}", now)
                    write(session, row, step, now, actor)
            return stop, True

    def resume(self, by: By) -> tuple[Stop, bool]:
        """Let acts go on; what was stopped stays so, and is proposed anew."""
        name_of("by", by.actor)
        with joined(self.engine, by.within) as session:
            before = mitigations.held_stop(session)
            check_version("the emergency stop", before.version, by.versions)
            if not before.in_force:
                return before, False
            return mitigations.write_stop(session, Stop()), True

    def _incident(self, incident_id: int) -> tuple[Incident, KeptEvidence | None]:
        with reading(self.engine) as session:
            incident = incidents.get(session, incident_id)
            if incident is None:
                raise no_such_incident(incident_id)
            kept = incidents.latest_evidence(session, [incident_id]).get(incident_id)
        if incident.standing.state is IncidentState.RESOLVED:
            raise Conflict(f"incident {incident_id} is resolved", "there is nothing to act on; reopen it first")
        return incident, kept

    def _situation(
        self, session: Session, incident: Incident, wish: Wish, planned: Planned, now: float, *, automatic: bool
    ) -> Situation:
        subject = _subject(incident)
        return Situation(
            subject=subject,
            wish=wish,
            way=planned.plan.way,
            disturbance=planned.plan.disturbance,
            stop=mitigations.held_stop(session),
            last_on_workload=mitigations.last_on(session, subject, but=0),
            in_a_day=mitigations.done_since(session, now - A_DAY_SECONDS, but=0),
            now=now,
            automatic=automatic,
            probability=float(incident.finding["probability"]),
            tried=mitigations.tried_since(session, incident.id, incident.standing.opened_at),
            present_limit=planned.present_limit,
        )

    def _new(
        self, subject: Subject, wish: Wish, planned: Planned, by: str, reason: str, now: float, automatic: bool
    ) -> Mitigation:
        return Mitigation(
            id=0,
            key="",
            subject=subject,
            wish=wish,
            state=MitigationState.PROPOSED,
            plan=planned.plan,
            proposed_at=now,
            proposed_by=by,
            reason=reason,
            expires_at=now + self.expires,
            automatic=automatic,
        )

    def _kept(self, session: Session, one: Mitigation, why: tuple[Refusal, ...], by: str, now: float) -> Mitigation:
        """A new one as it stands: refused, approved where nobody needs to, or waiting for a person."""
        row = mitigations.held(session, one.id)
        if row is None:
            raise _no_such(one.id)
        if why:
            return write(session, row, life.refuse(one, why, now), now, by)
        tell(session, one.subject.incident_id, life.proposed(one), by, now)
        if one.automatic and one.plan.way is not Way.BY_HAND:
            return write(session, row, life.approve(one, by, "", now), now, by)
        return one

    def _decide(
        self,
        mitigation_id: int,
        by: By,
        decide: Callable[[Mitigation, str, float], Step | None],
        *,
        heeds_stop: bool = False,
    ) -> Decided:
        actor = name_of("by", by.actor)
        with joined(self.engine, by.within) as session:
            if heeds_stop:
                self._check_stop(mitigations.held_stop(session))
            row = mitigations.held(session, mitigation_id)
            if row is None:
                raise _no_such(mitigation_id)
            check_version(f"mitigation {mitigation_id}", row.version, by.versions)
            one, now = mitigations.mitigation_of(row), self.now()
            with as_conflicts():
                step = decide(one, actor, now)
            return Decided(one, False) if step is None else Decided(write(session, row, step, now, actor), True)

    def _check_stop(self, stop: Stop) -> None:
        if self.policy.stopped:
            raise Conflict("all acts are stopped by a setting", "unset LEAKWATCH_MITIGATION_STOP")
        if stop.in_force:
            raise Conflict(f"{stop.by} stopped all acts: {stop.reason}", "an admin can let them go on")


def _subject(incident: Incident) -> Subject:
    identity = incident.identity
    kind = str(incident.finding["workload"]["kind"])
    return Subject(
        incident.id,
        incident.fingerprint,
        identity.cluster,
        identity.namespace,
        kind,
        identity.workload,
        identity.container,
    )


def _check(wish: Wish) -> None:
    """Raise UsageError for what makes no sense whatever there is in the cluster."""
    if wish.revision is not None and (wish.act is not ActKind.ROLLBACK or wish.revision < 1):
        raise UsageError("revision: of a rollback alone, and from 1 on", "leave it out for the one before")
    if (wish.limit_bytes is not None) is not (wish.act is ActKind.RAISE_LIMIT):
        raise UsageError("limit: must be given where a limit is raised, and only there", "such as 512Mi")
    if wish.limit_bytes is not None and not 1 <= wish.limit_bytes <= _MOST_BYTES:
        raise UsageError("limit: not between 1 byte and 1 PiB", "such as 512Mi")


def _no_such(mitigation_id: int) -> NotFound:
    return NotFound(f"there is no mitigation {mitigation_id}", "`leakwatch mitigate list` shows them")
