"""`/events`: server-sent events (WHATWG HTML, 9.2) that tell open pages what has changed, so that they ask for it.

Ids and versions alone are told, no names: whoever listens asks for the page again, and is shown what they may see.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from app.domain.scan import ScanProgress
from app.errors import LeakwatchError, Overloaded
from app.services.changes import Changes
from app.web.page import Viewing
from app.web.scan_words import progress_words

router = APIRouter(include_in_schema=False)
_LOOK_EVERY_SECONDS = 2.0
_HEARTBEAT_SECONDS = 15.0
# Whoever listens comes back after this, and is asked anew who they are: a revoked token ends it.
_LONGEST_SECONDS = 120.0
_RETRY_MILLISECONDS = 1000
_MOST = 200
_MOST_FROM_ONE = 40
_MOST_WAITING = 20


class EventHub:
    """Looks for changes while anybody listens, and tells all who do. All but `stop` belongs to the event loop.

    look: what has changed since it was last asked; may wait for the database.
    """

    def __init__(self, look: Callable[[], Changes]) -> None:
        self._look = look
        self._listeners: dict[asyncio.Queue[bytes | None], str] = {}
        self._watching: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_over = False

    def join(self, host: str) -> asyncio.Queue[bytes | None]:
        """Listen from now on; None in the queue ends it. Raises Overloaded where too many do."""
        if self._is_over or len(self._listeners) >= _MOST or Counter(self._listeners.values())[host] >= _MOST_FROM_ONE:
            raise Overloaded("too many pages listen for changes", "reload the page to see them")
        self._loop = asyncio.get_running_loop()
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(_MOST_WAITING)
        self._listeners[queue] = host
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch())
        return queue

    def leave(self, queue: asyncio.Queue[bytes | None]) -> None:
        """Listen no more."""
        self._listeners.pop(queue, None)
        if not self._listeners and self._watching is not None:
            self._watching.cancel()
            self._watching = None

    def stop(self) -> None:
        """End all streams; from any thread, and from a signal's handler."""
        self._is_over = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell, None)

    async def _watch(self) -> None:
        while True:
            with suppress(LeakwatchError):  # the next look tells what this one could not
                changes = await anyio.to_thread.run_sync(self._look)
                if changes.any:
                    self._tell(_message(changes))
                if changes.progress is not None:
                    self._tell(_progress(changes.progress))
            await asyncio.sleep(_LOOK_EVERY_SECONDS)

    def _tell(self, message: bytes | None) -> None:
        for queue in list(self._listeners):
            is_behind = queue.full()  # whoever does not read must come back, and asks for all again then
            while is_behind and not queue.empty():
                queue.get_nowait()
            queue.put_nowait(None if is_behind else message)


@router.get("/events")
async def events(request: Request, page: Viewing) -> StreamingResponse:
    """The stream. It ends after two minutes, and with the service; browsers come back by themselves."""
    hub = request.app.state.events
    if not isinstance(hub, EventHub):
        raise TypeError("app.state.events is set by install_pages")
    queue = hub.join(page.host)
    return StreamingResponse(_stream(hub, queue), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def _stream(hub: EventHub, queue: asyncio.Queue[bytes | None]) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    until = loop.time() + _LONGEST_SECONDS
    try:
        yield f"retry: {_RETRY_MILLISECONDS}\n\n".encode()
        while (left := until - loop.time()) > 0:
            try:
                message = await asyncio.wait_for(queue.get(), min(_HEARTBEAT_SECONDS, left))
            except TimeoutError:
                yield b": still here\n\n"
                continue
            if message is None:
                return
            yield message
    finally:
        hub.leave(queue)


def _message(changes: Changes) -> bytes:
    return _event("changed", {"incidents": changes.incidents, "scan": changes.scan})


def _progress(far: ScanProgress) -> bytes:
    document = {"scan": far.scan_id, "done": far.done, "total": far.total, "words": progress_words(far)}
    return _event("progress", document)


def _event(kind: str, document: dict[str, Any]) -> bytes:
    return f"event: {kind}\ndata: {json.dumps(document, separators=(',', ':'))}\n\n".encode()
