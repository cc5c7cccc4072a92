"""Takes notifications and answers once they are kept: many of them in one transaction, written by threads of its own.

A commit that outlives the loss of power costs a wait for the disk, so those that come meanwhile share the next one.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import Engine

from app.alertmanager.keep import Keeper
from app.alertmanager.payload import Notification, as_set_aside
from app.errors import LeakwatchError, Overloaded, StorageError
from app.storage.engine import durable_transaction, is_refusal

# What may wait, and what is written at once.
_MOST_WAITING = 50_000
_MOST_AT_ONCE = 2_000
_PATIENCE_SECONDS = 10.0
_STOP_SECONDS = 5.0
_LOGGED_EVERY_SECONDS = 10.0

Write = Callable[[Sequence[Notification]], None]


@dataclass(slots=True, eq=False)
class _Waiting:
    """A notification that waits to be kept, and who waits for that."""

    notification: Notification
    size: int
    kept: "asyncio.Future[None]"
    loop: asyncio.AbstractEventLoop


class AlertIntake:
    """A bounded queue and the threads that empty it. writes: of each thread; keeps them, or raises StorageError."""

    def __init__(self, *writes: Write, patience: float = _PATIENCE_SECONDS, most_waiting: int = _MOST_WAITING) -> None:
        self._patience = patience
        self._most_waiting = most_waiting
        self._queue: deque[_Waiting] = deque()
        self._waiting = 0
        self._changed = threading.Condition()
        self._stopping = False
        self._logged_at = float("-inf")
        self._threads = [
            threading.Thread(target=self._run, args=(write,), name="leakwatch-alerts", daemon=True) for write in writes
        ]

    def start(self) -> None:
        """Begin to write."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> bool:
        """Take no more, write what waits, and end; False when the database keeps it from that for too long."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        until = time.monotonic() + _STOP_SECONDS
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(until - time.monotonic(), 0))
        return not any(thread.is_alive() for thread in self._threads)

    async def keep(self, notification: Notification) -> None:
        """Returns once it is kept for good. Raises Overloaded, StorageError: then it may or may not be."""
        loop = asyncio.get_running_loop()
        kept: asyncio.Future[None] = loop.create_future()
        size = len(notification.alerts) + len(notification.set_aside)
        with self._changed:
            if self._stopping:
                raise Overloaded("the service is stopping", "send it again")
            if self._queue and self._waiting + size > self._most_waiting:
                raise Overloaded(f"{self._waiting} alerts wait to be written already", "send it again")
            self._queue.append(_Waiting(notification, size, kept, loop))
            self._waiting += size
            self._changed.notify()
        limit = loop.call_later(self._patience, _give_up, kept, self._patience)
        try:
            await kept
        finally:
            limit.cancel()

    def _run(self, write: Write) -> None:
        while batch := self._next():
            error = self._written(write, [one.notification for one in batch])
            by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
            for one in batch:
                by_loop.setdefault(one.loop, []).append(one.kept)
            for loop, futures in by_loop.items():
                _tell(loop, futures, error)

    def _next(self) -> list[_Waiting]:
        """What is to be written next, once there is something; nothing when it is over."""
        batch: list[_Waiting] = []
        size = 0
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._stopping)
            while self._queue and (not batch or size + self._queue[0].size <= _MOST_AT_ONCE):
                batch.append(self._queue.popleft())
                size += batch[-1].size
            self._waiting -= size
        return batch

    def _written(self, write: Write, notifications: list[Notification]) -> LeakwatchError | None:
        try:
            write(notifications)
        except LeakwatchError as error:
            self._log(str(error))
            return error
        except Exception:  # noqa: BLE001 (whoever waits must be answered, and the next must be written)
            structlog.get_logger().exception("alerts could not be kept by a fault of leakwatch")
            return StorageError("the alerts could not be kept by a fault of leakwatch")
        return None

    def _log(self, reason: str) -> None:
        now = time.monotonic()
        if now - self._logged_at >= _LOGGED_EVERY_SECONDS:
            self._logged_at = now
            structlog.get_logger().warning("alerts cannot be kept, the senders are told to try again", reason=reason)


def writers(engine: Engine) -> list[Write]:
    """As many functions that keep notifications as the database has use for at once: SQLite has one writer."""
    # While PostgreSQL writes what one has, another reads its own into shape.
    return [writer(engine) for _ in range(2 if engine.dialect.name == "postgresql" else 1)]


def writer(engine: Engine, now: Callable[[], float] = time.time) -> Write:
    """A function that keeps notifications in one transaction that outlives a crash. now: the clock, unix seconds.

    Where the database does not take one of them, each is tried by itself, and that one is set aside: it must not keep
    out the others, and would not be taken the next time either.
    """
    keeper = Keeper()

    def together(notifications: Sequence[Notification]) -> None:
        with durable_transaction(engine) as session:
            keeper.keep(session, notifications, now())

    def write(notifications: Sequence[Notification]) -> None:
        try:
            together(notifications)
        except StorageError as error:
            if not is_refusal(error):
                raise
            for one in notifications:
                alone(one)

    def alone(notification: Notification) -> None:
        try:
            together([notification])
        except StorageError as error:
            if not is_refusal(error):
                raise
            together([as_set_aside(notification, str(error))])

    return write


def _tell(loop: asyncio.AbstractEventLoop, futures: list["asyncio.Future[None]"], error: LeakwatchError | None) -> None:
    try:
        loop.call_soon_threadsafe(_answer, futures, error)
    except RuntimeError:  # the loop has ended, and nobody waits any more
        return


def _answer(futures: list["asyncio.Future[None]"], error: LeakwatchError | None) -> None:
    for one in futures:
        if one.done():
            continue
        if error is None:
            one.set_result(None)
        else:
            one.set_exception(error)


def _give_up(kept: "asyncio.Future[None]", seconds: float) -> None:
    if not kept.done():
        kept.set_exception(Overloaded(f"the database did not take it in {seconds:g} s", "send it again"))
