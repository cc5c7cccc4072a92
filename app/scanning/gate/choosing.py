"""Which pods are the canary's and which the stable's: by name, by the cluster's word, or by what runs."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.rollout import Rollout
from app.errors import UnknownRevision, UsageError
from app.prometheus.source import ContainerRef
from app.scanning.gate.names import WORDS, Pods, key_of, named, of_images, unknown

# What the cluster calls a revision of the workload that owns a container.
InCluster = Callable[[ContainerRef, str], Rollout | None]


@dataclass(frozen=True, slots=True)
class Start:
    """When a container that runs at the window's end started, unix seconds; when one that is gone was last seen."""

    runs: bool
    at: float


@dataclass(frozen=True, slots=True)
class Chosen:
    """The pods of one side. None: it is meant by a word, and what runs tells. expected: the cluster knows the revision,
    whether or not a pod of it has been seen yet."""

    pods: Pods | None
    expected: bool = False


def by_name(containers: Sequence[ContainerRef], name: str, option: str, in_cluster: InCluster) -> Chosen:
    """The pods of a workload that are meant by a revision's name or word. Raises UsageError, ClusterError."""
    found = named(containers, name, option)
    if found:
        return Chosen(found)
    rollout = in_cluster(containers[0], name)
    if rollout is not None:
        by_hash = named(containers, rollout.template_hash, option) if rollout.template_hash else frozenset()
        return Chosen(by_hash or of_images(containers, rollout.images), expected=True)
    if name == option:
        return Chosen(None)
    if name in WORDS:
        raise UsageError(f"{option}: {name} is a word for the other side", f"write {option}, or name a revision")
    raise unknown(containers, name, option)


def newest_that_runs(starts: Mapping[ContainerRef, Start], option: str) -> Pods:
    """The pods of the revision that was started last, and not of one that was only given more or other pods since.

    Raises UsageError where none runs.
    """
    began: dict[str, float] = {}
    for one, start in starts.items():
        if start.runs:
            began[key_of(one)] = min(start.at, began.get(key_of(one), start.at))
    if not began:
        raise UsageError(f"{option}: no pod of the workload runs now", "name the revision by its tag or its hash")
    newest = max(began, key=lambda key: (began[key], key))
    return frozenset(one.pod for one in starts if key_of(one) == newest)


def other_that_runs(starts: Mapping[ContainerRef, Start], canary: Pods, option: str) -> Pods:
    """The pods of the revision, other than the canary's, that runs most pods, or else ran last.

    Raises UnknownRevision: another may be about to come.
    """
    others = {one: start for one, start in starts.items() if one.pod not in canary}
    if not others:
        raise UnknownRevision(f"{option}: no revision but the canary's was seen in the window", "look back further")
    running = Counter(key_of(one) for one, start in others.items() if start.runs)
    if running:
        chosen = max(running, key=lambda key: (running[key], key))
    else:
        chosen = key_of(max(others, key=lambda one: (others[one].at, one.pod)))
    return frozenset(one.pod for one in others if key_of(one) == chosen)
