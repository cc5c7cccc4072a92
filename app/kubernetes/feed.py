"""One kind of object in one place, kept up to date: listed in pages, then watched, and listed anew where it must be."""

import contextlib
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.errors import ClusterExpired, ClusterForbidden, LeakwatchError, ObjectNotFound
from app.kubernetes.answers import Parse, document_in
from app.kubernetes.call import JSON
from app.kubernetes.fields import list_in, mapping_in, text_in
from app.kubernetes.keeping import Keep
from app.kubernetes.kept import Kept
from app.kubernetes.paths import Resource
from app.kubernetes.reader import Watcher

_PAGE = 500
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.5, 60.0
# Rights are granted and kinds installed seldom.
_REFUSED_PAUSE_SECONDS = 300.0
_POLL_SECONDS = 120.0
# What a watch ended after sooner than that gave is no reason to ask again at once.
_SHORT_WATCH_SECONDS = 1.0
# After so many failures in a row it is listed anew: after a restore of etcd a version may be one that is still to come.
_FAILURES_TO_LIST_ANEW = 3


class FeedState(StrEnum):
    """How far it has come. stale: it was read once, and cannot be read now."""

    BEGINNING = "beginning"
    CURRENT = "current"
    STALE = "stale"
    FORBIDDEN = "forbidden"
    ABSENT = "absent"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a feed follows.

    query: selects among all; accept: metadata alone, or all; parse: makes a page of what is listed; optional: nobody
    misses it; note: is told of each object that is new or changed.
    """

    resource: Resource
    keep: Keep
    accept: str = JSON
    query: Mapping[str, str] = field(default_factory=dict)
    parse: Parse = document_in
    optional: bool = False
    note: Callable[[Kept], None] = lambda kept: None


class Feed:
    """Runs in a thread of its own; what it holds may be asked for from any."""

    def __init__(self, access: Watcher, subject: Subject, namespace: str = "", *, watched: bool = True) -> None:
        """namespace: only there ("": in the whole cluster); watched: else it is listed anew every two minutes."""
        self.subject, self.namespace = subject, namespace
        self.state = FeedState.BEGINNING
        self.error: LeakwatchError | None = None
        self.lists = 0
        self._access, self._watched = access, watched
        self._path = subject.resource.all(namespace)
        self._kept: dict[str, Kept] = {}
        self._version, self._failures = "", 0
        self._lock = threading.Lock()
        self._settled, self._stopped = threading.Event(), threading.Event()

    def run(self) -> None:
        """Follow until stopped. Raises nothing: what goes wrong is in `state` and `error`."""
        pause = _FIRST_PAUSE_SECONDS
        while not self._stopped.is_set():
            began = time.monotonic()
            wait = self._step()
            if wait is None:  # all went well
                short = time.monotonic() - began < _SHORT_WATCH_SECONDS
                pause = pause if short else _FIRST_PAUSE_SECONDS
                wait = pause if short else 0.0
            elif wait == 0.0:
                wait, pause = pause * random.uniform(0.5, 1.0), min(2 * pause, _LONGEST_PAUSE_SECONDS)  # noqa: S311
            self._stopped.wait(wait)

    def stop(self) -> None:
        """End it, as soon as what it waits for is cut (ClusterAccess.close)."""
        self._stopped.set()

    def settle(self, seconds: float) -> bool:
        """Wait until it has been read once, or could not be. Whether that came in time."""
        return self._settled.wait(seconds)

    def objects(self) -> list[Kept]:
        """What there is, as it is now."""
        with self._lock:
            return list(self._kept.values())

    def _step(self) -> float | None:
        """List where that is needed, then watch. How long to wait then: None as it went well, 0 for a growing while."""
        try:
            if not self._version or not self._watched:
                self._list()
                self._set(FeedState.CURRENT, None)
            if not self._watched:
                return _POLL_SECONDS
            self._watch()
        except ClusterExpired:
            self._version = ""
            return 0.0
        except (ClusterForbidden, ObjectNotFound) as error:
            self._forget()
            self._set(FeedState.ABSENT if isinstance(error, ObjectNotFound) else FeedState.FORBIDDEN, error)
            return _REFUSED_PAUSE_SECONDS
        except LeakwatchError as error:
            self._failures += 1
            if self._failures >= _FAILURES_TO_LIST_ANEW:
                self._version = ""
            self._set(FeedState.STALE if self.lists else FeedState.UNREACHABLE, error)
            return 0.0
        self._failures = 0
        return None

    def _list(self) -> None:
        found: dict[str, Kept] = {}
        version = ""
        subject = self.subject
        pages = self._access.pages(self._path, subject.query, _PAGE, accept=subject.accept, parse=subject.parse)
        for page in pages:
            version = text_in(page, "metadata", "resourceVersion") or version
            for document in list_in(page, "items"):
                self._take(found, document)
        with self._lock:
            self._kept = found
        self._version = version
        self.lists += 1

    def _watch(self) -> None:
        events = self._access.watch(self._path, self._version, self.subject.query, accept=self.subject.accept)
        self._set(FeedState.CURRENT, None)
        with contextlib.closing(events):  # type: ignore[type-var]
            for kind, document in events:
                if self._stopped.is_set():
                    return
                if kind == "DELETED":
                    with self._lock:
                        self._kept.pop(text_in(document, "metadata", "uid"), None)
                elif kind != "BOOKMARK":
                    with self._lock:
                        self._take(self._kept, document)
                self._version = text_in(document, "metadata", "resourceVersion") or self._version

    def _take(self, into: dict[str, Kept], document: Any) -> None:
        kept = self.subject.keep(document) if isinstance(document, Mapping) else None
        if kept is not None:
            into[kept.uid] = kept
            self.subject.note(kept)
        else:
            into.pop(text_in(mapping_in(document, "metadata"), "uid"), None)

    def _forget(self) -> None:
        self._version = ""
        with self._lock:
            self._kept = {}

    def _set(self, state: FeedState, error: LeakwatchError | None) -> None:
        self.state, self.error = state, error
        self._settled.set()
