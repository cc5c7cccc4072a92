"""What happens to every request: it is counted, logged, kept from strangers' pages, and its answer hardened."""

import time
from collections.abc import Callable, Collection
from urllib.parse import urlsplit

import structlog
from fastapi import Request
from prometheus_client import Histogram
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.paths import wants_page
from app.api.problems import answer_to
from app.errors import Forbidden, LeakwatchError

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
_HEADERS_UNDER_TLS = {"Strict-Transport-Security": "max-age=31536000"}
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_METHODS = _SAFE_METHODS | {"POST", "PUT", "PATCH", "DELETE"}
_QUIET_ROUTES = frozenset({"/healthz", "/readyz", "/metrics", "/webhooks/alertmanager"})

# Their time is as long as somebody listens, and tells nothing of how soon we answer.
_STREAMS = frozenset({"/events"})


class RequestMiddleware:
    """ASGI middleware; `requests` is observed with (method, route, status), all of them few.

    refusal: what a browser that asks for a page is answered in place of one. origins: pages from there may send
    changing requests, beside those of the host that is asked. root_path: the path that clients find the application
    under.
    """

    def __init__(
        self,
        app: ASGIApp,
        requests: Histogram,
        refusal: Callable[[LeakwatchError, Scope], ASGIApp],
        origins: Collection[str] = (),
        root_path: str = "",
    ) -> None:
        self._app = app
        self._requests = requests
        self._refusal = refusal
        self._root_path = root_path
        self._origins = frozenset(one.lower() for one in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Routing goes by it, whether the proxy that serves us under this path strips it or not.
        scope["root_path"] = self._root_path
        began = time.perf_counter()
        status = 500
        hardened = _HEADERS | (_HEADERS_UNDER_TLS if scope["scheme"] == "https" else {})

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in hardened.items():
                    headers.setdefault(name, value)
                _put_under(self._root_path, headers)
            await send(message)

        try:
            await self._answer(scope, receive, send_on)
        finally:
            self._note(scope, status, time.perf_counter() - began)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _is_from_elsewhere(Request(scope), self._origins):
            error = Forbidden(
                "this request was sent by a page of another site",
                "where a proxy changes the host's name, set LEAKWATCH_PUBLIC_URL to the address that people use",
            )
            refused = self._refusal(error, scope) if wants_page(scope) else answer_to(error, scope["path"])
            await refused(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        if route not in _STREAMS:
            self._requests.labels(method, route, str(status)).observe(seconds)
        log = structlog.get_logger()
        say = log.debug if route in _QUIET_ROUTES and status < 400 else log.info
        say("request", method=method, path=scope["path"][:200], status=status, seconds=round(seconds, 4))


def _put_under(root: str, headers: MutableHeaders) -> None:
    """Routes name paths of the application; its client finds them under the path that a proxy serves us by."""
    for name, opening in (("Location", "/"), ("Link", "</")):
        value = headers.get(name)
        path = "" if value is None else value.removeprefix(opening[:-1])
        if root and value is not None and value.startswith(opening) and not path.startswith(f"{root}/"):
            headers[name] = f"{opening[:-1]}{root}{path}"


def _is_from_elsewhere(request: Request, origins: Collection[str]) -> bool:
    """Whether a browser sends a changing request for a page that is not ours (OWASP: cross-site request forgery)."""
    if request.method in _SAFE_METHODS:
        return False
    origin = request.headers.get("Origin")
    if origin is None or origin.lower() in origins:
        return False
    return _netloc(origin) != request.headers.get("Host")


def _netloc(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # brackets that do not match
        return None
