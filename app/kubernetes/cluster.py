"""A cluster that is followed: all its feeds, in threads of their own, and what they tell together."""

import threading
import time
from typing import Protocol, cast

from app.domain.scan import Problem
from app.errors import LeakwatchError
from app.kubernetes.discovery import resource_of
from app.kubernetes.feed import Feed, FeedState, Subject
from app.kubernetes.kept import Kept, KeptBudget, KeptEviction, KeptNode, KeptPod, KeptScaler, OomKill
from app.kubernetes.paths import BUDGETS, EVENTS, NODES, PODS, SCALERS, Resource
from app.kubernetes.reader import Watcher
from app.kubernetes.subjects import owned, subjects
from app.kubernetes.view import Objects, View

# More watches than that, of many namespaces, are lists every two minutes instead.
_MOST_WATCHES = 120
# Unknown kinds above workloads that are followed; each is a watch.
_MOST_UNKNOWN_KINDS = 20
_MOST_KILLED_PODS = 5_000
_KILLS_OF_A_POD = 20
_NO_OWNERS = frozenset((PODS, NODES, SCALERS, BUDGETS, EVENTS))


class Closing(Watcher, Protocol):
    """An access that can be closed."""

    def close(self) -> None:
        """End what is under way."""


class Cluster:
    """Begins to follow when it is first looked at. For any number of threads."""

    def __init__(self, access: Closing, namespaces: tuple[str, ...] = ()) -> None:
        """namespaces: to be read one by one; empty: the whole cluster at once."""
        self._access, self._namespaces = access, namespaces or ("",)
        self._feeds: list[Feed] = []
        self._threads: list[threading.Thread] = []
        self._asked: set[tuple[str, str]] = set()
        self._told: set[str] = set()
        self._kills: dict[tuple[str, str], tuple[OomKill, ...]] = {}
        self._lock = threading.RLock()
        self._closed = False

    def view(self, wait_seconds: float) -> View:
        """The cluster as it is now; waits for what has not been read yet, but no longer than that.

        What cannot be read is missing in it: see `problems`.
        """
        until = time.monotonic() + wait_seconds
        with self._lock:
            if not self._feeds:
                self._follow(*subjects(self._note_pod))
        for _ in range(_MOST_UNKNOWN_KINDS):
            self._settle(until)
            view = View(self._objects())
            if not self._follow_unknown(view):
                break
        return view

    def problems(self) -> tuple[Problem, ...]:
        """What is to be told with a scan: what cannot be reached each time, a missing right only once."""
        with self._lock:
            feeds = list(self._feeds)
        found = [*self._forbidden(feeds)]
        late = [one for one in feeds if one.state is FeedState.BEGINNING]
        down = [one for one in feeds if one.state in {FeedState.UNREACHABLE, FeedState.STALE} and one.error is not None]
        if down:
            text = f"{_those(down)} could not be read from the cluster: {_line(down[0].error)}"
            found.append(Problem("kubernetes_unreachable", text))
        if late:
            found.append(Problem("kubernetes_late", f"{_those(late)} had not been read from the cluster in time"))
        return tuple(found)

    def close(self) -> None:
        """Stop following."""
        with self._lock:
            self._closed = True
            feeds, threads = list(self._feeds), list(self._threads)
        for feed in feeds:
            feed.stop()
        self._access.close()
        for thread in threads:
            thread.join(5.0)

    def _follow(self, *wanted: Subject) -> None:
        """Start the feeds of these subjects."""
        with self._lock:
            if self._closed:
                return
            for subject in wanted:
                self._asked.add((subject.resource.api, subject.resource.kind))
                for namespace in self._namespaces if subject.resource.namespaced else ("",):
                    feed = Feed(self._access, subject, namespace, watched=len(self._feeds) < _MOST_WATCHES)
                    self._feeds.append(feed)
                    name = f"leakwatch-{subject.resource.plural}"
                    self._threads.append(threading.Thread(target=feed.run, name=name, daemon=True))
                    self._threads[-1].start()

    def _follow_unknown(self, view: View) -> bool:
        """Follow the kinds of owners that are not followed yet. Whether there are such."""
        new = sorted(view.unknown_owners() - self._asked)[:_MOST_UNKNOWN_KINDS]
        room = _MOST_UNKNOWN_KINDS - (len(self._asked) - len(subjects(self._note_pod)))
        found: list[Resource] = []
        for api, kind in new[: max(room, 0)]:
            self._asked.add((api, kind))
            try:
                resource = resource_of(self._access, api, kind)
            except LeakwatchError:
                continue  # what it owns is told by its name alone
            if resource is not None:
                found.append(resource)
        self._follow(*(owned(one, optional=True) for one in found))
        return bool(found)

    def _settle(self, until: float) -> None:
        for feed in list(self._feeds):
            feed.settle(max(until - time.monotonic(), 0.0))

    def _objects(self) -> Objects:
        with self._lock:
            by_resource: dict[Resource, list[Kept]] = {}
            for feed in self._feeds:
                by_resource.setdefault(feed.subject.resource, []).extend(feed.objects())
            kills = dict(self._kills)
        return Objects(
            owners=tuple(
                (resource.api, resource.kind, one)
                for resource, kept in by_resource.items()
                if resource not in _NO_OWNERS
                for one in kept
            ),
            pods=tuple(cast("list[KeptPod]", by_resource[PODS])),
            nodes=tuple(cast("list[KeptNode]", by_resource[NODES])),
            scalers=tuple(cast("list[KeptScaler]", by_resource[SCALERS])),
            budgets=tuple(cast("list[KeptBudget]", by_resource[BUDGETS])),
            evictions=tuple(cast("list[KeptEviction]", by_resource[EVENTS])),
            kills=kills,
        )

    def _note_pod(self, kept: Kept) -> None:
        """Remember OOM kills: a pod's status tells of the last one alone."""
        if not isinstance(kept, KeptPod) or not kept.kills:
            return
        key = (kept.namespace, kept.name)
        with self._lock:
            known = self._kills.pop(key, ())
            self._kills[key] = tuple(dict.fromkeys((*kept.kills, *known)))[:_KILLS_OF_A_POD]
            if len(self._kills) > _MOST_KILLED_PODS:
                self._kills.pop(next(iter(self._kills)))

    def _forbidden(self, feeds: list[Feed]) -> list[Problem]:
        now = {_name(one) for one in feeds if one.state is FeedState.FORBIDDEN and not one.subject.optional}
        with self._lock:
            new = now - self._told
            self._told = now
        if not new:
            return []
        text = f"no right to read {', '.join(sorted(new))}: what they tell is missing (docs/kubernetes.md)"
        return [Problem("kubernetes_forbidden", text)]


def _name(feed: Feed) -> str:
    where = f" of {feed.namespace}" if feed.namespace else ""
    return f"{feed.subject.resource.plural}{where}"


def _those(feeds: list[Feed]) -> str:
    names = sorted(_name(one) for one in feeds)
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def _line(error: LeakwatchError | None) -> str:
    return f"{error}; {error.hint}" if error is not None and error.hint else str(error)
