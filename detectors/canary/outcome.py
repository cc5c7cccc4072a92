"""What a comparison of two revisions says. Loads nothing heavy: the command line's help needs its names."""

from dataclasses import dataclass
from enum import StrEnum

from detectors.judgement import Figure, Reason


class Outcome(StrEnum):
    """Whether a canary may go on; "cannot tell" is an answer of its own."""

    PASS = "pass"  # noqa: S105 (no password)
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class CanaryOptions:
    """What counts, in the terms of the question.

    sure: probability from which the canary fails; doubtful: from which, be it only a warm-up, it does not pass
    horizon_hours: it passes when it is sure not to reach its limit (without one, twice its memory) for so long
    limit_horizon_hours, doubling_horizon_hours: slower growth does not matter yet, as for any other leak
    """

    sure: float = 0.99
    doubtful: float = 0.8
    horizon_hours: float = 24.0
    limit_horizon_hours: float = 30 * 24.0
    doubling_horizon_hours: float = 10 * 24.0


class Basis(StrEnum):
    """Where a side's figures are from: the ages that were compared, the same time at another age, or its last hour."""

    SAME_AGE = "same_age"
    SAME_TIME = "same_time"
    LAST_HOUR = "last_hour"


@dataclass(frozen=True, slots=True)
class Side:
    """What was seen of one of the two revisions.

    pods: whose lives were compared; age_seconds: up to which age; basis: when the three figures after it are from, None
    where there are none: level_bytes, of one pod at the end of that; growth_bytes_per_hour, of one pod; cores, mean CPU
    of one pod; each None where unknown. limit_bytes: None where none is set; oom_kills: of all its pods in the window
    """

    pods: int
    age_seconds: float
    level_bytes: float | None
    growth_bytes_per_hour: float | None
    cores: float | None
    limit_bytes: float | None
    oom_kills: int
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The outcome. excess: bytes/hour by which a canary's pod grows beyond the stable, None where nothing can be told;
    interval: its 80 % interval; probability: that the canary grows where the stable did not, 0 to 1
    seconds_until_more: when to look again, where it is inconclusive for want of time; None where waiting does not help.
    """

    outcome: Outcome
    probability: float
    excess_bytes_per_hour: float | None
    interval: tuple[float, float] | None
    reasons: tuple[Reason, ...]
    figures: tuple[Figure, ...]
    stable: Side
    canary: Side
    seconds_until_more: float | None
