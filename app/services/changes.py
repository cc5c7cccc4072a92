"""What has changed since one last looked, for whoever shows it: of all replicas, as the database tells it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Engine

from app.domain.scan import ScanProgress
from app.storage import incidents, mitigations, scans
from app.storage.engine import reading

# A change is written under the time at which it began, and seen once it is committed.
_OVERLAP_SECONDS = 60.0
MOST_TOLD = 200
_MOST_READ = 5000


@dataclass(frozen=True, slots=True)
class Changes:
    """incidents: id to version, of those that changed; None: too many to tell. scan: the latest one, as `7 running`.

    progress: of the scan that runs in this process, where it has come further; it changes nothing that is kept. acts:
    whether anything has changed of acts against leaks, or of their emergency stop.
    """

    incidents: dict[int, int] | None
    scan: str | None
    progress: ScanProgress | None = None
    acts: bool = False

    @property
    def any(self) -> bool:
        """Whether anything has changed."""
        return self.incidents is None or bool(self.incidents) or self.scan is not None or self.acts


@dataclass(slots=True)
class ChangeWatch:
    """Looks again and again; not for several threads at once. now: the clock, unix seconds.

    progress: of the scan that runs in this process.
    """

    engine: Engine
    now: Callable[[], float] = time.time
    progress: Callable[[], ScanProgress | None] = lambda: None
    _since: float | None = field(default=None, init=False)
    _seen: dict[int, int] = field(default_factory=dict, init=False)
    _scan: str = field(default="", init=False)
    _acts: tuple[int, ...] = field(default=(), init=False)
    _far: ScanProgress | None = field(default=None, init=False)

    def look(self) -> Changes:
        """What has changed since the last look; at first nothing. Raises StorageError."""
        begun = self.now()
        since = begun - _OVERLAP_SECONDS if self._since is None else self._since - _OVERLAP_SECONDS
        with reading(self.engine) as session:
            read = incidents.changed_since(session, since, _MOST_READ)
            latest = scans.page(session, None, 1, None)
            acts = mitigations.versions(session)
        found, scan = dict(read), f"{latest[0].id} {latest[0].state.value}" if latest else ""
        is_first = self._since is None
        news = {number: version for number, version in found.items() if self._seen.get(number) != version}
        far = self.progress()
        changes = Changes(
            incidents={} if is_first else (None if len(news) > MOST_TOLD else news),
            scan=None if is_first or scan == self._scan else scan,
            progress=None if far == self._far else far,
            acts=not is_first and acts != self._acts,
        )
        self._since, self._seen, self._scan, self._far = begun, found, scan, far
        self._acts = acts
        return changes
