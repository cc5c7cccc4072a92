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
from sqlalchemy.engine.default import DefaultExecutionContext
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

_ORDERS = ("limit_at", "growth_bytes_per_hour", "probability", "opened_at")
_FINDING = ("namespace", "workload", "suspect", "assignee")
_COUNTED = ("state", "severity", "updated_at", "id")
_FLEET = (
    *("cluster", "namespace", "verdict", "probability", "growth_bytes_per_hour", "limit_at", "limit_bytes"),
    *("fully_read", "reason", "id"),
)
_FILTERS = ("names", "cluster", "container", "namespace", *_COUNTED)
# As many letters as an index of PostgreSQL holds, whichever they are; names of Kubernetes are shorter together.
_LONGEST_NAMES = 600


def names_of(namespace: str, workload: str, container: str, suspect: str | None) -> str:
    """What an incident is searched by, in small letters; the line breaks keep a text from matching across two."""
    return "\n".join((namespace, workload, container, suspect or "")).lower()[:_LONGEST_NAMES]


def _names(context: DefaultExecutionContext) -> str:
    given = context.current_parameters or {}
    return names_of(given["namespace"], given["workload"], given["container"], given.get("suspect"))


def _of_those_with(column: str, *more: str) -> Index:
    """An index of the rows that have a value there."""
    given = text(f"{column} IS NOT NULL")
    return Index(None, column, *more, postgresql_where=given, sqlite_where=given)


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
    cost: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class IncidentRow(Table):
    """One incident: a workload's container that leaks or leaked."""

    __tablename__ = "incidents"
    __table_args__ = (
        UniqueConstraint("fingerprint"),
        # For lists, see storage/incident_lists.py: one for each filter that finds few, with what is counted, and one
        # for each order.
        *(Index(f"ix_incidents_of_{name}", name, *_COUNTED) for name in _FINDING),
        Index("ix_incidents_of_updated_at", "updated_at", "state", "severity", "id"),
        Index("ix_incidents_order_id", "state", "severity", "id", "updated_at"),
        *(Index(f"ix_incidents_order_{key}", "state", "severity", key, "id", "updated_at") for key in _ORDERS),
        Index("ix_incidents_order_updated_at", "state", "severity", "updated_at", "id"),
        # What finds many is read through an index that holds all that is asked of it, not through the wide rows. SQLite
        # has one for every filter. PostgreSQL could not index the longest names together, and has one for each.
        Index("ix_incidents_filters", *_FILTERS, postgresql_where=text("false")),
        Index("ix_incidents_names", "names", *_COUNTED, sqlite_where=text("0")),
        *(
            Index(f"ix_incidents_of_{name}", name, *_COUNTED, sqlite_where=text("0"))
            for name in ("cluster", "container")
        ),
    )

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
    # Grows with each change by a person or a scan, so that a client can tell what it has seen (ETag).
    version: Mapped[int] = mapped_column(BigInteger)
    assignee: Mapped[str | None] = mapped_column(String(255))
    acknowledged_at: Mapped[float | None] = mapped_column(UnixTime)
    acknowledged_by: Mapped[str | None] = mapped_column(String(255))
    # Of the latest finding, for lists in their order: limit_at is when memory is expected to run out (median).
    probability: Mapped[float] = mapped_column(Double)
    growth_bytes_per_hour: Mapped[float] = mapped_column(Double)
    limit_at: Mapped[float | None] = mapped_column(UnixTime)
    names: Mapped[str] = mapped_column(Text, default=_names)


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


class IncidentNodeRow(Table):
    """A node that a pod of an incident ran on when it was last found to leak."""

    __tablename__ = "incident_nodes"
    __table_args__ = (Index(None, "node"),)

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"), primary_key=True)
    node: Mapped[str] = mapped_column(String(255), primary_key=True)


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


class SilenceRow(Table):
    """Incidents that match are quiet from starts_at to ends_at; ended early by `ended_by`. Never deleted in force."""

    __tablename__ = "silences"
    __table_args__ = (Index(None, "ends_at"),)

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    matchers: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    # Where it was made of one incident, that incident.
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"), index=True)
    author: Mapped[str] = mapped_column(String(255))
    comment: Mapped[str] = mapped_column(Text)
    created_at: Mapped[float] = mapped_column(UnixTime)
    starts_at: Mapped[float] = mapped_column(UnixTime)
    ends_at: Mapped[float] = mapped_column(UnixTime)
    ended_by: Mapped[str | None] = mapped_column(String(255))
    version: Mapped[int] = mapped_column(BigInteger)


