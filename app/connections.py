"""Connections as uvicorn has them, and how long and how large what comes before an answer may be."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.api.problems import problem

_HEAD_SECONDS = 10.0
# Its parser, unlike h11, bounds no head.
_LARGEST_HEAD_BYTES = 32_768
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class PatientProtocol(HttpToolsProtocol):
    """Closes a connection on which no whole request head has come in time: whoever sends a byte now and then, or goes
    on sending a body that has been refused, must not hold it. Between two requests uvicorn's own limit holds.

    And one on which too much comes that is neither a whole head nor body: heads, chunk extensions and trailers would
    fill the memory otherwise.
    """

    head_seconds = _HEAD_SECONDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_timer: asyncio.TimerHandle | None = None
        self._came_to_something = False
        self._pending_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Stop waiting once a request is whole enough to be answered."""
        self._came_to_something = False
        super().data_received(data)
        self._pending_bytes = 0 if self._came_to_something else self._pending_bytes + len(data)
        if self._pending_bytes > _LARGEST_HEAD_BYTES and not self.transport.is_closing():
            if not self._is_busy():
                self.transport.write(_TOO_LARGE)
            self.transport.close()
        elif self._is_busy():
            self._stop_waiting()
        elif self._head_timer is None:
            self._wait()

    def on_headers_complete(self) -> None:
        """A head has come."""
        self._came_to_something = True
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Some of a body has come."""
        self._came_to_something = True
        super().on_body(body)

    def send_400_response(self, msg: str) -> None:
        """Say as all other errors are said that this is no HTTP, and close."""
        said = problem(400, "bad-request", "this is not HTTP: a line, a header or a chunk is malformed")
        headers = [*said.raw_headers, (b"connection", b"close")]
        head = b"".join(b"%b: %b\r\n" % pair for pair in headers)
        self.transport.write(b"HTTP/1.1 400 Bad Request\r\n%b\r\n%b" % (head, bytes(said.body)))
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _is_busy(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait(self) -> None:
        self._head_timer = self.loop.call_later(self.head_seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up(self) -> None:
        self._head_timer = None
        if not self._is_busy():
            self.transport.close()
