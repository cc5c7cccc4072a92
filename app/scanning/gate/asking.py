"""A look at a canary on demand, by the settings of the service, within a time."""

import time
from collections.abc import Callable

from app.domain.gate import Answer, Question
from app.errors import NotFound
from app.prometheus.source import Control
from app.scanning.clusters import clusters_of
from app.scanning.gate.look import look_at_canary
from app.settings import Settings
from detectors.canary.outcome import CanaryOptions

AskGate = Callable[[Question, float], Answer]


def make_gate(settings: Settings) -> AskGate:
    """A function that looks at a canary as it is now, in at most so many seconds. It raises as `look_at_canary` does,
    and NotFound where the cluster is not configured."""
    options = CanaryOptions(horizon_hours=settings.gate_horizon / 3600)

    def ask(question: Question, seconds: float) -> Answer:
        if question.cluster and not clusters_of(settings.model_copy(update={"cluster": question.cluster})):
            raise NotFound(f"cluster: none is configured of the name {question.cluster}", "see LEAKWATCH_CLUSTERS")
        return look_at_canary(settings, question, Control(deadline=time.monotonic() + seconds), options)

    return ask
