"""By what way a cluster's API is reached, if at all."""

from pathlib import Path

from app.kubernetes_settings import AccessMode
from app.settings import Settings

# https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
TOKEN_FILE = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")


def effective_access(settings: Settings, cluster: str, *, by_hand: bool) -> Settings | None:
    """The settings with an access that is in_cluster or kubeconfig, or None where there is none to that cluster.

    What is meant for one cluster is never used for another: objects of the same name are in both.
    """
    if settings.clusters:
        return _one_of(settings, cluster, by_hand=by_hand)
    if cluster not in {"", settings.cluster}:
        return None
    mode = settings.kubernetes
    if mode == "auto":
        mode = _found(settings, by_hand=by_hand)
    return None if mode == "off" else settings.model_copy(update={"kubernetes": mode})


def _one_of(settings: Settings, cluster: str, *, by_hand: bool) -> Settings | None:
    meant = [one for one in settings.clusters if cluster in {"", one.name}]
    if len(meant) != 1:
        return None
    access = meant[0].access_to_kubernetes(settings.kubernetes_kubeconfig)
    narrowed = settings.model_copy(update={"cluster": meant[0].name, "clusters": (), **access})
    return effective_access(narrowed, "", by_hand=by_hand)


def _found(settings: Settings, *, by_hand: bool) -> AccessMode:
    if settings.kubernetes_kubeconfig is not None or settings.kubernetes_context is not None:
        return "kubeconfig"
    if TOKEN_FILE.is_file():
        return "in_cluster"
    return "kubeconfig" if by_hand else "off"
