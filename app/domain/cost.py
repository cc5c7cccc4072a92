"""What a scan cost the server that it read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """What a server was asked for and had to do.

    queries: requests sent, those that failed and those that were tried again included
    samples: those it looked at where it says so, else those it answered
    bytes: of its answers, as they came over the wire
    seconds: spent on evaluating queries where it says so, else until its answers had come
    """

    queries: int = 0
    samples: int = 0
    bytes: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Cost") -> "Cost":
        """Both together."""
        return Cost(
            self.queries + other.queries,
            self.samples + other.samples,
            self.bytes + other.bytes,
            self.seconds + other.seconds,
        )
