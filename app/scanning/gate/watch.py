"""Looking at a canary again and again, until it can be told or the time is over."""

import time
from collections.abc import Callable

from app.domain.gate import Answer
from app.errors import ClusterError, SourceError, UnknownRevision
from app.prometheus.source import Control
from detectors.canary.outcome import Outcome

EVERY_SECONDS = 60.0
# So long a revision that is not there may be about to come: its image is pulled, its first samples are scraped.
_MOST_UNKNOWN_SECONDS = 300.0

Look = Callable[[], Answer]
# Is told of each look: what came of it, or why nothing did; and the seconds that are left.
Tell = Callable[[Answer | None, str, float], None]


def watch(look: Look, seconds: float, control: Control, tell: Tell, every: float = EVERY_SECONDS) -> Answer:
    """The first answer that is no longer inconclusive, or the last before so many seconds are over.

    A server that cannot be read for a while is asked again. Raises what the last look raised, where no look came to an
    answer; ScanAbandoned when told to stop; other errors at once.
    """
    began = time.monotonic()
    answer: Answer | None = None
    while True:
        left = began + seconds - time.monotonic()
        try:
            answer = look()
            tell(answer, "", max(left, 0.0))
        except (SourceError, ClusterError, UnknownRevision) as error:
            passed = time.monotonic() - began
            waits = error.retryable or (isinstance(error, UnknownRevision) and passed < _MOST_UNKNOWN_SECONDS)
            if left <= 0 and answer is not None:
                return answer
            if left <= 0 or not waits:
                raise
            tell(None, str(error), left)
        if answer is not None and (answer.outcome is not Outcome.INCONCLUSIVE or left <= 0):
            return answer
        control.wait(max(min(every, began + seconds - time.monotonic()), 0.01))
