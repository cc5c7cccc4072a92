"""Silences with matchers. Each act is one transaction, and to do it twice is to do it once."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.domain import silencing
from app.domain.coverage import Coverage
from app.domain.listing import IdSort, Place
from app.domain.silence import Matcher, Silence, SilenceState, at_once, check_matchers, check_span
from app.errors import Conflict, NotFound, UsageError
from app.services import cursor
from app.services.acts import By
from app.services.held import check_version
from app.services.words import comment_of, name_of
from app.storage import incidents, silences
from app.storage.engine import joined, reading
from app.storage.silenced import unresolved
from app.storage.tables import SilenceRow

# Each is held against each incident that is listed or told: more of them would be a mistake of some program.
_MOST = 1000


@dataclass(frozen=True, slots=True)
class SilencePage:
    """Some silences, newest first, and where the next page begins (None: there is none)."""

    silences: tuple[Silence, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A silence as it is wanted. Unix seconds; starts_at None: at once, and of one there is: as it was."""

    matchers: tuple[Matcher, ...]
    starts_at: float | None
    ends_at: float
    comment: str


@dataclass(frozen=True, slots=True)
class Silenced:
    """How a silence stands after an act, and whether the act changed anything."""

    silence: Silence
    changed: bool


@dataclass(frozen=True, slots=True)
class SilenceService:
    """Methods raise NotFound, UsageError naming what cannot be, Conflict, Outdated, StorageError. now: the clock."""

    engine: Engine
    now: Callable[[], float] = time.time

    def page(
        self, states: Collection[SilenceState], incident_id: int | None, after: str | None, limit: int
    ) -> SilencePage:
        """Up to `limit` silences after a cursor, in any of the states (none: all). Raises UsageError."""
        before = None if after is None else cursor.decode(after, IdSort.NEWEST).id
        wanted = silences.SilenceFilter(self.now(), states, incident_id)
        with reading(self.engine) as session:
            found = silences.page(session, wanted, before, limit + 1)
        shown = tuple(found[:limit])
        return SilencePage(shown, cursor.encode(IdSort.NEWEST, Place(shown[-1].id)) if len(found) > limit else None)

    def counts(self) -> Mapping[SilenceState, int]:
        """How many there are in each state."""
        with reading(self.engine) as session:
            return silences.counts(session, self.now())

    def coverage(self) -> Coverage:
        """The incidents that are not over, to hold silences against."""
        with reading(self.engine) as session:
            return unresolved(session)

    def quieting(self, incident_id: int) -> tuple[Silence, ...]:
        """The silences in force that cover an incident, newest first; none where there is no such incident."""
        now = self.now()
        with reading(self.engine) as session:
            one = incidents.get(session, incident_id)
            if one is None:
                return ()
            found = silences.in_force(session, now)
        return tuple(each for each in reversed(found) if each.covers(one.identity, one.standing.suspect, one.id))

    def one(self, silence_id: int) -> Silence:
        """One silence."""
        with reading(self.engine) as session:
            found = silences.get(session, silence_id)
        if found is None:
            raise _no_such(silence_id)
        return found

    def create(self, wanted: Wanted, by: By) -> Silenced:
        """A new silence. Unlike the other acts, to do this twice makes two; an Idempotency-Key is for that."""
        actor, comment, now = name_of("by", by.actor), comment_of(wanted.comment), self.now()
        starts_at = max(wanted.starts_at or 0.0, at_once(now))
        _check(wanted, starts_at, now)
        silence = Silence(0, wanted.matchers, None, actor, comment, now, starts_at, wanted.ends_at, None, 1)
        with joined(self.engine, by.within) as session:
            if silences.with_matchers(session, now) >= _MOST:
                raise Conflict(f"there are {_MOST} silences already", "end some that are not needed")
            return Silenced(silences.silence_of(silences.add(session, silence)), changed=True)

    def edit(self, silence_id: int, wanted: Wanted, by: By) -> Silenced:
        """Make a silence as it is wanted; it is then this author's."""
        actor, comment = name_of("by", by.actor), comment_of(wanted.comment)
        with joined(self.engine, by.within) as session:
            row, silence = _hold(session, silence_id, by)
            now = self.now()
            if silence.incident_id is not None:
                raise Conflict(
                    f"silence {silence_id} is of incident {silence.incident_id} alone",
                    f"POST /api/v1/incidents/{silence.incident_id}/silence changes it",
                )
            if silence.state(now) is SilenceState.EXPIRED:
                raise Conflict(f"silence {silence_id} is over", "make a new one")
            starts_at = _start(silence, wanted.starts_at, now)
            _check(wanted, starts_at, now)
            target = replace(
                silence,
                matchers=wanted.matchers,
                starts_at=starts_at,
                ends_at=wanted.ends_at,
                comment=comment,
                author=actor,
            )
            return _written(row, silencing.edited(silence, target))

    def expire(self, silence_id: int, by: By) -> Silenced:
        """End a silence now, whatever it is of."""
        actor = name_of("by", by.actor)
        with joined(self.engine, by.within) as session:
            row, silence = _hold(session, silence_id, by)
            return _written(row, silencing.ended(silence, actor, self.now()))

    def resume(self, silence_id: int, starts_at: float, ends_at: float, by: By) -> Silenced:
        """Put one that somebody ended in force again, for its former times (unix seconds)."""
        with joined(self.engine, by.within) as session:
            row, silence = _hold(session, silence_id, by)
            now = self.now()
            back = silencing.resumed(silence, starts_at, ends_at, now)
            if back is None:
                raise Conflict(f"silence {silence_id} cannot be had back", "make a new one")
            _check_times(starts_at, ends_at, now)
            return _written(row, back)


def _hold(session: Session, silence_id: int, by: By) -> tuple[SilenceRow, Silence]:
    row = silences.held(session, silence_id)
    if row is None:
        raise _no_such(silence_id)
    check_version(f"silence {silence_id}", row.version, by.versions)
    return row, silences.silence_of(row)


def _start(silence: Silence, wanted: float | None, now: float) -> float:
    """When an edited silence begins: one that has begun has, and none begins in the past."""
    if wanted is None or wanted <= silence.starts_at <= now:
        return silence.starts_at
    return max(wanted, at_once(now))


def _check(wanted: Wanted, starts_at: float, now: float) -> None:
    try:
        check_matchers(wanted.matchers)
    except ValueError as error:
        raise UsageError(f"matchers: {error}") from error
    _check_times(starts_at, wanted.ends_at, now)


def _check_times(starts_at: float, ends_at: float, now: float) -> None:
    """Raise UsageError for times that cannot be, unix seconds."""
    try:
        check_span(starts_at, ends_at, now)
    except ValueError as error:
        raise UsageError(f"ends_at: {error}") from error


def _written(row: SilenceRow, changed: Silence | None) -> Silenced:
    if changed is None:
        return Silenced(silences.silence_of(row), changed=False)
    silences.write(row, changed)
    return Silenced(changed, changed=True)


def _no_such(silence_id: int) -> NotFound:
    return NotFound(f"there is no silence {silence_id}", "`leakwatch silences list --all` shows them")
