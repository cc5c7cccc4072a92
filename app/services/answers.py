"""Requests that may be sent again: what was asked under an Idempotency-Key is done once, and answered alike.

The key and its answer are written in the transaction of what was asked (`once`): they are there together or not at
all, whenever the process is killed, and of two requests at the same time the second waits for the first. Where that
cannot be (`begun`), the key is written before and the answer after: what was cut off in between is not done again.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.errors import Conflict, KeyReused
from app.storage import idempotency
from app.storage.engine import transaction
from app.storage.tables import IdempotencyRow

KEPT_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request is known by. digest: of its method, path and body, 64 hexadecimal digits."""

    actor: str
    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer over HTTP; body: a JSON document."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AnswerService:
    """Methods raise what is raised by what they do, and keep nothing then; KeyReused, Conflict, StorageError.

    now: the clock, unix seconds. A key is kept for a day.
    """

    engine: Engine
    now: Callable[[], float] = time.time

    def once(self, asked: Asked | None, act: Callable[[Session], Answer], *, secret: bool = False) -> Answer:
        """Act in one transaction, unless it was done under this key already. asked None: there is no key.

        secret: the answer is shown once and never kept; to ask again is a Conflict then.
        """
        with transaction(self.engine) as session:
            if asked is None:
                return act(session)
            row, known = self._claimed(session, asked)
            if known is not None:
                return known
            answer = act(session)
            _keep(row, answer, secret=secret)
            return answer

    def begun(self, asked: Asked | None, act: Callable[[], Answer], *, secret: bool = False) -> Answer:
        """The same for what has transactions of its own."""
        if asked is None:
            return act()
        with transaction(self.engine) as session:
            row, known = self._claimed(session, asked)
            if known is not None:
                return known
        try:
            answer = act()
        except Exception:
            with transaction(self.engine) as session:
                idempotency.forget(session, row.id)
            raise
        with transaction(self.engine) as session:
            _keep(session.merge(row), answer, secret=secret)
        return answer

    def _claimed(self, session: Session, asked: Asked) -> tuple[IdempotencyRow, Answer | None]:
        now = self.now()
        idempotency.forget_old(session, asked.actor, asked.key, now - KEPT_SECONDS)
        row = idempotency.find(session, asked.actor, asked.key, now - KEPT_SECONDS)
        if row is None:
            claimed = idempotency.claim(session, asked.actor, asked.key, asked.digest, now)
            if claimed is not None:
                return claimed, None
            row = idempotency.find(session, asked.actor, asked.key, now - KEPT_SECONDS)
        if row is None:
            raise Conflict("the Idempotency-Key was in use until just now", "send the request again")
        return row, _answer(row, asked)


def _answer(row: IdempotencyRow, asked: Asked) -> Answer:
    if row.request_hash != asked.digest:
        raise KeyReused("this Idempotency-Key was given with another request", "take a new key for each request")
    if row.status is None:
        raise Conflict(
            "the first request with this Idempotency-Key is not answered yet, or was cut off",
            "look at how things stand; where nothing was done in a minute, ask anew with another key",
        )
    if row.body is None:
        raise Conflict(
            "this was done already, and its answer held a secret that is shown only once",
            "revoke what was made, and ask anew with another key",
        )
    return Answer(row.status, row.body, row.headers or {})


def _keep(row: IdempotencyRow, answer: Answer, *, secret: bool) -> None:
    row.status, row.headers, row.body = answer.status, dict(answer.headers), None if secret else answer.body
