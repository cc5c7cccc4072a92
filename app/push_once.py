"""Does once, after a scan that runs by itself every so often, what `serve` does all the time: tells others, prunes."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from sqlalchemy import Engine

from app.alertmanager.push import make_pushers
from app.errors import LeakwatchError
from app.grafana.push import make_pusher as make_grafana_pusher
from app.metrics import kept_metrics
from app.pushgateway import PushgatewayError, push_metrics
from app.services.retention import RetentionService
from app.settings import Settings
from app.storage import grafana
from app.storage.engine import make_engine, reading
from app.storage.retention import Ages

_GRAFANA_SECONDS = 300.0
_GRAFANA_FAILS = frozenset({"failed", "refused"})


class PushFailed(LeakwatchError):
    """Not everybody could be told. What was scanned is kept all the same, and told the next time."""


@dataclass(slots=True)
class _Told:
    """Who could not be told."""

    missed: list[str] = field(default_factory=list)

    def miss(self, target: str) -> None:
        if target not in self.missed:
            self.missed.append(target)


def has_targets(settings: Settings) -> bool:
    """Whether the settings name anybody to tell."""
    return bool(settings.alertmanager_urls or settings.grafana_url or settings.pushgateway_url)


def push_once(settings: Settings, every: float, clock: Callable[[], float] = time.monotonic) -> None:
    """Tell all that the settings name, and let go what is old. every: seconds to the next time.

    Alerts last for four times as long, so that some may fail. Raises PushFailed once all were tried, StorageError,
    SettingsError.
    """
    engine = make_engine(settings)
    told = _Told()
    try:
        _tell_alertmanagers(settings, engine, every, told)
        _tell_grafana(settings, engine, told, clock)
        _tell_pushgateway(settings, engine, told)
        RetentionService(engine, Ages.of(settings)).prune_by_turns()
    finally:
        engine.dispose()
    if told.missed:
        raise PushFailed(
            f"not told: {', '.join(told.missed)}", "what the database holds is kept, and told the next time this runs"
        )


def _tell_alertmanagers(settings: Settings, engine: Engine, every: float, told: _Told) -> None:
    def note(url: str, result: str) -> None:
        if result != "ok":
            told.miss(f"Alertmanager at {url}")

    for pusher in make_pushers(settings, engine, note, every):
        try:
            pusher.push()
        finally:
            pusher.close()


def _tell_grafana(settings: Settings, engine: Engine, told: _Told, clock: Callable[[], float]) -> None:
    def note(result: str) -> None:
        if result in _GRAFANA_FAILS:
            told.miss("Grafana")

    pusher = make_grafana_pusher(settings, engine, note)
    if pusher is None:
        return
    until = clock() + _GRAFANA_SECONDS
    failed = len(told.missed)
    try:
        pusher.push()
        while len(told.missed) == failed and _waits_for_grafana(engine) and clock() < until:
            pusher.push()
    finally:
        pusher.client.close()


def _waits_for_grafana(engine: Engine) -> bool:
    with reading(engine) as session:
        return bool(grafana.due(session, time.time(), 1))


def _tell_pushgateway(settings: Settings, engine: Engine, told: _Told) -> None:
    if settings.pushgateway_url is None:
        return
    try:
        push_metrics(settings, kept_metrics(engine, settings.max_incident_series))
    except PushgatewayError as error:
        told.miss("Pushgateway")
        structlog.get_logger().warning(
            "the Pushgateway could not be told, will try again", at=settings.pushgateway_url, why=str(error)
        )
