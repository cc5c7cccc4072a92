"""What a tool tells of the rollout that it made. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RolledOutBy:
    """Helm or Argo CD.

    kind: "helm" or "argocd"; name, namespace: of the release or Application; revision: Helm's number, or the commit
    that Argo CD took from Git; at: when, unix seconds.
    """

    kind: str
    name: str
    namespace: str
    revision: str
    at: float
