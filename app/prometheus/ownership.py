"""Whose pod is it: the workload that owns it and the revision it runs."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.domain.finding import Workload
from app.domain.scan import Problem
from app.prometheus.source import ContainerRef, LabelSet
from app.text import is_name

# Kubernetes draws suffixes from letters and digits that cannot spell words
# (k8s.io/apimachinery/pkg/util/rand); template hashes are encoded with the same ones.
_SAFE = "[bcdfghjklmnpqrstvwxz2456789]"
_DEPLOYMENT_POD = re.compile(rf"(?P<name>.+)-(?P<hash>{_SAFE}{{5,10}}|[0-9a-f]{{8,10}})-{_SAFE}{{5}}")
_CRON_JOB_POD = re.compile(rf"(?P<name>.+)-\d{{8,10}}-{_SAFE}{{5}}")
_STATEFUL_SET_POD = re.compile(r"(?P<name>.+)-\d{1,4}")
_DAEMON_SET_POD = re.compile(rf"(?P<name>.+)-{_SAFE}{{5}}")
_CRON_JOB = re.compile(r"(?P<name>.+)-\d{8,10}")

# Of an image (opencontainers/distribution-spec).
_LONGEST_TAG = 128

_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Ownership:
    """Owners by (namespace, name): of pods, of ReplicaSets, of Jobs."""

    pods: Mapping[_Key, Workload]
    replicasets: Mapping[_Key, Workload]
    jobs: Mapping[_Key, Workload]

    @classmethod
    def from_label_sets(
        cls,
        pod_owners: Iterable[LabelSet],
        replicaset_owners: Iterable[LabelSet],
        job_owners: Iterable[LabelSet],
    ) -> "Ownership":
        """Ownership from the labels of kube_pod_owner, kube_replicaset_owner and kube_job_owner."""
        return cls(
            _owners(pod_owners, "pod"), _owners(replicaset_owners, "replicaset"), _owners(job_owners, "job_name")
        )

    def workload_of(self, namespace: str, pod: str) -> Workload:
        """The topmost owner that is known; without kube-state-metrics, what the pod's name tells."""
        owner = self.pods.get((namespace, pod))
        if owner is None:
            return workload_from_name(pod)
        key = (namespace, owner.name)
        if owner.kind == "ReplicaSet":
            return self.replicasets.get(key) or _deployment_of(owner)
        if owner.kind == "Job":
            return self.jobs.get(key) or _cron_job_of(owner)
        return owner

    def template_hash_of(self, namespace: str, pod: str) -> str | None:
        """The pod template's hash, which a ReplicaSet carries at the end of its name."""
        owner = self.pods.get((namespace, pod))
        if owner is not None and owner.kind == "ReplicaSet":
            return owner.name.rpartition("-")[2] or None
        match = _DEPLOYMENT_POD.fullmatch(pod) if owner is None else None
        return match["hash"] if match else None

    def revision_of(self, namespace: str, pod: str, image: str | None) -> str | None:
        """What people call the revision: the image's tag, else the template's hash."""
        version = image_version(image)
        usable = version is not None and is_name(version) and len(version) <= _LONGEST_TAG
        return version if usable else self.template_hash_of(namespace, pod)


@dataclass(frozen=True, slots=True)
class SeenContainer:
    """A container of a pod as its series name it."""

    namespace: str
    pod: str
    container: str
    image: str | None = None
    node: str | None = None


def usable_refs(seen: Sequence[SeenContainer], ownership: Ownership) -> tuple[list[ContainerRef], tuple[Problem, ...]]:
    """What `container_refs` makes of what is seen, without names that nothing in a cluster has; and a word on them.

    Such a name comes of a broken exporter, or of somebody who hopes that a terminal or a database chokes on it.
    """
    refs = container_refs(seen, ownership)
    usable = [ref for ref in refs if all(map(is_name, (ref.namespace, ref.pod, ref.container, ref.workload.name)))]
    left_out = len(refs) - len(usable)
    text = f"{left_out} containers are left out: their names cannot be those of anything in a cluster"
    return usable, (Problem("odd_names", text),) if left_out else ()


def container_refs(seen: Sequence[SeenContainer], ownership: Ownership) -> list[ContainerRef]:
    """What is seen, with its workload and revision, in the same order.

    Where one image tag runs under several template hashes (a changed setting, a tag used again), the revision is
    told as `tag@hash`, so that what differs is not taken for the same.
    """
    refs = []
    per_tag: dict[tuple[str, str, str, str | None], set[str | None]] = defaultdict(set)
    for one in seen:
        workload = ownership.workload_of(one.namespace, one.pod)
        revision = ownership.revision_of(one.namespace, one.pod, one.image)
        template = ownership.template_hash_of(one.namespace, one.pod)
        per_tag[one.namespace, workload.name, one.container, revision].add(template)
        refs.append(
            ContainerRef(one.namespace, one.pod, one.container, workload, revision, one.image, one.node, template)
        )
    return [
        replace(ref, revision=f"{ref.revision}@{ref.template}")
        if ref.template and len(per_tag[ref.namespace, ref.workload.name, ref.container, ref.revision]) > 1
        else ref
        for ref in refs
    ]


def image_version(image: str | None) -> str | None:
    """The tag of an image reference, else the first digits of its digest; None for `latest` and for neither."""
    if not image:
        return None
    name, _, digest = image.partition("@")
    _, colon, tag = name.rpartition("/")[2].partition(":")
    if colon and tag != "latest":
        return tag
    return digest.removeprefix("sha256:")[:12] or None


def _owners(label_sets: Iterable[LabelSet], name_label: str) -> dict[_Key, Workload]:
    owners: dict[_Key, Workload] = {}
    for labels in label_sets:
        kind, name = labels.get("owner_kind", ""), labels.get("owner_name", "")
        # kube-state-metrics writes <none> for what has no owner.
        if kind in {"", "<none>"} or name in {"", "<none>"}:
            continue
        owners[labels.get("namespace", ""), labels.get(name_label, "")] = Workload(kind, name)
    return owners


def _deployment_of(replicaset: Workload) -> Workload:
    name, dash, _ = replicaset.name.rpartition("-")
    return Workload("Deployment", name) if dash else replicaset


def _cron_job_of(job: Workload) -> Workload:
    match = _CRON_JOB.fullmatch(job.name)
    return Workload("CronJob", match["name"]) if match else job


def workload_from_name(pod: str) -> Workload:
    """The workload that the name of a pod tells of, by how Kubernetes makes such names."""
    for kind, pattern in (
        ("CronJob", _CRON_JOB_POD),
        ("Deployment", _DEPLOYMENT_POD),
        ("StatefulSet", _STATEFUL_SET_POD),
        ("DaemonSet", _DAEMON_SET_POD),
    ):
        if match := pattern.fullmatch(pod):
            return Workload(kind, match["name"])
    return Workload("Pod", pod)
