"""The fleet as a whole: which share of it leaks, may leak, is well, or cannot be told. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.finding import Identity
from detectors.judgement import Verdict

# From this probability on one that is not judged to leak is worth a look: no reason plainly speaks against a leak.
SUSPECTED_PROBABILITY = 0.2
# Reasons that say that nothing grew; any other says why growth is no leak.
FLAT = frozenset({"flat_floor", ""})


class Share(StrEnum):
    """A share of the fleet's containers. The first four make up all of it; the others overlap with them.

    no_limit: without a memory limit; partly_read: of which not every sample could be had; rejected: that grew, and
    were judged not to leak.
    """

    LEAK = "leak"
    SUSPECTED = "suspected"
    HEALTHY = "healthy"
    INSUFFICIENT_DATA = "insufficient_data"
    NO_LIMIT = "no_limit"
    PARTLY_READ = "partly_read"
    REJECTED = "rejected"


# Those that make up the whole, the worst first.
WHOLE = (Share.LEAK, Share.SUSPECTED, Share.HEALTHY, Share.INSUFFICIENT_DATA)


def share_of(verdict: Verdict, probability: float) -> Share:
    """Which of the four it belongs to."""
    if verdict is Verdict.LEAK:
        return Share.LEAK
    if verdict is Verdict.INSUFFICIENT_DATA:
        return Share.INSUFFICIENT_DATA
    return Share.SUSPECTED if probability >= SUSPECTED_PROBABILITY else Share.HEALTHY


@dataclass(frozen=True, slots=True)
class NamespaceShares:
    """How many containers of a namespace belong to each share. Of those that leak: the fastest growth (bytes/hour),
    the soonest limit (unix seconds) and the highest probability; None where none leaks, or none has a limit.
    """

    cluster: str
    namespace: str
    counts: Mapping[Share, int]
    fastest: float | None
    soonest: float | None
    surest: float | None

    @property
    def total(self) -> int:
        """All its containers."""
        return sum(self.counts[share] for share in WHOLE)


@dataclass(frozen=True, slots=True)
class Tile:
    """One container as a map shows it. growth: bytes/hour of one pod; limit_at: unix seconds, None where not known."""

    fingerprint: str
    identity: Identity
    verdict: Verdict
    probability: float
    growth_bytes_per_hour: float
    limit_at: float | None

    @property
    def share(self) -> Share:
        """Which of the four it belongs to."""
        return share_of(self.verdict, self.probability)
