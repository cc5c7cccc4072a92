"""The time that an act buys where it does not mend the leak, in words with its figures. Pure."""

from collections.abc import Mapping
from typing import Any

from detectors.words import amount, span


def by_limit(finding: Mapping[str, Any], present_bytes: int, wanted_bytes: int) -> str:
    """What a higher limit buys: from the growth of one pod and what the largest holds now. Bytes.

    finding: its document. New pods begin anew, so that all of what they begin with counts, too, where it is known.
    """
    growth, level = float(finding["growth_bytes_per_hour"]), float(finding["current_bytes"])
    if growth <= 0:
        return "it does not grow just now: no time can be told"
    fast = max(growth, float(finding["growth_interval"][1]))
    gained = f"buys {span((wanted_bytes - present_bytes) / growth)} at {amount(growth)}/h"
    least = f"{span((wanted_bytes - present_bytes) / fast)} at the fastest it may grow, {amount(fast)}/h"
    left = max(wanted_bytes - level, 0.0) / growth
    until = f"a pod that holds {amount(level)}, as the largest does now, gets to {amount(wanted_bytes)} in {span(left)}"
    return f"{gained} ({least}); {until}"


def by_restart(finding: Mapping[str, Any], start_bytes: float | None) -> str:
    """What a restart buys. start_bytes: what a pod holds when it begins; None where no beginning was seen."""
    growth, level, limit = float(finding["growth_bytes_per_hour"]), float(finding["current_bytes"]), _limit(finding)
    if growth <= 0:
        return "it does not grow just now: no time can be told"
    if start_bytes is None or start_bytes >= level:
        if limit is None:
            return f"memory comes back at {amount(growth)}/h"
        return f"buys at most {span(limit / growth)} until the limit, at {amount(growth)}/h"
    freed = f"frees about {amount(level - start_bytes)} of the largest pod"
    if limit is None:
        return f"{freed}, which is back in {span((level - start_bytes) / growth)}"
    return f"{freed}, and the limit is {span(max(limit - start_bytes, 0.0) / growth)} away at {amount(growth)}/h"


def _limit(finding: Mapping[str, Any]) -> float | None:
    return None if finding["limit_bytes"] is None else float(finding["limit_bytes"])