class AlertRow(Table):
    """One firing of one alert, as Alertmanager told of it: (fingerprint, starts_at) is what it is known by."""

    __tablename__ = "alerts"
    __table_args__ = (
        UniqueConstraint("fingerprint", "starts_at"),
        # Of few of the thousands that come in a second: the others have no part in these.
        _of_those_with("incident_id", "starts_at"),
        _of_those_with("node"),
        Index(None, "namespace", "workload"),
        Index(None, "updated_at"),
    )

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    starts_at: Mapped[float] = mapped_column(UnixTime)
    ends_at: Mapped[float | None] = mapped_column(UnixTime)
    status: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(20))
    cluster: Mapped[str] = mapped_column(String(255))
    namespace: Mapped[str] = mapped_column(String(255))
    workload: Mapped[str] = mapped_column(String(255))
    container: Mapped[str] = mapped_column(String(255))
    # Of an alert on a node, which is about every incident with a pod there; None of all others.
    node: Mapped[str | None] = mapped_column(String(255))
    labels: Mapped[dict[str, str]] = mapped_column(JSON)
    annotations: Mapped[dict[str, str]] = mapped_column(JSON)
    generator_url: Mapped[str] = mapped_column(Text)
    # What the notification said around it: receiver, groupKey, externalURL, reason, unknown keys.
    notification: Mapped[dict[str, Any]] = mapped_column(JSON)
    received_at: Mapped[float] = mapped_column(UnixTime)
    updated_at: Mapped[float] = mapped_column(UnixTime)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id", ondelete="SET NULL"))


class WebhookEventRow(Table):
    """What a webhook brought that is no alert we can keep as one, kept as it came."""

    __tablename__ = "webhook_events"
    __table_args__ = (Index(None, "received_at"),)

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    received_at: Mapped[float] = mapped_column(UnixTime)
    source: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text)
    content: Mapped[Any] = mapped_column(CompressedJson)


class TokenRow(Table):
    """An API token: what it may do, until when; of its secret only a keyed hash."""

    __tablename__ = "tokens"
    __table_args__ = (UniqueConstraint("key_id"),)

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    # The part of the token that is no secret, and finds its row.
    key_id: Mapped[str] = mapped_column(String(32))
    secret_hash: Mapped[str] = mapped_column(String(128))
    name: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[float] = mapped_column(UnixTime)
    created_by: Mapped[str] = mapped_column(String(255))
    expires_at: Mapped[float | None] = mapped_column(UnixTime)
    revoked_at: Mapped[float | None] = mapped_column(UnixTime)
    revoked_by: Mapped[str | None] = mapped_column(String(255))
    last_used_at: Mapped[float | None] = mapped_column(UnixTime)


class SecretRow(Table):
    """A secret that the service made for itself and all its replicas share, such as the key that hashes tokens."""

    __tablename__ = "secrets"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(255))


