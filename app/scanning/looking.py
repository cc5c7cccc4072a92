"""A look at one container on demand, by the settings of the service: what `leakwatch explain` does, within a time."""

import time
from collections.abc import Callable

from app.domain.explanation import Explanation
from app.domain.finding import Identity
from app.errors import NotFound
from app.prometheus.source import Control
from app.scanning.clusters import clusters_of
from app.scanning.explain import explain
from app.scanning.knowing import KnownClusters
from app.scanning.one_workload import Target
from app.settings import Settings

Look = Callable[[Identity], Explanation]


def make_look(settings: Settings, time_limit: float, known: KnownClusters | None = None) -> Look:
    """A function that reads a container's memory as it is now, and judges it; in at most so many seconds.

    known: clusters that are asked themselves.

    It raises UsageError where the container is not there any more, NotFound where its cluster is not configured any
    more, SourceError, RecordingError, and ScanAbandoned when the time is up.
    """

    def look(identity: Identity) -> Explanation:
        narrowed = settings.model_copy(update={"namespaces": (identity.namespace,)})
        if settings.clusters:
            narrowed = narrowed.model_copy(update={"cluster": identity.cluster})
            if not clusters_of(narrowed):
                raise NotFound(f"no cluster {identity.cluster} is configured", "see LEAKWATCH_CLUSTERS")
        target = Target(identity.namespace, identity.workload, identity.container)
        control = Control(deadline=time.monotonic() + time_limit)
        explained = explain(narrowed, target, control, end=None, known=known)
        return explained.explanations[0]

    return look
