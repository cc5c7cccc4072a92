"""What can be told to a detector, in the terms of the question rather than of the method."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """What counts as a leak worth telling.

    threshold: probability from which the verdict is "leak"
    min_hours: an uneventful lifetime shorter than this cannot be told from a warm-up
    limit_horizon_hours: growth that needs longer to reach the limit does not matter yet
    doubling_horizon_hours: without a limit, growth that needs longer to double the memory does not matter yet
    fresh_seconds: how recent the last sample must be for a pod to count as running
    explain: give each judgement its figures and its series, whatever the verdict
    """

    threshold: float = 0.5
    min_hours: float = 6.0
    limit_horizon_hours: float = 30 * 24.0
    doubling_horizon_hours: float = 10 * 24.0
    fresh_seconds: float = 1800.0
    explain: bool = False
