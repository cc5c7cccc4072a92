"""Who may do what: a middleware that lets nobody in without a token, and what a route asks of whom it let in.

The middleware refuses before a request is routed or its body read, so that a route which is forgotten is shut, not
open. Everything but the two health checks, the sign-in page and what pages look like needs a token, `/metrics` too:
Prometheus can send one. Programs send it each time; browsers are given a session for it, which opens no API.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

import anyio.to_thread
from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.credentials import Credentials, credentials_of
from app.api.paths import WEBHOOKS, is_for_people, is_open, route_path, wants_page
from app.api.problems import answer_to, problem
from app.domain.access import ANYONE, Principal, Role
from app.errors import Forbidden, LeakwatchError, TooManyFailures, Unauthenticated
from app.services.gate import Gate
from app.services.sessions import SessionService

SESSION_COOKIE = "leakwatch_session"
_REALM = 'realm="leakwatch"'
_STATE = "principal"


@dataclass(frozen=True, slots=True)
class Door:
    """What tells who may come in. refusal: what a browser that asks for a page is answered in place of one.

    no_auth: anyone may do all.
    """

    gate: Gate
    sessions: SessionService
    refusal: Callable[[LeakwatchError, Scope], ASGIApp]
    no_auth: bool


class AccessMiddleware:
    """ASGI middleware that puts the request's Principal into its state, or refuses it."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = route_path(scope) if scope["type"] == "http" else ""
        if scope["type"] == "lifespan" or is_open(path):
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # nothing here speaks anything else
            return
        try:
            principal = await self._principal(scope, path)
        except LeakwatchError as error:
            given = credentials_of(scope)
            as_page = wants_page(scope) and not given.given
            refusal = self._door.refusal(error, scope) if as_page else _refusal(error, path, given)
            await refusal(scope, receive, send)
            return
        scope.setdefault("state", {})[_STATE] = principal
        await self._app(scope, receive, send)

    async def _principal(self, scope: Scope, path: str) -> Principal:
        given, door = credentials_of(scope), self._door
        host = scope["client"][0] if scope.get("client") else ""
        if path.startswith(WEBHOOKS):
            if door.no_auth and not door.gate.has_webhook_secret:
                return ANYONE
            return door.gate.admit_webhook(given.bearer, given.basic, host)
        if door.no_auth:
            return ANYONE
        session = None if given.given or not is_for_people(path) else session_of(scope)
        if session is not None:
            known = door.sessions.recall(session)
            return known if known is not None else await _in_thread(door.sessions.admit, session, host)
        if given.bearer is None:
            raise Unauthenticated("this needs a token", "send `Authorization: Bearer lw_...`; an admin can make one")
        known = door.gate.recall(given.bearer, host)
        return known if known is not None else await _in_thread(door.gate.admit, given.bearer, host)


async def _in_thread(admit: Callable[[str, str], Principal], secret: str, host: str) -> Principal:
    return await anyio.to_thread.run_sync(admit, secret, host)


def session_of(scope: Scope) -> str | None:
    """The session that a browser sends, whatever it is worth."""
    return HTTPConnection(scope).cookies.get(SESSION_COOKIE)


def _refusal(error: LeakwatchError, path: str, given: Credentials) -> ASGIApp:
    if isinstance(error, TooManyFailures) and path.startswith(WEBHOOKS):
        # Alertmanager comes again after a 503, and after nothing else.
        headers = {"Retry-After": str(error.retry_after_seconds)}
        return problem(503, "too-many-failures", str(error), instance=path, headers=headers)
    return answer_to(error, path, _challenge(path, given) if isinstance(error, Unauthenticated) else None)


def _challenge(path: str, given: Credentials) -> Mapping[str, str]:
    """RFC 6750, section 3: a reason where credentials were sent, none where not."""
    reason = ', error="invalid_token"' if given.given else ""
    basic = f", Basic {_REALM}" if path.startswith(WEBHOOKS) else ""
    return {"WWW-Authenticate": f"Bearer {_REALM}{reason}{basic}"}


def principal_of(request: Request) -> Principal:
    """Whom the middleware let in. Raises Unauthenticated where it was not asked."""
    found = getattr(request.state, _STATE, None)
    if not isinstance(found, Principal):
        raise Unauthenticated("this needs a token")
    return found


def _at_least(request: Request, role: Role) -> Principal:
    principal = principal_of(request)
    if not principal.role.includes(role):
        raise Forbidden(f"this needs the role {role.value}; the token has {principal.role.value}")
    return principal


# For the OpenAPI document; the middleware has looked at the header by then.
_BEARER = HTTPBearer(auto_error=False, scheme_name="token", description="`lw_...`, by `leakwatch token create`")
# The same for webhooks, whose secrets open nothing else, and which tokens of the API do not open.
WEBHOOK_SCHEMES = {
    "webhookToken": {"type": "http", "scheme": "bearer", "description": "The setting LEAKWATCH_WEBHOOK_TOKEN"},
    "webhookPassword": {
        "type": "http",
        "scheme": "basic",
        "description": "LEAKWATCH_WEBHOOK_USERNAME and its password",
    },
}
WEBHOOK_SECURITY: list[dict[str, list[str]]] = [{name: []} for name in WEBHOOK_SCHEMES]


async def _viewer(request: Request, _: Annotated[object, Security(_BEARER)]) -> Principal:
    return _at_least(request, Role.VIEWER)


async def _responder(request: Request, _: Annotated[object, Security(_BEARER)]) -> Principal:
    return _at_least(request, Role.RESPONDER)


async def _admin(request: Request, _: Annotated[object, Security(_BEARER)]) -> Principal:
    return _at_least(request, Role.ADMIN)


Viewer = Annotated[Principal, Depends(_viewer)]
Responder = Annotated[Principal, Depends(_responder)]
Admin = Annotated[Principal, Depends(_admin)]
