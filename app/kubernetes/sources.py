"""Which Helm revision, or which commit by Argo CD, a rollout was, as far as they still tell.

Of Helm's releases (Secrets of type helm.sh/release.v1) only the metadata are asked for: their values are never read.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.rolled_out import RolledOutBy
from app.kubernetes.call import METADATA_ONLY
from app.kubernetes.fields import label, list_in, text_in, time_in, whole_number_in
from app.kubernetes.managers import Manager
from app.kubernetes.paths import ARGO_APPLICATIONS, SECRETS
from app.kubernetes.reader import Watcher
from app.text import printable

_MOST = 200
# A release is written before its objects; clocks differ by less.
_SKEW_SECONDS = 60.0
# Argo CD writes that it deployed once all is synced, which may wait for hooks.
_LONGEST_SYNC_SECONDS = 3600.0


def rolled_out_by(access: Watcher, manager: Manager, at: float) -> RolledOutBy | None:
    """What made a rollout that began at `at`, unix seconds; None where that is not told. Raises ClusterError."""
    if not manager.name:
        return None
    if manager.kind == "helm" and manager.namespace:
        return _newest([one for one in _releases(access, manager) if one.at <= at + _SKEW_SECONDS])
    if manager.kind == "argocd":
        synced = [one for one in _deployments(access, manager) if one.at - at + _SKEW_SECONDS >= 0]
        first = min(synced, key=lambda one: one.at, default=None)
        return first if first is not None and first.at - at <= _LONGEST_SYNC_SECONDS else None
    return None


def _newest(found: list[RolledOutBy]) -> RolledOutBy | None:
    return max(found, key=lambda one: (one.at, whole_number_in(one.revision) or 0), default=None)


def _releases(access: Watcher, manager: Manager) -> Iterator[RolledOutBy]:
    query = {"labelSelector": f"owner=helm,name={manager.name}", "fieldSelector": "type=helm.sh/release.v1"}
    for page in access.pages(SECRETS.all(manager.namespace), query, _MOST, accept=METADATA_ONLY):
        for one in list_in(page, "items"):
            number, at = label(one, "version"), time_in(one, "metadata", "creationTimestamp")
            if number.isdecimal() and at is not None:
                yield RolledOutBy("helm", manager.name, manager.namespace, number[:10], at)


def _deployments(access: Watcher, manager: Manager) -> Iterator[RolledOutBy]:
    query = {"fieldSelector": f"metadata.name={manager.name}"}
    for page in access.pages(ARGO_APPLICATIONS.all(manager.namespace), query, _MOST):
        for application in list_in(page, "items"):
            namespace = text_in(application, "metadata", "namespace")
            for one in list_in(application, "status", "history")[-_MOST:]:
                at, revision = time_in(one, "deployedAt"), _revision(one)
                if at is not None and revision:
                    yield RolledOutBy("argocd", manager.name, namespace, revision, at)


def _revision(deployment: Mapping[str, Any]) -> str:
    """A commit; of an Application with several sources, all of them."""
    several = [one for one in list_in(deployment, "revisions") if isinstance(one, str)]
    return printable(text_in(deployment, "revision") or ", ".join(several), 200)
