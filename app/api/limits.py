"""What one request may cost: the sizes of its head and its body, and the time until its answer begins."""

import asyncio
import contextlib
from dataclasses import dataclass

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.paths import WEBHOOKS, route_path
from app.api.problems import problem

_RETRY_AFTER_SECONDS = 5
# The server below bounds only heads that come in pieces.
_HEAD_BYTES = 32_768


@dataclass(frozen=True, slots=True)
class Limits:
    """seconds: until the answer begins, the time to read the body included."""

    body_bytes: int
    webhook_body_bytes: int
    seconds: float


class LimitsMiddleware:
    """ASGI middleware. An answer that has begun is never cut off; work that goes on in a thread cannot be ended, and
    is left to itself once its client has been answered."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits
        # The event loop alone does not keep a task alive.
        self._left_behind: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _head_bytes(scope) > _HEAD_BYTES:
            await problem(431, "head-too-large", f"address and headers are larger than {_HEAD_BYTES} bytes")(
                scope, receive, send
            )
            return
        webhook = route_path(scope).startswith(WEBHOOKS)
        most = self._limits.webhook_body_bytes if webhook else self._limits.body_bytes
        body, answer = _Body(receive, most), _Answer(send)
        if _declared_bytes(scope) > most:
            body.too_large = True
        else:
            await self._work(scope, body, answer)
        if answer.begun:
            return
        # What the application may still say of this request is not heard any more.
        answer.over = True
        refusal = _too_large(most, scope) if body.too_large else _too_slow(self._limits.seconds, scope)
        await refusal(scope, receive, send)

    async def _work(self, scope: Scope, body: "_Body", answer: "_Answer") -> None:
        """Let the application answer, until its time is up; returns without an answer where it may give none."""
        answer.body = body
        task = asyncio.ensure_future(_run(self._app, scope, body.receive, answer.send))
        try:
            await asyncio.wait({task}, timeout=self._limits.seconds)
            if not task.done() and answer.begun:
                await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
            raise
        if not task.done():
            task.cancel()
            self._left_behind.add(task)
            task.add_done_callback(self._forget)
            return
        # A reader of a body that is too large sees its client go away.
        with contextlib.suppress(ClientDisconnect) if body.too_large else contextlib.nullcontext():
            task.result()

    def _forget(self, task: "asyncio.Task[None]") -> None:
        self._left_behind.discard(task)
        if not task.cancelled():
            task.exception()  # nobody is left to be told


async def _run(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


class _Body:
    """Counts a body as it comes in, however it is sent."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._most = most
        self._seen = 0
        self.too_large = False

    async def receive(self) -> Message:
        if self.too_large:
            return {"type": "http.disconnect"}
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self._seen > self._most:
            self.too_large = True
            return {"type": "http.disconnect"}
        return message


class _Answer:
    """Passes an answer on, unless the request has been answered otherwise."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False
        self.over = False
        self.body: _Body | None = None

    async def send(self, message: Message) -> None:
        refused = self.body is not None and self.body.too_large
        if self.over or (refused and not self.begun):
            return
        self.begun = True
        await self._send(message)


def _head_bytes(scope: Scope) -> int:
    target = len(scope["path"]) + len(scope["query_string"])
    return target + sum(len(name) + len(value) for name, value in scope["headers"])


def _declared_bytes(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value[:20])
    return 0


def _too_large(most: int, scope: Scope) -> ASGIApp:
    return problem(413, "too-large", f"the body is larger than {most} bytes", instance=scope["path"])


def _too_slow(seconds: float, scope: Scope) -> ASGIApp:
    # Not 408: Alertmanager takes that for a final answer.
    return problem(
        503,
        "too-slow",
        f"this took longer than {seconds:g} s; what it changes may still happen",
        instance=scope["path"],
        headers={"Retry-After": str(_RETRY_AFTER_SECONDS)},
    )
