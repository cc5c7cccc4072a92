"""Old rows go, in small batches, by one process at a time."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.scanning.lease import this_process
from app.storage import clock, leases
from app.storage.engine import reading, transaction
from app.storage.retention import Ages, count, delete_some, old

_LEASE = "prune"
_LEASE_SECONDS = 60.0
# Between batches, so that whoever else writes to a SQLite file gets a turn.
_PAUSE_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class RetentionService:
    """Methods raise StorageError. now: the clock that ages are told by, unix seconds."""

    engine: Engine
    ages: Ages
    now: Callable[[Session], float] = clock.now

    def preview(self) -> dict[str, int]:
        """How many rows of each kind would go."""
        with reading(self.engine) as session:
            found = old(session, self.ages, self.now(session))
            return {name: count(session, which()) for name, which in found.items()}

    def prune(self) -> dict[str, int]:
        """Let them go; how many of each kind did. Raises Conflict where another process is at it."""
        with transaction(self.engine) as session:
            token = leases.take(session, _LEASE, this_process(), None, _LEASE_SECONDS)
        if token is None:
            raise Conflict("another process prunes just now", "try again in a minute")
        with reading(self.engine) as session:
            names = tuple(old(session, self.ages, self.now(session)))
        pruned = {name: self._all_of(name, token) for name in names}
        with transaction(self.engine) as session:
            leases.let_go(session, _LEASE, token)
        return pruned

    def prune_by_turns(self) -> None:
        """The same for the background of a service, of which there may be several: one does it, and logs it."""
        try:
            pruned = {name.replace(" ", "_"): number for name, number in self.prune().items() if number}
        except Conflict:
            return
        if pruned:
            structlog.get_logger().info("old rows were pruned", **pruned)

    def _all_of(self, name: str, token: int) -> int:
        pruned = 0
        while True:
            with transaction(self.engine) as session:
                if not leases.renew(session, _LEASE, token, None, _LEASE_SECONDS):
                    raise Conflict("another process has taken over the pruning", "try again in a minute")
                # Anew each time: what is over may have come back meanwhile.
                which = old(session, self.ages, self.now(session))[name]()
                done = delete_some(session, which)
            pruned += done
            if done < which.batch:
                return pruned
            time.sleep(_PAUSE_SECONDS)
