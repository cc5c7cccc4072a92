"""Which of a workload's pods run a revision, by any name that it goes by."""

from collections.abc import Iterable, Mapping, Sequence

from app.domain.gate import CANARY, STABLE
from app.errors import UnknownRevision, UsageError
from app.prometheus.ownership import image_version
from app.prometheus.source import ContainerRef
from app.text import printable

_MOST_SHOWN = 8
WORDS = frozenset({STABLE, CANARY})

Pods = frozenset[str]


def named(containers: Sequence[ContainerRef], name: str, option: str) -> Pods:
    """The pods of one workload that run the revision so called; none where nothing is.

    A revision is called by what findings call it (`v2`, `v2@5d8f9c7b6`), by its template's hash, by its ReplicaSet's
    name, or by its image's tag. Raises UsageError, naming the option, where a tag is that of several.
    """
    exact = [one for one in containers if name in {one.revision, one.template_hash, _replica_set(one)}]
    found = exact or [one for one in containers if image_version(one.image) == name]
    if len({one.template_hash for one in found}) > 1:
        several = sorted({shown(one) for one in found})
        raise UsageError(f"{option}: {printable(name)} is the tag of several revisions", f"choose {_listed(several)}")
    return frozenset(one.pod for one in found)


def of_images(containers: Sequence[ContainerRef], images: Mapping[str, str]) -> Pods:
    """The pods that run these images, by container: of workloads whose pods carry no hash of their template."""
    return frozenset(one.pod for one in containers if one.image is not None and images.get(one.container) == one.image)


def unknown(containers: Iterable[ContainerRef], name: str, option: str, more: str = "") -> UnknownRevision:
    """That nothing is called so, and what there is. more: what else should be known."""
    there = sorted({shown(one) for one in containers})
    what = f"the revisions there are: {_listed(there)}" if there else "there are none"
    what = f"{what}; {more}" if more else what
    return UnknownRevision(f"{option}: no pod in the window runs a revision {printable(name, 140)!r}", what)


def shown(container: ContainerRef) -> str:
    """What a revision is called where it is listed: by its tag, and by the hash that tells it from others."""
    if container.revision is None or container.template_hash is None or container.template_hash in container.revision:
        return container.revision or container.template_hash or "one without a name"
    return f"{container.revision}@{container.template_hash}"


def key_of(container: ContainerRef) -> str:
    """What is the same for all pods of one revision, and only for those."""
    return container.template_hash or container.image or container.revision or ""


def _replica_set(container: ContainerRef) -> str | None:
    return None if container.template_hash is None else f"{container.workload.name}-{container.template_hash}"


def _listed(names: Sequence[str]) -> str:
    listed = [printable(name, 140) for name in names[:_MOST_SHOWN]]
    more = [f"and {len(names) - _MOST_SHOWN} more"] if len(names) > _MOST_SHOWN else []
    return ", ".join([*listed, *more])
