"""Writes alerts by the thousand: each statement takes all of them, as one JSON document that the database takes apart.

So no row crosses between Python and the database by itself: with sqlite3 each would wait for the interpreter's lock.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Insert,
    Select,
    String,
    Text,
    and_,
    bindparam,
    case,
    cast,
    column,
    func,
    insert,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.domain.alert import LATE_FIRING_SECONDS, AlertStatus
from app.storage.tables import AlertRow, WebhookEventRow
from app.storage.types import UnixTime

# How often an alert that stays as it is is noted to have been told of again: what is still told is not old.
_NOTED_EVERY_SECONDS = 3600.0
_TEXTS = (
    "fingerprint",
    "status",
    "name",
    "kind",
    "cluster",
    "namespace",
    "workload",
    "container",
    "node",
    "generator_url",
)
_TIMES = ("starts_at", "ends_at", "received_at", "updated_at")
_DOCUMENTS = ("labels", "annotations", "notification")
_WRITTEN = (*_TEXTS, *_TIMES, *_DOCUMENTS, "incident_id")
_COMPARED = ("position", "fingerprint", "status", "generator_url", "starts_at", "ends_at", "annotations")
_KEPT_ONCE = frozenset({"fingerprint", "starts_at", "received_at", "incident_id"})

Entry = Mapping[str, Any]
_ALERTS: Any = AlertRow.__table__
_KEPT: Any = _ALERTS.c


def written_time(seconds: float) -> str:
    """Unix seconds as the entries write times: UTC, to the microsecond."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def news(session: Session, entries: Sequence[Entry], now: float) -> list[tuple[int, str | None, int | None]]:
    """Of entries with keys (fingerprint, starts_at) all different: which tell something new.

    Entries need position, fingerprint, status, generator_url, starts_at, ends_at, annotations. now: unix seconds.
    Returns (position, the status that is kept, or None where the alert is not, the incident it is attached to).
    """
    found = session.connection().execute(_news_query(_dialect(session)), _values(entries, now)).scalar_one()
    return [(position, status, incident_id) for position, status, incident_id in orjson.loads(found or "[]")]


def upsert(session: Session, entries: Sequence[Entry], now: float) -> None:
    """Keep these alerts, of keys all different, in the order of their keys; what is kept and newer stays.

    Entries need every column of the table but the id.
    """
    session.connection().execute(_upsert_statement(_dialect(session)), _values(entries, now))


def set_aside(session: Session, source: str, kept: Iterable[tuple[str, Any]], now: float) -> None:
    """Keep what came and is no alert: (reason, content). now: unix seconds."""
    rows = [{"received_at": now, "source": source, "reason": reason, "content": content} for reason, content in kept]
    if rows:
        session.execute(insert(WebhookEventRow), rows)


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


def _values(entries: Sequence[Entry], now: float) -> dict[str, Any]:
    return {
        "entries": orjson.dumps(entries).decode(),
        "note_before": now - _NOTED_EVERY_SECONDS,
        "ended_before": now - LATE_FIRING_SECONDS,
    }


@cache
def _news_query(dialect: str) -> Select[Any]:
    incoming = _incoming(dialect, _COMPARED)
    same = and_(_KEPT.fingerprint == incoming.c.fingerprint, _KEPT.starts_at == incoming.c.starts_at)
    told = (incoming.c.position, _KEPT.status, _KEPT.incident_id)
    if dialect == "postgresql":
        rows = func.json_agg(func.json_build_array(*told))
    else:
        rows = func.json_group_array(func.json_array(*told))
    return (
        select(cast(rows, Text))
        .select_from(incoming)
        .outerjoin(_ALERTS, same)
        .where(or_(_KEPT.id.is_(None), _is_news(incoming.c)))
    )


@cache
def _upsert_statement(dialect: str) -> Insert:
    incoming = _incoming(dialect, _WRITTEN)
    source = select(*(incoming.c[name] for name in _WRITTEN)).where(true())
    make = postgresql_insert if dialect == "postgresql" else sqlite_insert
    statement = make(_ALERTS).from_select(list(_WRITTEN), source)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["fingerprint", "starts_at"],
        set_={name: new[name] for name in _WRITTEN if name not in _KEPT_ONCE}
        | {"incident_id": func.coalesce(_KEPT.incident_id, new["incident_id"])},
        where=_is_news(new),
    )


def _incoming(dialect: str, names: Sequence[str]) -> Any:
    """The entries as a table of the database."""
    document = bindparam("entries", type_=Text)
    if dialect == "postgresql":
        return _postgresql_incoming(document, names).subquery("incoming")
    table = func.json_each(document).table_valued("value")
    wanted = [func.json_extract(table.c.value, f"$.{name}", type_=_type_of(name)).label(name) for name in names]
    return select(*wanted).subquery("incoming")


def _postgresql_incoming(document: ColumnElement[str], names: Sequence[str]) -> Select[Any]:
    columns = [column(name, Text() if name in _TIMES else _type_of(name)) for name in names]
    table = func.json_to_recordset(cast(document, JSON)).table_valued(*columns).render_derived(with_types=True)
    return select(
        *(cast(table.c[name] + "+00", UnixTime).label(name) if name in _TIMES else table.c[name] for name in names)
    )


def _type_of(name: str) -> Any:
    if name in _TIMES:
        return UnixTime()
    if name in _DOCUMENTS:
        return JSON()
    return BigInteger() if name in {"position", "incident_id"} else String()


def _is_news(new: Any) -> ColumnElement[bool]:
    """Whether what comes is newer than what is kept; the same rule as in domain/alert.py: a row of it."""
    fires = new["status"] == AlertStatus.FIRING.value
    was_firing = _KEPT.status == AlertStatus.FIRING.value
    differs = or_(
        cast(_KEPT.annotations, Text) != cast(new["annotations"], Text),
        _KEPT.generator_url != new["generator_url"],
    )
    return case(
        (and_(fires, was_firing), or_(differs, _KEPT.updated_at < bindparam("note_before", type_=UnixTime))),
        (fires, _KEPT.ends_at < bindparam("ended_before", type_=UnixTime)),
        (was_firing, true()),
        else_=or_(_KEPT.ends_at < new["ends_at"], and_(_KEPT.ends_at == new["ends_at"], differs)),
    )
