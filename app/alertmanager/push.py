"""Tells Alertmanager of open incidents, again and again, and of those that are over.

What to tell is worked out from the database each time: there is no queue to lose. Alertmanager tells alerts apart by
their labels, so that to tell it twice, from two replicas too, is to tell it once.
"""

import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
import structlog
from sqlalchemy import Engine

from app.alertmanager.alerts import Links, alerts_of
from app.errors import SettingsError
from app.settings import Settings
from app.storage import alerting, silenced
from app.storage.engine import reading

# Alertmanager lets an alert end by itself at endsAt: a few repetitions may fail before that.
_MISSES = 4
# What is over is told for so long, for a replica that was away.
_TOLD_OVER_SECONDS = 900.0
_BATCH = 200
_SECONDS = 10.0
_PATH = "/api/v2/alerts"

# Told of each Alertmanager how a push ended: "ok" or "failed".
Outcome = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Pusher:
    """Pushes to every replica. interval: seconds between pushes; now: the clock, unix seconds."""

    engine: Engine
    clients: Sequence[tuple[str, httpx2.Client]]
    links: Links
    interval: float
    count: Outcome
    now: Callable[[], float] = time.time

    def push(self) -> None:
        """Tell each Alertmanager; one that cannot be told keeps nothing from the others. Raises StorageError."""
        now = self.now()
        until = now + _MISSES * self.interval
        with reading(self.engine) as session:
            incidents = alerting.to_tell(session, now - max(_TOLD_OVER_SECONDS, _MISSES * self.interval))
            quiet = silenced.silenced(session, incidents, now)
        alerts = [
            alert
            for incident in incidents
            for alert in alerts_of(incident, quiet=incident.id in quiet, links=self.links, now=now, until=until)
        ]
        for name, client in self.clients:
            self._tell(name, client, alerts)

    def _tell(self, name: str, client: httpx2.Client, alerts: Sequence[dict[str, Any]]) -> None:
        try:
            for batch in _batches(alerts):
                client.post(_PATH, json=batch).raise_for_status()
        except httpx2.HTTPStatusError as error:
            self._failed(name, f"it answered {error.response.status_code}")
        except (httpx2.HTTPError, httpx2.InvalidURL, ssl.SSLError) as error:
            self._failed(name, type(error).__name__)
        else:
            self.count(name, "ok")

    def _failed(self, name: str, reason: str) -> None:
        self.count(name, "failed")
        structlog.get_logger().warning("Alertmanager could not be told, will try again", at=name, reason=reason)

    def close(self) -> None:
        """Let the connections go."""
        for _, client in self.clients:
            client.close()


def _batches(alerts: Sequence[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    for start in range(0, len(alerts), _BATCH):
        yield alerts[start : start + _BATCH]


def make_pusher(settings: Settings, engine: Engine, count: Outcome) -> Pusher | None:
    """The pusher that the settings ask for; None where no Alertmanager is set. Raises SettingsError."""
    if not settings.alertmanager_urls:
        return None
    clients = [(url, _client(settings, url)) for url in settings.alertmanager_urls]
    links = Links(settings.public_url, settings.runbook_url)
    return Pusher(engine, clients, links, settings.alertmanager_interval, count)


def _client(settings: Settings, url: str) -> httpx2.Client:
    token, password = settings.secret("alertmanager_token"), settings.secret("alertmanager_password")
    user = settings.alertmanager_username
    try:
        context = ssl.create_default_context(cafile=settings.alertmanager_ca_file)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError("LEAKWATCH_ALERTMANAGER_CA_FILE: cannot be read as a PEM file") from error
    return httpx2.Client(
        base_url=url.rstrip("/"),
        headers={} if token is None else {"Authorization": f"Bearer {token}"},
        auth=None if user is None else (user, password or ""),
        verify=context,
        timeout=_SECONDS,
        follow_redirects=False,
    )
