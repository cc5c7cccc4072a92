"""What a detector says of one workload's container. Loads nothing heavy: the command line's help needs its names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detectors.panel import Floats


class Verdict(StrEnum):
    """Whether a workload's container leaks; "cannot tell" is an answer of its own."""

    LEAK = "leak"
    HEALTHY = "healthy"
    INSUFFICIENT_DATA = "insufficient_data"


class MemoryKind(StrEnum):
    """Which memory grows."""

    ANON = "anon"
    KERNEL = "kernel"
    PAGE_CACHE = "page_cache"


@dataclass(frozen=True, slots=True)
class Reason:
    """One piece of evidence for or against: a stable code and plain words with the figure in them."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """What one test found, for a reader: a stable name, the figure, and what it means in plain words."""

    name: str
    value: float
    text: str


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Seconds, from the soonest to the latest likely."""

    p10: float
    p50: float
    p90: float


@dataclass(frozen=True, slots=True)
class RowEvidence:
    """What was seen of one row of the panel, for a reader to look at.

    floor: bytes, shape (steps,), the lower envelope of what the kernel cannot reclaim; NaN where unknown
    peak: bytes, shape (steps,), what the memory limit is compared with
    fit: bytes, shape (steps,), the growth that was found, drawn through the floor since its onset; NaN elsewhere
    restarts, oom_kills: unix seconds
    """

    row: int
    leaking: bool
    floor: Floats
    peak: Floats
    fit: Floats
    restarts: tuple[float, ...]
    oom_kills: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one subject (a workload's container), pooled over its rows and their lifetimes.

    growth: bytes/hour of one leaking pod, with an 80 % interval; onset_at: unix seconds; current: bytes of the
    largest pod at the window's end; limit: bytes, None where none is set; floor: bytes, the highest at which the floor
    of a pod that grows stands, or stood when a lifetime ended, None where nothing can be told; onset_interval: unix
    seconds between which the growth may have set in, from -inf where it may be older than all that is known;
    current_began_at: unix seconds when the life of that largest pod began, None where that is not known.
    figures, and evidence of what does not leak, are there where Options.explain asks for them.
    """

    subject: int
    verdict: Verdict
    probability: float
    growth_bytes_per_hour: float
    growth_interval: tuple[float, float]
    onset_at: float | None
    current_bytes: float
    limit_bytes: float | None
    time_to_limit: Quantiles | None
    memory_kind: MemoryKind
    pods_observed: int
    pods_leaking: int
    restarts: int
    oom_kills: int
    suspect_revision: int | None
    reasons: tuple[Reason, ...]
    evidence: tuple[RowEvidence, ...]
    figures: tuple[Figure, ...] = ()
    floor_bytes: float | None = None
    onset_interval: tuple[float, float] | None = None
    current_began_at: float | None = None
