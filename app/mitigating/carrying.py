"""Carries mitigations on, from their approval to the end of the rollout, whatever is cut off in between.

A step is written down before it is taken. Where a process was killed after that, the next one reads from the object
whether it was done: the mark stands in the same patch. Every patch holds the version of the object that was read, so
that to send it once more can never do it twice.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import Engine

from app.domain.mitigation import life
from app.domain.mitigation.guards import Policy
from app.domain.mitigation.life import Step
from app.domain.mitigation.model import Mitigation, MitigationState
from app.errors import LeakwatchError, StorageError
from app.mitigating.applying import Applying
from app.mitigating.ledger import LeaseLost, Ledger, take_ledger
from app.mitigating.reach import Clusters
from app.mitigating.watching import watch
from app.storage import clock, mitigations
from app.storage.engine import reading

_MOST = 500
_S = MitigationState


@dataclass(frozen=True, slots=True)
class Limits:
    """How long things may take, seconds. rollout: of an act; judging: until scans have told whether it helped."""

    rollout: float
    judging: float


@dataclass(frozen=True, slots=True)
class Carrier:
    """Methods raise StorageError. policy: what settings allow; clock: of the restart that a patch tells of."""

    engine: Engine
    clusters: Clusters
    policy: Policy
    limits: Limits
    clock: Callable[[], float] = time.time

    def carry_all(self) -> None:
        """Take the next step of each that is under way; that of one does not keep the others from theirs."""
        with reading(self.engine) as session:
            now = clock.now(session)
            found = [one for one in mitigations.under_way(session, _MOST) if self._is_due(one, now)]
        for one in found:
            try:
                self.carry(one.id)
            except StorageError:
                raise
            except LeakwatchError as error:
                structlog.get_logger().warning("a mitigation comes no further", id=one.id, reason=str(error))

    def carry(self, mitigation_id: int) -> None:
        """Take the next step of one, unless another process is at it, or there is none to take now."""
        ledger = take_ledger(self.engine, mitigation_id)
        if ledger is None:
            return
        try:
            self._step(ledger)
        except LeaseLost:
            return
        ledger.let_go()

    def _is_due(self, one: Mitigation, now: float) -> bool:
        """Whether a step may be taken: what waits for people or scans is left in peace."""
        if one.state is _S.PROPOSED:
            return now >= one.expires_at
        if one.state is _S.WATCHING and one.rolled_out_at is not None:
            return now - one.rolled_out_at >= self.limits.judging
        return True

    def _step(self, ledger: Ledger) -> None:
        one = ledger.read()
        if one.state.is_over or not self._is_due(one, ledger.now()):
            return
        if one.state is _S.PROPOSED:
            ledger.take(_expired)
        elif one.state in {_S.APPROVED, _S.APPLYING}:
            Applying(ledger, self.clusters, self.policy, self.clock).apply(one)
        elif one.state is _S.WATCHING and one.rolled_out_at is None:
            watch(ledger, self.clusters, one, self.limits.rollout)
        elif one.state is _S.WATCHING:
            ledger.take(lambda found, now: life.end(found, _S.INCONCLUSIVE, _never_told(found), now))


def _expired(one: Mitigation, now: float) -> Step:
    return life.end(one, _S.EXPIRED, "nobody approved it in time", now)


def _never_told(one: Mitigation) -> str:
    return f"scans could not tell in time whether it helped{': ' if one.note else ''}{one.note}"
