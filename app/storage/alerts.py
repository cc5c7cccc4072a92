"""Queries on alerts of other systems, and on what webhooks brought that is none."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.domain.alert import Alert, AlertFilter, AlertKind, AlertStatus
from app.storage.tables import AlertRow


def get(session: Session, alert_id: int) -> Alert | None:
    """One alert."""
    row = session.get(AlertRow, alert_id)
    return None if row is None else alert_of(row)


def page(session: Session, wanted: AlertFilter, before: int | None, limit: int) -> list[Alert]:
    """Up to `limit` alerts, the latest that came first, that came before the one with id `before`."""
    query = select(AlertRow).where(*_conditions(wanted)).order_by(AlertRow.id.desc()).limit(limit)
    if before is not None:
        query = query.where(AlertRow.id < before)
    return [alert_of(row) for row in session.scalars(query)]


def alert_of(row: AlertRow) -> Alert:
    """The alert that a row keeps."""
    return Alert(
        id=row.id,
        fingerprint=row.fingerprint,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        status=AlertStatus(row.status),
        name=row.name,
        kind=AlertKind(row.kind),
        cluster=row.cluster,
        namespace=row.namespace,
        workload=row.workload,
        container=row.container,
        node=row.node,
        labels=row.labels,
        annotations=row.annotations,
        generator_url=row.generator_url,
        notification=row.notification,
        received_at=row.received_at,
        updated_at=row.updated_at,
        incident_id=row.incident_id,
    )


def _conditions(wanted: AlertFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.statuses:
        conditions.append(AlertRow.status.in_(wanted.statuses))
    if wanted.kinds:
        conditions.append(AlertRow.kind.in_(wanted.kinds))
    for column, value in (
        (AlertRow.name, wanted.name),
        (AlertRow.cluster, wanted.cluster),
        (AlertRow.namespace, wanted.namespace),
        (AlertRow.workload, wanted.workload),
        (AlertRow.container, wanted.container),
        (AlertRow.incident_id, wanted.incident_id),
    ):
        if value is not None:
            conditions.append(column == value)
    if wanted.since is not None:
        conditions.append(AlertRow.updated_at >= wanted.since)
    return conditions
