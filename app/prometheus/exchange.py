"""What passes between a session and the client that uses it, beside the document."""

from dataclasses import dataclass, field

from app.domain.cost import Cost
from app.prometheus.cost import Spent


@dataclass(slots=True)
class Exchange:
    """What a session's next request may take, and what its last one brought."""

    deadline: float = 0.0
    warnings: list[str] = field(default_factory=list)
    spent: Spent = field(default_factory=Spent)
    sent: int = 0
    bytes: int = 0

    def begin(self, deadline: float) -> None:
        """Forget the one before. deadline: on time.monotonic()."""
        self.deadline = deadline
        self.warnings, self.spent, self.sent, self.bytes = [], Spent(), 0, 0

    def cost(self, seconds: float) -> Cost:
        """What it cost the server, which took so many seconds."""
        took = seconds if self.spent.seconds is None else self.spent.seconds
        return Cost(self.sent, self.spent.samples, self.bytes, took)
