"""Reading one container's memory now, because somebody asks for it; one at a time."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from app.domain.explanation import Explanation
from app.domain.finding import Identity
from app.errors import Conflict


@dataclass(frozen=True, slots=True)
class LookService:
    """look: reads and judges a container, in bounded time; raises what a scan does."""

    look: Callable[[Identity], Explanation]
    _busy: threading.Lock = field(default_factory=threading.Lock)

    def read(self, identity: Identity) -> Explanation:
        """What a look at it finds; nothing of it is kept. Raises Conflict while another is under way, else as look."""
        if not self._busy.acquire(blocking=False):
            raise Conflict("another workload's memory is being read", "try again when that is done")
        try:
            return self.look(identity)
        finally:
            self._busy.release()
