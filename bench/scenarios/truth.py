"""What is known of a scenario because it was made."""

from dataclasses import dataclass

from detectors.panel import Panel


@dataclass(frozen=True, slots=True)
class Truth:
    """The label of one scenario.

    onset_at: unix seconds at which the leak set in; before the window where it already leaked then; None: no leak
    growth_bytes_per_hour: mean of one leaking pod while it leaks, hours of rest included; 0.0 when there is no leak
    memory_kind: anon, kernel or page_cache: what grows, or what there is most to say about
    oom_kills: in the window, of all pods; pods: rows of the panel; leaking_pods: those of them that leak
    suspect_revision: the revision of the panel that brought the leak, None where none in the window did
    warmed_up: look-alikes only: no start, warm-up or filling cache is under way in the last 48 hours
    """

    family: str
    leak: bool
    onset_at: float | None
    growth_bytes_per_hour: float
    memory_kind: str
    oom_kills: int
    pods: int
    leaking_pods: int
    suspect_revision: int | None
    warmed_up: bool


@dataclass(frozen=True, slots=True)
class Scenario:
    """One workload's container over a window: a panel of one subject, one row a pod, and the truth."""

    name: str
    seed: int
    panel: Panel
    truth: Truth
