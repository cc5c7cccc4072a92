"""Keeps annotations in Grafana as the queue wants them: each is created once, changed where it changed, and ended.

What is to be created is first looked for by its tag: an earlier try may have come through although its answer did not.
What a person removed in Grafana stays removed.
"""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy import Engine

from app.grafana.client import (
    GrafanaClient,
    GrafanaError,
    GrafanaRefused,
    GrafanaUnavailable,
    NotInGrafana,
    make_client,
)
from app.grafana.queue import QueueFiller, tag_of
from app.settings import Settings
from app.storage import grafana
from app.storage.engine import reading, transaction
from app.storage.grafana import Claim

_BATCH = 100
_BATCH_SECONDS = 60.0
# Longer than all that is asked of Grafana for one annotation may take.
_LEASE_SECONDS = 180.0
_FIRST_PAUSE_SECONDS, _DOUBLINGS = 15.0, 7
_REFUSED_PAUSE_SECONDS = 300.0

# Told how a push ended: created, recovered, changed, removed, failed, refused.
Count = Callable[[str], None]


@dataclass(slots=True)
class GrafanaPusher:
    """now: the clock, unix seconds; jitter: from 0 to 1, by which replicas come to differ."""

    engine: Engine
    client: GrafanaClient
    filler: QueueFiller
    count: Count
    now: Callable[[], float] = time.time
    jitter: Callable[[], float] = random.random
    _refused_until: float = 0.0
    _is_refused: bool = field(default=False)

    def push(self) -> None:
        """Fill the queue, and push what is due, a batch of it. Raises StorageError."""
        self.filler.fill()
        began = self.now()
        if began < self._refused_until:
            return
        with reading(self.engine) as session:
            due = grafana.due(session, began, _BATCH)
        for id_ in due:
            if self.now() - began > _BATCH_SECONDS or not self._one(id_):
                return

    def _one(self, id_: int) -> bool:
        """Push one; False where there is no use in going on."""
        now = self.now()
        with transaction(self.engine) as session:
            claim = grafana.claim(session, id_, now, now + _LEASE_SECONDS)
        if claim is None:
            return True
        try:
            result = self._pushed(claim)
        except GrafanaRefused as error:
            self._postpone(claim, _REFUSED_PAUSE_SECONDS, error)
            self._refused(error)
            return False
        except GrafanaError as error:
            pause = _FIRST_PAUSE_SECONDS * 2 ** min(claim.attempts, _DOUBLINGS)
            self._postpone(claim, pause * (0.5 + self.jitter() / 2), error)
            self.count("failed")
            structlog.get_logger().warning(
                "an annotation could not be pushed to Grafana, will try again", key=claim.key, reason=str(error)
            )
            return not isinstance(error, GrafanaUnavailable)
        self._is_refused = False
        self.count(result)
        return True

    def _pushed(self, claim: Claim) -> str:
        wanted = {name: value for name, value in claim.wanted.items() if name != "over"}
        pushed = grafana.hash_of(claim.wanted)
        if claim.grafana_id is None:
            result, id_ = self._created(claim.key, wanted)
        else:
            result, id_ = self._changed(claim.key, claim.grafana_id, wanted)
        with transaction(self.engine) as session:
            stays = grafana.REMOVED if result == "removed" else pushed
            grafana.settle(session, claim, id_, stays, self.now())
        return result

    def _created(self, key: str, wanted: Mapping[str, Any]) -> tuple[str, int]:
        found = self.client.find(tag_of(key))
        if found is None:
            return "created", self.client.create(wanted)
        self.client.change(found, wanted)
        return "recovered", found

    def _changed(self, key: str, id_: int, wanted: Mapping[str, Any]) -> tuple[str, int]:
        try:
            self.client.change(id_, wanted)
        except NotInGrafana:
            # So says a wrong address, too; but there nothing can be looked for.
            found = self.client.find(tag_of(key))
            if found is None:
                return "removed", id_
            self.client.change(found, wanted)
            return "recovered", found
        return "changed", id_

    def _postpone(self, claim: Claim, seconds: float, error: GrafanaError) -> None:
        with transaction(self.engine) as session:
            grafana.postpone(session, claim, self.now() + seconds, str(error))

    def _refused(self, error: GrafanaRefused) -> None:
        self.count("refused")
        self._refused_until = self.now() + _REFUSED_PAUSE_SECONDS
        if not self._is_refused:
            structlog.get_logger().error("annotations are not pushed", reason=str(error), hint=error.hint)
        self._is_refused = True


def make_pusher(settings: Settings, engine: Engine, count: Count) -> GrafanaPusher | None:
    """The pusher that the settings ask for; None where no Grafana is set. Raises SettingsError."""
    client = make_client(settings)
    if client is None:
        return None
    return GrafanaPusher(engine, client, QueueFiller(engine, settings.public_url, time.time), count)
