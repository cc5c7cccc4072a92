"""Tells Alertmanager of open incidents, again and again, and of those that are over.

What to tell is worked out from the database each time: there is no queue to lose. Alertmanager tells alerts apart by
their labels, so that to tell it twice, from two replicas too, is to tell it once.
"""

import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import structlog
from sqlalchemy import Engine

from app.alertmanager.alerts import Links, alerts_of
from app.errors import SettingsError
from app.settings import Settings
from app.storage import alerting
from app.storage.engine import reading

# Alertmanager lets an alert end by itself at endsAt: a few repetitions may fail before that.
_MISSES = 4
# What is over is told for so long, for a replica that was away; as Prometheus does.
_TOLD_OVER_SECONDS = 900.0
# More open incidents than that nobody reads; the most urgent ones are told.
_MOST = 10_000
_BATCH = 200
_SECONDS = 10.0
_PATH = "/api/v2/alerts"
_REJECTED = 400

# Told how a push to an Alertmanager ended: its address, and one of RESULTS.
Outcome = Callable[[str, str], None]
RESULTS = ("ok", "failed")


class _Refused(Exception):
    """It takes nothing just now."""


@dataclass(frozen=True, slots=True)
class Pusher:
    """Pushes to one replica of Alertmanager; each has its own, so that one that hangs keeps nothing from the others.

    interval: seconds between pushes; now: the clock, unix seconds.
    """

    engine: Engine
    url: str
    client: httpx2.Client
    links: Links
    interval: float
    count: Outcome
    now: Callable[[], float] = time.time

    def push(self) -> None:
        """Tell it all. Raises StorageError; that Alertmanager cannot be told is counted and logged."""
        failure = None
        try:
            for batch in self._batches(self.now()):
                failure = self._send(batch) or failure
        except _Refused as error:
            failure = str(error)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            failure = type(error).__name__
        self.count(self.url, "ok" if failure is None else "failed")
        if failure is not None:
            structlog.get_logger().warning("Alertmanager could not be told, will try again", at=self.url, why=failure)

    def close(self) -> None:
        """Let the connections go."""
        self.client.close()

    def _batches(self, now: float) -> Iterator[list[dict[str, Any]]]:
        since, until = now - max(_TOLD_OVER_SECONDS, _MISSES * self.interval), now + _MISSES * self.interval
        with reading(self.engine) as session:
            ids = alerting.to_tell(session, since, _MOST)
        for start in range(0, len(ids), _BATCH):
            with reading(self.engine) as session:
                told = alerting.tellings(session, ids[start : start + _BATCH], since, now)
            alerts = [alert for one in told for alert in alerts_of(one, self.links, since=since, until=until)]
            if alerts:
                yield alerts

    def _send(self, batch: list[dict[str, Any]]) -> str | None:
        """Why not all of a batch was taken, though the next one may be. Raises _Refused where none will be."""
        # Of the answer only its head is read: a body that never ends would keep us.
        with self.client.stream("POST", _PATH, json=batch) as answer:
            said = f"it answered {answer.status_code}"
            if answer.status_code == _REJECTED:
                return said
            if not answer.is_success:
                raise _Refused(said)
        return None


def make_pushers(settings: Settings, engine: Engine, count: Outcome, every: float | None = None) -> list[Pusher]:
    """A pusher for each Alertmanager that is set. every: seconds between pushes, where not the settings' interval.

    Raises SettingsError.
    """
    links = Links(settings.public_url, settings.runbook_url)
    interval = settings.alertmanager_interval if every is None else every
    return [Pusher(engine, url, _client(settings, url), links, interval, count) for url in settings.alertmanager_urls]


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
        trust_env=False,  # neither a .netrc nor a proxy variable may divert credentials
    )
