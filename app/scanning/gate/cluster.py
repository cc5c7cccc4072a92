"""What the cluster's API calls a revision: by its number, its ReplicaSet, or its part in an Argo Rollout."""

from collections.abc import Mapping
from typing import Any

from app.domain.gate import CANARY, STABLE
from app.domain.rollout import Rollout
from app.errors import ClusterError, UsageError
from app.kubernetes.access import ClusterAccess
from app.kubernetes.fields import text_in
from app.kubernetes.rollouts import History, read_history
from app.kubernetes.way import effective_access
from app.prometheus.source import ContainerRef, Control
from app.settings import Settings

# Of a gate's time, what asking the cluster for names may take.
_MOST_SECONDS = 3.0
_ARGO_ROLLOUT = "Rollout"
_MOST_DIGITS = 9


class RevisionsOfCluster:
    """The revisions of workloads as the API keeps them; of none where there is no access."""

    def __init__(self, settings: Settings, control: Control, *, by_hand: bool) -> None:
        """settings: of one cluster; by_hand: asked by a person, as `ClusterAccess.of` takes it."""
        seconds = min(settings.kubernetes_timeout, control.remaining(_MOST_SECONDS))
        hurried = settings.model_copy(update={"kubernetes_timeout": seconds})
        self._access = ClusterAccess.of(hurried, settings.cluster, by_hand=by_hand)
        self._is_set = effective_access(settings, settings.cluster, by_hand=False) is not None

    @property
    def is_set(self) -> bool:
        """Whether the settings ask for access, and it is not just tried by what kubectl would take."""
        return self._is_set

    def named(self, container: ContainerRef, name: str) -> Rollout | None:
        """The revision so called of the workload that owns a container; None where it has none, or is not known.

        Words mean the parts of an Argo Rollout alone. Raises ClusterError where the API cannot be read.
        """
        kind = container.workload.kind
        word = name in {STABLE, CANARY}
        numbered = name.isascii() and name.isdecimal() and len(name) <= _MOST_DIGITS
        if self._access is None or (word and kind != _ARGO_ROLLOUT):
            return None
        try:
            history = read_history(self._access, kind, container.namespace, container.workload.name)
        except UsageError:  # a kind that keeps no revisions
            return None
        if word:
            return _part(history, name)
        return next(
            (one for one in history.rollouts if one.name == name or (numbered and one.number == int(name))),
            next((one for one in history.rollouts if one.template_hash == name), None),
        )

    def close(self) -> None:
        """Close the connection."""
        if self._access is not None:
            self._access.close()


def _part(history: History, word: str) -> Rollout | None:
    """The stable or the newest revision of an Argo Rollout, as its status names them by the hash of their template.

    https://argo-rollouts.readthedocs.io/en/stable/features/specification/
    """
    status: Mapping[str, Any] = history.workload
    wanted = text_in(status, "status", "stableRS" if word == STABLE else "currentPodHash")
    found = next((one for one in history.rollouts if wanted and one.template_hash == wanted), None)
    if found is None:
        raise ClusterError(f"the Rollout's status names no {word} revision that there is", "is it being reconciled?")
    return found
