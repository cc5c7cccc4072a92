"""Helm's releases, as the cluster keeps them: which earlier one has another template of a workload.

A release is a Secret of type helm.sh/release.v1 with the labels owner=helm, name and version; its `release` is JSON,
compressed by gzip and encoded in base64 (helm.sh/helm, pkg/storage/driver/util.go), and, as all data of a Secret, in
base64 once more.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import yaml

from app.domain.mitigation.model import Owner, Subject
from app.domain.mitigation.owner import HelmTarget
from app.domain.rollout import Rollout, images_of
from app.errors import ClusterForbidden
from app.kubernetes.fields import label, list_in, mapping_in, text_in, time_in, whole_number_in
from app.kubernetes.paths import SECRETS
from app.mitigating.reach import Access
from app.text import printable

_TYPE = "helm.sh/release.v1"
_MOST_RELEASES = 50
_MOST_BYTES = 16 << 20
_MOST_NODES = 100_000
_BETWEEN = re.compile(r"^---", re.MULTILINE)
# What has been, or is, in the cluster: others failed before they were, or are about to.
_WAS_THERE = frozenset({"superseded", "deployed"})


@dataclass(frozen=True, slots=True)
class _Release:
    number: int
    chart: str
    template: Any
    made_at: float | None


def target_of(access: Access, owner: Owner, subject: Subject, origin: Rollout | None) -> HelmTarget | None:
    """The newest release before the one that brought a revision, with another template; None where none has.

    origin: the revision to leave, None where that is not known. The release that brought it is the newest that was
    kept, as Helm does before it deploys, by the time the revision was made, and has its image. The number is None where
    no release is sure to be that one, or releases may not be read. Raises ClusterError.
    """
    if origin is None:
        return HelmTarget(None)
    try:
        secrets = _secrets(access, owner)
    except ClusterForbidden:
        return HelmTarget(None)
    found = list(_releases(secrets, owner, subject))
    at = next((at for at, one in enumerate(found) if _brought(one, origin, subject.container)), None)
    if at is None:
        return HelmTarget(None)
    # Of another than this workload's template, or of the one that runs already, a rollback would change nothing here.
    for one in found[at + 1 :]:
        if one.template is not None and one.template not in (found[at].template, found[0].template):
            return HelmTarget(one.number, one.chart)
    return None


def _brought(release: _Release, origin: Rollout, container: str) -> bool:
    if release.template is None or release.made_at is None or release.made_at > origin.created_at:
        return False
    image = images_of(release.template).get(container)
    return bool(image) and image == origin.images.get(container)


def _secrets(access: Access, owner: Owner) -> list[Mapping[str, Any]]:
    """Those of the release, the newest first."""
    query = {"labelSelector": f"owner=helm,name={owner.name}", "fieldSelector": f"type={_TYPE}"}
    found = [
        one
        for page in access.pages(SECRETS.all(owner.namespace), query, limit=_MOST_RELEASES)
        for one in list_in(page, "items")
    ]
    return sorted(found, key=lambda one: -_number(label(one, "version")))[:_MOST_RELEASES]


def _releases(secrets: list[Mapping[str, Any]], owner: Owner, subject: Subject) -> Iterator[_Release]:
    """Those that were in the cluster; one that cannot be read has no template."""
    for secret in secrets:
        if label(secret, "status") not in _WAS_THERE:
            continue
        release = _decoded(text_in(secret, "data", "release"))
        chart = mapping_in(release, "chart", "metadata")
        named = printable(f"{text_in(chart, 'name')}-{text_in(chart, 'version')}", 100).strip("-")
        number = whole_number_in(release, "version") or _number(label(secret, "version"))
        yield _Release(
            number,
            named,
            _template(text_in(release, "manifest"), owner, subject),
            time_in(secret, "metadata", "creationTimestamp"),
        )


def _decoded(data: str) -> Any:
    try:
        packed = base64.b64decode(base64.b64decode(data, validate=True), validate=True)
        # 31: a header of gzip. What unpacks to more than it may is cut, and then no JSON.
        return orjson.loads(zlib.decompressobj(31).decompress(packed, _MOST_BYTES))
    except (binascii.Error, zlib.error, ValueError):
        return None


def _template(manifest: str, owner: Owner, subject: Subject) -> Any:
    """The workload's pod template in what a release made; None where it has none, or cannot be read."""
    for text in _BETWEEN.split(manifest):
        if subject.workload not in text or subject.kind not in text:
            continue
        document = _read(text)
        namespace = text_in(document, "metadata", "namespace") or owner.namespace
        name = text_in(document, "metadata", "name")
        if (text_in(document, "kind"), name, namespace) == (subject.kind, subject.workload, subject.namespace):
            return mapping_in(document, "spec", "template") or None
    return None


def _read(text: str) -> Any:
    """A YAML document. None for what is none, and for one that is too large once its aliases are written out."""
    try:
        return yaml.load(text, yaml.CSafeLoader) if _nodes(text) <= _MOST_NODES else None
    except (yaml.YAMLError, RecursionError):
        return None


def _nodes(text: str) -> int:
    """How many nodes a YAML document has: a few aliases of aliases stand for one of any size. Raises YAMLError."""
    anchored: dict[str, int] = {}
    open_: list[tuple[str | None, int]] = [(None, 0)]

    def add(count: int) -> None:
        anchor, so_far = open_[-1]
        open_[-1] = (anchor, so_far + count)

    for event in yaml.parse(text, yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent):
            add(anchored.get(str(event.anchor), 1))
        elif isinstance(event, yaml.ScalarEvent):
            add(1)
        elif isinstance(event, yaml.CollectionStartEvent):
            open_.append((event.anchor, 1))
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, count = open_.pop()
            if anchor is not None:
                anchored[anchor] = count
            add(count)
        if open_[-1][1] > _MOST_NODES:
            break
    return open_[-1][1]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
