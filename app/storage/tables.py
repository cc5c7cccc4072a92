"""The tables."""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.storage.types import CompressedJson, UnixTime

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite numbers rows by itself only in a column of type INTEGER.
_Id = BigInteger().with_variant(Integer(), "sqlite")


class Table(DeclarativeBase):
    """What all tables share: names of constraints that migrations can rely on."""

    metadata = MetaData(naming_convention=_NAMES)


class ScanRow(Table):
    """One scan."""

    __tablename__ = "scans"
    __table_args__ = (Index(None, "state"), Index(None, "started_at"))

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    trigger: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    started_at: Mapped[float] = mapped_column(UnixTime)
    finished_at: Mapped[float | None] = mapped_column(UnixTime)
    summary: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    complete: Mapped[bool | None]
    leaks: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(Text)


class IncidentRow(Table):
    """One incident: a workload's container that leaks or leaked."""

    __tablename__ = "incidents"
    __table_args__ = (UniqueConstraint("fingerprint"), Index(None, "updated_at", "id"), Index(None, "state"))

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(32))
    cluster: Mapped[str] = mapped_column(String(255))
    namespace: Mapped[str] = mapped_column(String(255))
    workload: Mapped[str] = mapped_column(String(255))
    container: Mapped[str] = mapped_column(String(255))
    state: Mapped[str] = mapped_column(String(20))
    severity: Mapped[str] = mapped_column(String(20))
    suspect: Mapped[str | None] = mapped_column(String(255))
    opened_at: Mapped[float] = mapped_column(UnixTime)
    updated_at: Mapped[float] = mapped_column(UnixTime)
    last_seen_at: Mapped[float] = mapped_column(UnixTime)
    last_leak_at: Mapped[float] = mapped_column(UnixTime)
    judged_until: Mapped[float] = mapped_column(UnixTime)
    window_seconds: Mapped[float] = mapped_column(Double)
    resolved_at: Mapped[float | None] = mapped_column(UnixTime)
    healthy_streak: Mapped[int]
    occurrences: Mapped[int]
    finding: Mapped[dict[str, Any]] = mapped_column(JSON)


class EventRow(Table):
    """One line of an incident's timeline; lines are added, never changed."""

    __tablename__ = "incident_events"
    __table_args__ = (Index(None, "incident_id", "id"),)

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"))
    at: Mapped[float] = mapped_column(UnixTime)
    kind: Mapped[str] = mapped_column(String(40))
    actor: Mapped[str] = mapped_column(String(255))
    before: Mapped[str | None] = mapped_column(String(255))
    after: Mapped[str | None] = mapped_column(String(255))
    text: Mapped[str] = mapped_column(Text)


class EvidenceRow(Table):
    """The reduced series behind an incident: `moment` is "opened" or "latest"."""

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("incident_id", "moment"),)

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"))
    moment: Mapped[str] = mapped_column(String(10))
    at: Mapped[float] = mapped_column(UnixTime)
    content: Mapped[dict[str, Any]] = mapped_column(CompressedJson)


class FeedbackRow(Table):
    """What a person said of a fingerprint's leak; in force until it is withdrawn, and kept after that."""

    __tablename__ = "feedback"
    __table_args__ = (
        # Of each fingerprint one at most is in force, whoever writes at the same time.
        Index(
            "uq_feedback_fingerprint_in_force",
            "fingerprint",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(32))
    growth_bytes_per_hour: Mapped[float] = mapped_column(Double)
    level_bytes: Mapped[float] = mapped_column(Double)
    comment: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(255))
    at: Mapped[float] = mapped_column(UnixTime)
    withdrawn_at: Mapped[float | None] = mapped_column(UnixTime)
    withdrawn_by: Mapped[str | None] = mapped_column(String(255))


class LeaseRow(Table):
    """Who may scan: one row a name. `token` grows with each holder, so that an old one cannot write any more."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(255))
    token: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[float] = mapped_column(UnixTime)
