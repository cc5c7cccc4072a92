"""What passes between a session and the client that uses it, beside the document."""

import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

from app.domain.cost import Cost
from app.prometheus.cost import Spent


@dataclass(slots=True)
class Exchange:
    """What a session's next request may take, and what its last one brought."""

    deadline: float = 0.0  # on time.monotonic()
    warnings: list[str] = field(default_factory=list)
    spent: Spent = field(default_factory=Spent)
    sent: int = 0
    retry_after_seconds: float = 0.0
    bytes: int = 0

    def begin(self) -> None:
        """Forget the one before."""
        self.warnings, self.spent, self.sent, self.bytes = [], Spent(), 0, 0
        self.retry_after_seconds = 0.0

    def heed(self, retry_after: str | None) -> None:
        """Take note of a Retry-After header: seconds or a date; nonsense is none."""
        self.retry_after_seconds = _seconds_of(retry_after or "")

    def cost(self, seconds: float) -> Cost:
        """What it cost the server, which took so many seconds."""
        took = seconds if self.spent.seconds is None else self.spent.seconds
        return Cost(self.sent, self.spent.samples, self.bytes, took)


def _seconds_of(retry_after: str) -> float:
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        return max(parsedate_to_datetime(retry_after).timestamp() - time.time(), 0.0)
    except ValueError:
        return 0.0
