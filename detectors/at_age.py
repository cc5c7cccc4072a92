"""How two versions of a workload compare at the same age: by itself, so that what only shows it needs no arrays."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AtAge:
    """Two versions compared. before, after: bytes/hour of one pod, the median of lives.

    ages: hours, from and to, at which both were seen; None where they share none, and each was taken as it was seen: a
    version that is flat when it is old does not leak. differs: True where only the later one grew, False where the
    earlier grew alike; None where nothing can be told.
    """

    before: float
    after: float
    ages: tuple[float, float] | None
    differs: bool | None


NOT_COMPARED = AtAge(float("nan"), float("nan"), None, None)
