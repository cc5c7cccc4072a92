"""One series as a source gives it, before anything is made of it."""

from dataclasses import dataclass

from app.prometheus.source import LabelSet
from detectors.panel import Floats


@dataclass(frozen=True, slots=True)
class RawSeries:
    """One metric of one label set: times in unix seconds, increasing, and values, both of shape (samples,)."""

    metric: str
    labels: LabelSet
    times: Floats
    values: Floats