class IdempotencyRow(Table):
    """The answer that a POST with an Idempotency-Key was given, to be given again."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("actor", "key"), Index(None, "created_at"))

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    actor: Mapped[str] = mapped_column(String(255))
    key: Mapped[str] = mapped_column(String(255))
    # What was asked: a hash of method, path and body.
    request_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[float] = mapped_column(UnixTime)
    # None while the first is still being answered.
    status: Mapped[int | None]
    headers: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    body: Mapped[str | None] = mapped_column(Text)


class GrafanaAnnotationRow(Table):
    """An annotation that Grafana is to have: what was pushed of it, and what is still to push. A queue."""

    __tablename__ = "grafana_annotations"
    __table_args__ = (UniqueConstraint("key"), Index(None, "next_try_at"))

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    # What it is of: kind, fingerprint and time, such as "leak-0123456789abcdef-1767225600000"; also in its tag there.
    key: Mapped[str] = mapped_column(String(80))
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"), index=True)
    grafana_id: Mapped[int | None] = mapped_column(BigInteger)
    wanted: Mapped[dict[str, Any]] = mapped_column(JSON)
    # A hash of what Grafana was last given; None where it was given nothing yet.
    pushed_hash: Mapped[str | None] = mapped_column(String(64))
    attempts: Mapped[int]
    # None: nothing to do.
    next_try_at: Mapped[float | None] = mapped_column(UnixTime)
    error: Mapped[str | None] = mapped_column(Text)


class WorkloadRow(Table):
    """The latest verdict on a workload's container, leaking or not."""

    __tablename__ = "workloads"
    __table_args__ = (
        UniqueConstraint("fingerprint"),
        Index(None, "verdict", "probability", "id"),
        Index(None, "namespace", "id"),
        Index(None, "judged_at", "id"),
        # All that the fleet's page counts and orders by, so that it reads none of the wide rows.
        Index("ix_workloads_fleet", *_FLEET),
    )

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(32))
    cluster: Mapped[str] = mapped_column(String(255))
    namespace: Mapped[str] = mapped_column(String(255))
    workload: Mapped[str] = mapped_column(String(255))
    container: Mapped[str] = mapped_column(String(255))
    verdict: Mapped[str] = mapped_column(String(20))
    probability: Mapped[float] = mapped_column(Double)
    growth_bytes_per_hour: Mapped[float] = mapped_column(Double)
    # The end of the window it was judged on.
    judged_at: Mapped[float] = mapped_column(UnixTime)
    scan_id: Mapped[int] = mapped_column(BigInteger)
    finding: Mapped[dict[str, Any]] = mapped_column(JSON)
    # Of the finding: when memory is expected to run out (median), and the code of the first reason, "" for none.
    limit_at: Mapped[float | None] = mapped_column(UnixTime)
    limit_bytes: Mapped[float | None] = mapped_column(Double)
    fully_read: Mapped[bool] = mapped_column(default=True)
    reason: Mapped[str] = mapped_column(String(40), default="")


class VerdictRow(Table):
    """A workload's verdict at one time: a line each time it changed, and one an hour where it did not."""

    __tablename__ = "verdicts"
    __table_args__ = (Index(None, "fingerprint", "at"), Index(None, "at"))

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(32))
    at: Mapped[float] = mapped_column(UnixTime)
    scan_id: Mapped[int] = mapped_column(BigInteger)
    verdict: Mapped[str] = mapped_column(String(20))
    probability: Mapped[float] = mapped_column(Double)
    growth_bytes_per_hour: Mapped[float] = mapped_column(Double)
    current_bytes: Mapped[float] = mapped_column(Double)


class MitigationRow(Table):
    """One act against a leak, from its proposal to what came of it."""

    __tablename__ = "mitigations"
    __table_args__ = (
        UniqueConstraint("key"),
        Index(None, "state"),
        Index(None, "incident_id", "id"),
        # For what guards count: acts of a day, and the last on a workload.
        Index(None, "applying_at"),
        Index(None, "namespace", "workload", "applying_at"),
    )

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    # What marks the object that it changes: its id and a word that no other database has.
    key: Mapped[str] = mapped_column(String(40))
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"))
    fingerprint: Mapped[str] = mapped_column(String(32))
    cluster: Mapped[str] = mapped_column(String(255))
    namespace: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(255))
    workload: Mapped[str] = mapped_column(String(255))
    container: Mapped[str] = mapped_column(String(255))
    act: Mapped[str] = mapped_column(String(20))
    wish: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(20))
    plan: Mapped[dict[str, Any]] = mapped_column(CompressedJson)
    # What memory did before, and what scans saw of it since: {"before": ..., "sightings": [...]}.
    course: Mapped[dict[str, Any]] = mapped_column(CompressedJson)
    automatic: Mapped[bool]
    proposed_at: Mapped[float] = mapped_column(UnixTime)
    proposed_by: Mapped[str] = mapped_column(String(255))
    reason: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[float] = mapped_column(UnixTime)
    approved_at: Mapped[float | None] = mapped_column(UnixTime)
    approved_by: Mapped[str | None] = mapped_column(String(255))
    approval: Mapped[str] = mapped_column(Text)
    # When it was written down that it is about to be done; None again where it is sure that it was not done.
    applying_at: Mapped[float | None] = mapped_column(UnixTime)
    applied_at: Mapped[float | None] = mapped_column(UnixTime)
    rolled_out_at: Mapped[float | None] = mapped_column(UnixTime)
    ended_at: Mapped[float | None] = mapped_column(UnixTime)
    outcome: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(BigInteger)


class MitigationControlRow(Table):
    """One row, the emergency stop. Whoever decides that something may be done holds it: one decides at a time."""

    __tablename__ = "mitigation_control"

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    stopped_at: Mapped[float | None] = mapped_column(UnixTime)
    stopped_by: Mapped[str] = mapped_column(String(255))
    reason: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(BigInteger)
