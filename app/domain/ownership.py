"""What else may be known of whose a pod is, beside what metrics tell."""

from typing import Protocol

from app.domain.finding import Workload


class KnownOwners(Protocol):
    """One who has seen the cluster itself."""

    def workload_of(self, namespace: str, pod: str, told: Workload) -> Workload:
        """Whose the pod is; what is told, where nothing better is known."""
        ...

    def template_hash_of(self, namespace: str, pod: str) -> str | None:
        """The label that tells which revision of its workload the pod runs; None where that is not known."""
        ...
