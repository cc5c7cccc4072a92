"""Queries on the queue of annotations that Grafana is to have.

A row waits when `next_try_at` is set. Whoever takes it moves that on by a lease, in one conditional update: nobody else
takes it then, and when its holder is gone it waits again.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CursorResult, func, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.storage.tables import GrafanaAnnotationRow, IncidentRow

# In place of a hash: a person removed it in Grafana, and it stays so.
REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What Grafana is to show. time, end: epoch milliseconds; over: whether it will never change again."""

    key: str
    time: int
    end: int
    text: str
    tags: tuple[str, ...]
    over: bool

    def document(self) -> dict[str, Any]:
        """As it is kept."""
        return {"time": self.time, "timeEnd": self.end, "text": self.text, "tags": list(self.tags), "over": self.over}


@dataclass(frozen=True, slots=True)
class Claim:
    """A row that is ours until the lease ends. attempts: how often it was tried before."""

    id: int
    key: str
    wanted: Mapping[str, Any]
    grafana_id: int | None
    attempts: int
    lease_until: float


def changed_since(
    session: Session, since: float, after: tuple[float, int] | None, limit: int
) -> list[tuple[int, int, float]]:
    """(id, version, updated_at) of incidents that changed since a time, in the order of their changes."""
    query = select(IncidentRow.id, IncidentRow.version, IncidentRow.updated_at).where(IncidentRow.updated_at >= since)
    if after is not None:
        query = query.where(tuple_(IncidentRow.updated_at, IncidentRow.id) > after)
    rows = session.execute(query.order_by(IncidentRow.updated_at, IncidentRow.id).limit(limit))
    return [(id_, version, updated_at) for id_, version, updated_at in rows]


def queued_incidents(session: Session, after: int, limit: int) -> list[int]:
    """The incidents above an id that the queue has anything of."""
    column = GrafanaAnnotationRow.incident_id
    return list(session.scalars(select(column).where(column > after).distinct().order_by(column).limit(limit)))


def known(session: Session, ids: Collection[int]) -> dict[int, dict[str, Mapping[str, Any]]]:
    """What the queue has of incidents: by incident and key, the document that is wanted."""
    rows = GrafanaAnnotationRow
    found: dict[int, dict[str, Mapping[str, Any]]] = {one: {} for one in ids}
    query = select(rows.incident_id, rows.key, rows.wanted).where(rows.incident_id.in_(ids))
    for incident_id, key, wanted in session.execute(query):
        found[incident_id][key] = wanted
    return found


def want(session: Session, incident_id: int, wanted: Iterable[Wanted], now: float) -> None:
    """Put what is new or different into the queue. What another process holds, or what waits, waits on as it is."""
    rows = GrafanaAnnotationRow
    for one in sorted(wanted, key=lambda one: one.key):
        added = _insert(session)(rows).values(
            key=one.key, incident_id=incident_id, wanted=one.document(), attempts=0, next_try_at=now
        )
        if session.scalar(added.on_conflict_do_nothing(index_elements=[rows.key]).returning(rows.id)) is not None:
            continue
        row = session.scalars(select(rows).where(rows.key == one.key).with_for_update()).one()
        if row.wanted != one.document() and row.pushed_hash != REMOVED:
            row.wanted = one.document()
            row.next_try_at = now if row.next_try_at is None else row.next_try_at


def due(session: Session, now: float, limit: int) -> list[int]:
    """The ids of rows that wait to be pushed, those that wait longest first."""
    rows = GrafanaAnnotationRow
    query = select(rows.id).where(rows.next_try_at <= now).order_by(rows.next_try_at, rows.id).limit(limit)
    return list(session.scalars(query))


def claim(session: Session, id_: int, now: float, lease_until: float) -> Claim | None:
    """Take a row that is due, for this process alone; None where another was first."""
    rows = GrafanaAnnotationRow
    taken = update(rows).where(rows.id == id_, rows.next_try_at <= now)
    result = session.execute(taken.values(next_try_at=lease_until, attempts=rows.attempts + 1))
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        return None
    row = session.get_one(rows, id_)
    # As the database has it, so that it can be compared.
    return Claim(row.id, row.key, row.wanted, row.grafana_id, row.attempts - 1, row.next_try_at or lease_until)


def settle(session: Session, claim: Claim, grafana_id: int | None, pushed_hash: str, now: float) -> None:
    """It is pushed. Where more is wanted meanwhile, it waits again."""
    row = _held(session, claim.id)
    if row is None:
        return
    row.grafana_id, row.pushed_hash = grafana_id, pushed_hash
    if row.next_try_at == claim.lease_until:
        differs = pushed_hash not in {REMOVED, hash_of(row.wanted)}
        row.next_try_at, row.attempts, row.error = (now if differs else None), 0, None


def postpone(session: Session, claim: Claim, next_try_at: float, error: str) -> None:
    """It could not be pushed."""
    row = _held(session, claim.id)
    if row is not None and row.next_try_at == claim.lease_until:
        row.next_try_at, row.error = next_try_at, error


def waiting(session: Session) -> int:
    """How many annotations wait to be pushed."""
    rows = GrafanaAnnotationRow
    return session.scalar(select(func.count()).select_from(rows).where(rows.next_try_at.is_not(None))) or 0


def hash_of(wanted: Mapping[str, Any]) -> str:
    """The same for the same document."""
    shown = {name: value for name, value in wanted.items() if name != "over"}
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()


def _held(session: Session, id_: int) -> GrafanaAnnotationRow | None:
    return session.get(GrafanaAnnotationRow, id_, with_for_update=True)


def _insert(session: Session) -> Any:
    """INSERT that can pass over what is there already, which each database says in its own dialect."""
    return postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
