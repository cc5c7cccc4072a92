"""Who may do what: a middleware that lets nobody in without a token, and what a route asks of whom it let in.

The middleware refuses before a request is routed or its body read, so that a route which is forgotten is shut, not
open. Everything but the two health checks needs a token, `/metrics` too: Prometheus can send one.
"""

from collections.abc import Mapping
from typing import Annotated

import anyio.to_thread
from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.credentials import Credentials, credentials_of
from app.api.paths import HEALTH, WEBHOOKS, route_path
from app.api.problems import answer_to, problem
from app.domain.access import ANYONE, Principal, Role
from app.errors import Forbidden, LeakwatchError, TooManyFailures, Unauthenticated
from app.services.gate import Gate

_REALM = 'realm="leakwatch"'
# A page that a person opens in a browser: the browser asks for the token, as the password of any user.
_PAGES = frozenset({"/", "/docs", "/docs/style.css", "/openapi.json"})
_STATE = "principal"


class AccessMiddleware:
    """ASGI middleware that puts the request's Principal into its state, or refuses it. no_auth: anyone may do all."""

    def __init__(self, app: ASGIApp, gate: Gate, *, no_auth: bool) -> None:
        self._app = app
        self._gate = gate
        self._no_auth = no_auth

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = route_path(scope) if scope["type"] == "http" else ""
        if scope["type"] == "lifespan" or path in HEALTH:
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # nothing here speaks anything else
            return
        try:
            principal = await self._principal(scope, path)
        except LeakwatchError as error:
            await _refusal(error, path, credentials_of(scope))(scope, receive, send)
            return
        scope.setdefault("state", {})[_STATE] = principal
        await self._app(scope, receive, send)

    async def _principal(self, scope: Scope, path: str) -> Principal:
        given = credentials_of(scope)
        host = scope["client"][0] if scope.get("client") else ""
        if path.startswith(WEBHOOKS):
            if self._no_auth and not self._gate.has_webhook_secret:
                return ANYONE
            return self._gate.admit_webhook(given.bearer, given.basic, host)
        if self._no_auth:
            return ANYONE
        token = given.bearer
        if token is None and path in _PAGES and given.basic is not None:
            token = given.basic[1]
        if token is None:
            raise Unauthenticated("this needs a token", "send `Authorization: Bearer lw_...`; an admin can make one")
        known = self._gate.recall(token, host)
        if known is not None:
            return known
        return await anyio.to_thread.run_sync(self._gate.admit, token, host)


def _refusal(error: LeakwatchError, path: str, given: Credentials) -> ASGIApp:
    if isinstance(error, TooManyFailures) and path.startswith(WEBHOOKS):
        # Alertmanager comes again after a 503, and after nothing else.
        headers = {"Retry-After": str(error.retry_after_seconds)}
        return problem(503, "too-many-failures", str(error), instance=path, headers=headers)
    return answer_to(error, path, _challenge(path, given) if isinstance(error, Unauthenticated) else None)


def _challenge(path: str, given: Credentials) -> Mapping[str, str]:
    """RFC 6750, section 3: a reason where credentials were sent, none where not."""
    if path in _PAGES:
        return {"WWW-Authenticate": f'Basic {_REALM}, charset="UTF-8"'}
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
