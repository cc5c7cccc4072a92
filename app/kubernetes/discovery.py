"""Which path a kind has that is not known beforehand, and who owns an object, by fresh reads."""

from collections.abc import Mapping
from typing import Any

from app.errors import ClusterError, UsageError
from app.kubernetes import paths
from app.kubernetes.fields import controller_of, list_in, text_in
from app.kubernetes.paths import Resource
from app.kubernetes.reader import Reader

_KNOWN: Mapping[tuple[str, str], Resource] = {
    (one.api, one.kind): one for one in vars(paths).values() if isinstance(one, Resource)
}
_MOST_OWNERS = 8


def resource_of(access: Reader, api: str, kind: str) -> Resource | None:
    """The resource of a kind ("apps/v1", "Deployment"); None where the cluster has none. Raises ClusterError."""
    known = _KNOWN.get((api, kind))
    if known is not None:
        return known
    document = access.get(f"/apis/{api}" if "/" in api else f"/api/{api}")
    for one in list_in(document, "resources"):
        plural = text_in(one, "name")
        if text_in(one, "kind") == kind and plural and "/" not in plural:
            return Resource(api, plural, kind, namespaced=one.get("namespaced") is not False)
    return None


def owners_of(access: Reader, document: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """What controls an object, and that, up to the top, nearest first; as far as rights allow."""
    namespace = text_in(document, "metadata", "namespace")
    found: list[Mapping[str, Any]] = []
    while len(found) < _MOST_OWNERS:
        reference = controller_of(found[-1] if found else document)
        api, kind, name = (text_in(reference, part) for part in ("apiVersion", "kind", "name"))
        if not (api and kind and name):
            break
        try:
            resource = resource_of(access, api, kind)
            owner = None if resource is None else access.get(resource.one(namespace, name))
        except (ClusterError, UsageError):
            break
        if owner is None or text_in(owner, "metadata", "uid") != text_in(reference, "uid"):
            break  # another object of that name took its place
        found.append(owner)
    return tuple(found)
