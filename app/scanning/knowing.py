"""The clusters that scans know from their own API, beside what Prometheus tells: followed from scan to scan."""

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.domain.scan import Problem
from app.prometheus.source import Control
from app.settings import Settings

if TYPE_CHECKING:
    from app.kubernetes.access import ClusterAccess
    from app.kubernetes.cluster import Cluster
    from app.kubernetes.view import View

# The first list of ten thousand pods takes some ten seconds.
_LONGEST_WAIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Known:
    """A cluster at the time of one scan. problems: what of it could not be read."""

    access: "ClusterAccess"
    view: "View"
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class KnownClusters:
    """Follows each cluster from when it is first asked for until closed. For any number of threads.

    namespaces: only there, for a look at one workload; empty: as the settings say.
    """

    namespaces: tuple[str, ...] = ()
    _clusters: "dict[str, tuple[ClusterAccess, Cluster] | None]" = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, settings: Settings, control: Control) -> Known | None:
        """The cluster of these settings as it is now; None where they give no access to it.

        What cannot be reached is told by `problems`, and raises nothing. Raises ScanAbandoned.
        """
        with self._lock:
            if settings.cluster not in self._clusters:
                self._clusters[settings.cluster] = _opened(settings, self.namespaces)
            opened = self._clusters[settings.cluster]
        if opened is None:
            return None
        access, cluster = opened
        view = cluster.view(control.remaining(_LONGEST_WAIT_SECONDS))
        return Known(access, view, cluster.problems())

    def close(self) -> None:
        """Stop following."""
        with self._lock:
            opened, self._clusters = list(self._clusters.values()), {}
        for one in opened:
            if one is not None:
                one[1].close()


def _opened(settings: Settings, namespaces: tuple[str, ...]) -> "tuple[ClusterAccess, Cluster] | None":
    # A recording is of a cluster that need not be there: only an access that is set by hand is meant for it.
    if settings.recording is not None and settings.kubernetes == "auto":
        return None
    from app.kubernetes.access import ClusterAccess  # noqa: PLC0415 (only where there is a cluster)
    from app.kubernetes.cluster import Cluster  # noqa: PLC0415

    access = ClusterAccess.of(settings)
    if access is None:
        return None
    return access, Cluster(access, namespaces or settings.kubernetes_namespaces)
