"""Alerts of other systems: taken from webhooks, and read by people and programs."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from app.alertmanager.intake import AlertIntake
from app.alertmanager.payload import Notification, parse_notification
from app.domain.alert import Alert, AlertFilter
from app.domain.listing import IdSort, Place
from app.errors import NotFound
from app.services import cursor
from app.services.incidents import no_such_incident
from app.storage import alert_incidents, alerts, incidents
from app.storage.engine import reading

_MOST_OF_INCIDENT = 500


@dataclass(frozen=True, slots=True)
class AlertPage:
    """Some alerts, the latest that came first, and where the next page begins (None: there is none)."""

    alerts: tuple[Alert, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class AlertService:
    """Takes and reads alerts. Methods raise StorageError. now: the clock, unix seconds."""

    engine: Engine
    intake: AlertIntake
    now: Callable[[], float] = time.time

    async def take(self, body: bytes) -> Notification:
        """Keep a notification of Alertmanager, for good once this returns. Raises UsageError, Overloaded."""
        notification = parse_notification(body, self.now())
        await self.intake.keep(notification)
        return notification

    def page(self, wanted: AlertFilter, after: str | None, limit: int) -> AlertPage:
        """Up to `limit` alerts after a cursor. Raises UsageError for a cursor that is not ours."""
        before = None if after is None else cursor.decode(after, IdSort.NEWEST).id
        with reading(self.engine) as session:
            found = alerts.page(session, wanted, before, limit + 1)
        shown = tuple(found[:limit])
        return AlertPage(shown, cursor.encode(IdSort.NEWEST, Place(shown[-1].id)) if len(found) > limit else None)

    def one(self, alert_id: int) -> Alert:
        """One alert. Raises NotFound."""
        with reading(self.engine) as session:
            found = alerts.get(session, alert_id)
        if found is None:
            raise NotFound(f"there is no alert {alert_id}", "GET /api/v1/alerts lists them")
        return found

    def of_incident(self, incident_id: int) -> list[Alert]:
        """The latest alerts that are attached to an incident, the latest first. Raises NotFound."""
        with reading(self.engine) as session:
            if incidents.get(session, incident_id) is None:
                raise no_such_incident(incident_id)
            return alert_incidents.alerts_of(session, incident_id, _MOST_OF_INCIDENT)
