"""An explanation: a finding with all that its verdict rests on, for a person to look at. Nothing of it is kept."""

from dataclasses import dataclass

from app.domain.finding import Finding
from app.domain.scan import ScanReport
from detectors.judgement import Figure
from detectors.panel import Floats, Grid


@dataclass(frozen=True, slots=True)
class Deploy:
    """A revision of the workload that was first seen in the window, and when, unix seconds."""

    at: float
    revision: str | None


@dataclass(frozen=True, slots=True)
class PodSeries:
    """One pod's series on the explanation's grid: bytes, shape (grid.steps,), NaN where nothing is known.

    memory: what is judged; floor, fit: what the detector drew beneath and through it
    restarts, oom_kills: unix seconds
    """

    pod: str
    revision: str | None
    leaking: bool
    limit_bytes: float | None
    memory: Floats
    working_set: Floats
    floor: Floats
    fit: Floats
    restarts: tuple[float, ...]
    oom_kills: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one container of a workload was judged as it was.

    pods: the leaking ones first, then the largest; those the detector shows, of `pods_in_window` that there are
    """

    finding: Finding
    figures: tuple[Figure, ...]
    grid: Grid
    deploys: tuple[Deploy, ...]
    pods: tuple[PodSeries, ...]
    pods_in_window: int


@dataclass(frozen=True, slots=True)
class Explained:
    """What a look at one workload found: an explanation for each of its containers, by name."""

    report: ScanReport
    explanations: tuple[Explanation, ...]
