"""What is written of a mitigation while it is carried on: each step in one transaction, under its lease, with its line
in the incident's timeline. What is about to be done is on disk before it is done.

Rows are held in one order everywhere: the emergency stop, the mitigation, the incident.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.domain.incident import Change, Event
from app.domain.mitigation import life
from app.domain.mitigation.guards import A_DAY_SECONDS, Policy, Situation, refusals
from app.domain.mitigation.life import Step
from app.domain.mitigation.model import Mitigation, MitigationState
from app.scanning.lease import take_named
from app.storage import clock, incidents, leases, mitigations
from app.storage.engine import durable_transaction, reading, transaction
from app.storage.tables import MitigationRow

LEASE_SECONDS = 120.0
ACTOR = "leakwatch"


class LeaseLost(Exception):
    """Another process carries the mitigation on."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Writes one mitigation, as long as the lease is its own. Methods raise LeaseLost, StorageError."""

    engine: Engine
    id: int
    token: int

    def now(self) -> float:
        """The present by the database's clock, unix seconds."""
        with reading(self.engine) as session:
            return clock.now(session)

    def read(self) -> Mitigation:
        """How it stands."""
        with self._held() as (_, row):
            return mitigations.mitigation_of(row)

    def take(self, decide: Callable[[Mitigation, float], Step]) -> Mitigation:
        """Take a step. decide: given how it stands, and the present by the database's clock."""
        with self._held() as (session, row):
            now = clock.now(session)
            step = decide(mitigations.mitigation_of(row), now)
            return write(session, row, step, now)

    def note(self, change: Callable[[Mitigation, float], Mitigation]) -> Mitigation:
        """Keep something that the timeline is not told."""
        with self._held() as (session, row):
            before = mitigations.mitigation_of(row)
            after = change(before, clock.now(session))
            return before if after == before else mitigations.save(row, after)

    def begin(self, policy: Policy, situation: Callable[[Mitigation], Situation]) -> Mitigation:
        """Ask all guards once more, and write down that it is about to be done, or why it is not.

        All that guards count is counted while the emergency stop's row is held, so that of two replicas the second
        counts what the first has begun. situation: how things stand but for that.
        """
        with durable_transaction(self.engine) as session:
            self._renew(session)
            stop = mitigations.held_stop(session)
            row = self._row(session)
            now = clock.now(session)
            one = mitigations.mitigation_of(row)
            if one.state not in {MitigationState.APPROVED, MitigationState.APPLYING}:
                return one
            asked = replace(
                situation(one),
                stop=stop,
                last_on_workload=mitigations.last_on(session, one.subject, but=one.id),
                in_a_day=mitigations.done_since(session, now - A_DAY_SECONDS, but=one.id),
                now=now,
                applying=True,
            )
            why = refusals(policy, asked)
            if why:
                is_stopped = any(found.code == "stopped" for found in why)
                if is_stopped or one.state is MitigationState.APPLYING:
                    # What was begun, and is known not to have been done, was not refused: it was stopped on its way.
                    step = life.end(one, MitigationState.STOPPED, life.words_of(why), now)
                else:
                    step = life.refuse(one, why, now)
                return write(session, row, undone(step), now)
            if one.state is MitigationState.APPLYING:
                return one
            return mitigations.save(row, life.begin(one, now))

    def let_go(self) -> None:
        """Give the lease up; for good where the mitigation is over."""
        with transaction(self.engine) as session:
            one = mitigations.get(session, self.id)
            if one is None or one.state.is_over:
                leases.forget(session, _name(self.id), self.token)
            else:
                leases.let_go(session, _name(self.id), self.token)

    @contextmanager
    def _held(self) -> Iterator[tuple[Session, MitigationRow]]:
        with durable_transaction(self.engine) as session:
            self._renew(session)
            yield session, self._row(session)

    def _renew(self, session: Session) -> None:
        if not leases.renew(session, _name(self.id), self.token, None, LEASE_SECONDS):
            raise LeaseLost

    def _row(self, session: Session) -> MitigationRow:
        row = mitigations.held(session, self.id)
        if row is None:  # its incident was let go meanwhile
            raise LeaseLost
        return row


def take_ledger(engine: Engine, mitigation_id: int) -> Ledger | None:
    """The right to carry a mitigation on; None while another process has it."""
    with transaction(engine) as session:
        token = take_named(session, _name(mitigation_id), LEASE_SECONDS)
    return None if token is None else Ledger(engine, mitigation_id, token)


def write(session: Session, row: MitigationRow, step: Step, now: float, actor: str = ACTOR) -> Mitigation:
    """Keep a step, and tell the incident's timeline, in the caller's transaction. now: unix seconds."""
    saved = mitigations.save(row, step.mitigation)
    tell(session, saved.subject.incident_id, step.event, actor, now)
    return saved


def tell(session: Session, incident_id: int, event: Event, actor: str, now: float) -> None:
    """Add a line to an incident's timeline. now: unix seconds."""
    incident = incidents.held(session, incident_id)
    if incident is not None:
        incidents.save(session, incident, Change(incidents.standing_of(incident), (event,), None), actor, now)


def undone(step: Step) -> Step:
    """The same of what is sure not to have been done: guards do not count it."""
    return replace(step, mitigation=replace(step.mitigation, applying_at=None))


def _name(mitigation_id: int) -> str:
    return f"mitigation {mitigation_id}"
