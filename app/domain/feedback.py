"""What a person says of a leak: that it is none, up to a growth and a level; or that it is one after all. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from detectors.words import amount


@dataclass(frozen=True, slots=True)
class Figures:
    """What is accepted: growth of one pod, and the level of its floor."""

    growth_bytes_per_hour: float
    level_bytes: float

    def __str__(self) -> str:
        return f"{amount(self.growth_bytes_per_hour)}/h, {amount(self.level_bytes)}"


@dataclass(frozen=True, slots=True)
class Feedback:
    """That a person, `actor`, said of a fingerprint's leak at a time (unix seconds) that it is none, and why."""

    id: int
    fingerprint: str
    figures: Figures
    comment: str
    actor: str
    at: float


# The feedback in force, by fingerprint.
InForce = Mapping[str, Feedback]
NOTHING_SAID: InForce = MappingProxyType({})


def figures_of(finding: Mapping[str, Any], before: Figures | None) -> Figures:
    """What is accepted by saying of a finding (its document) that it is no leak.

    What was accepted before stays accepted: a person who accepts faster growth does not take a level back. Findings
    of versions that did not tell the floor have the memory of the largest pod in its place.
    """
    floor = finding.get("floor_bytes")
    level = float(finding["current_bytes"] if floor is None else floor)
    growth = float(finding["growth_bytes_per_hour"])
    if before is None:
        return Figures(growth, level)
    return Figures(max(growth, before.growth_bytes_per_hour), max(level, before.level_bytes))
