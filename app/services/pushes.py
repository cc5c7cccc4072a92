"""How telling others went lately, as this process saw it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LastPush:
    """How it ended the last time. at: unix seconds."""

    result: str
    at: float


@dataclass(slots=True)
class PushLog:
    """The last push to each target, by its name; all threads may call it. now: the clock, unix seconds."""

    targets: tuple[str, ...] = ()
    now: Callable[[], float] = time.time
    _last: dict[str, LastPush] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, target: str, result: str) -> None:
        """A push to a target has ended."""
        with self._lock:
            self._last[target] = LastPush(result, self.now())

    def last(self, target: str) -> LastPush | None:
        """The last one; None where there was none since this process began."""
        with self._lock:
            return self._last.get(target)
