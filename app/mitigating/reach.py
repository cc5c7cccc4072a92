"""The clusters that acts may reach: one access each, opened when it is first needed."""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from app.errors import ClusterError
from app.mitigating.argocd import ArgoClient, make_argo_client
from app.settings import Settings


class Access(Protocol):
    """What acting needs of an access to a cluster (app.kubernetes.access.ClusterAccess)."""

    @property
    def server(self) -> str:
        """The host that was reached."""

    def get(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The document at a path."""

    def pages(self, path: str, query: Mapping[str, str] | None = None, limit: int = 500) -> Iterator[dict[str, Any]]:
        """The pages of a list."""

    def patch(
        self, path: str, body: Any, kind: Literal["strategic", "merge", "json", "apply"], *, dry_run: bool = False
    ) -> dict[str, Any]:
        """The object as it is after a patch."""

    def close(self) -> None:
        """Let the connections go."""


@dataclass(frozen=True, slots=True)
class Reach:
    """One cluster, and the Argo CD that is set, if one is. by_hand: reached as kubectl does, by its present context."""

    access: Access
    argocd: ArgoClient | None = None
    by_hand: bool = False


@dataclass(slots=True)
class Clusters:
    """Opens accesses. For any number of threads. open_: an access by the cluster's name, None where there is none.

    by_hand: as a command does, by kubectl's own kubeconfig.
    """

    open_: Callable[[str], Access | None]
    argocd: ArgoClient | None = None
    by_hand: bool = False
    _open: dict[str, Access] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def to(self, cluster: str) -> Reach:
        """The way to a cluster. Raises ClusterError where there is none."""
        with self._lock:
            known = self._open.get(cluster)
            if known is None:
                known = self.open_(cluster)
                if known is None:
                    named = f"cluster {cluster}" if cluster else "the cluster"
                    raise ClusterError(
                        f"there is no access to the API of {named}",
                        "set LEAKWATCH_KUBERNETES to in_cluster or kubeconfig: see docs/kubernetes.md",
                    )
                self._open[cluster] = known
        return Reach(known, self.argocd, self.by_hand)

    def close(self) -> None:
        """Let all connections go."""
        with self._lock:
            known, self._open = list(self._open.values()), {}
        for one in known:
            one.close()
        if self.argocd is not None:
            self.argocd.close()


def make_clusters(settings: Settings, *, by_hand: bool = False) -> Clusters:
    """As the settings say. Raises SettingsError. by_hand: of a command, which takes kubectl's own kubeconfig."""

    def opened(cluster: str) -> Access | None:
        from app.kubernetes.access import ClusterAccess  # noqa: PLC0415 (only where a cluster is reached)

        return ClusterAccess.of(settings, cluster, by_hand=by_hand)

    return Clusters(opened, make_argo_client(settings), by_hand)
