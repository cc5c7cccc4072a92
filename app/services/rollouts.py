"""Whether a canary may go on, asked by what rolls it out: a few at once, each in bounded time."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from app.domain.gate import Answer, Question
from app.errors import ClusterError, LeakwatchError, ScanAbandoned, SourceError, UsageError
from detectors.judgement import Reason

_AT_ONCE = 4
# Of the time for an answer, what waiting for one's turn may take.
_WAITING_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class RolloutService:
    """ask: looks at a canary within so many seconds, and raises what a scan does; seconds: for one answer."""

    ask: Callable[[Question, float], Answer]
    seconds: float
    _turns: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(_AT_ONCE))

    def answer(self, question: Question) -> Answer:
        """What comes of it. What cannot be read, or not in time, is inconclusive, and says why.

        Raises UsageError where the workload, a container or a revision is not there, NotFound for the cluster.
        """
        until = time.monotonic() + self.seconds
        if not self._turns.acquire(timeout=self.seconds * _WAITING_SHARE):
            return _unread(question, "busy", "too many other canaries are being looked at")
        try:
            return self.ask(question, max(until - time.monotonic(), 0.001))
        except ScanAbandoned:
            text = f"Prometheus did not give it in {self.seconds:g} s (LEAKWATCH_GATE_TIME_LIMIT)"
            return _unread(question, "out_of_time", text)
        except (SourceError, ClusterError) as error:
            _log(question, error)
            where = "the cluster" if isinstance(error, ClusterError) else "Prometheus"
            return _unread(question, "not_read", f"{where} could not be read: {error}")
        finally:
            self._turns.release()

    def answer_to_what_may_come(self, question: Question) -> Answer:
        """The same, for what asks before the first sample is there: what is not seen is inconclusive, too."""
        try:
            return self.answer(question)
        except UsageError as error:
            _log(question, error)
            return _unread(question, "not_seen", f"{error}; {error.hint}" if error.hint else str(error))


def _unread(question: Question, code: str, text: str) -> Answer:
    return Answer(question, time.time(), (), unread=Reason(code, text))


def _log(question: Question, error: LeakwatchError) -> None:
    # What was read of Prometheus' answer may be in it; who asks has a token for that, or a webhook's secret.
    structlog.get_logger().warning(
        "canary not told", namespace=question.namespace, workload=question.workload, error=str(error)
    )
