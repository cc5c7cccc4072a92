"""Errors as pages, for browsers that asked for one; programs are answered with problem documents as ever."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, cast
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.access import SESSION_COOKIE
from app.api.paths import SIGN_IN, wants_page
from app.api.problems import answer_to
from app.domain.access import Principal
from app.errors import LeakwatchError, NotFound, Unauthenticated
from app.web.links import HOME, asked_for
from app.web.page import Page

_Handler = Callable[[Request, Exception], Awaitable[Response]]
_KINDS: tuple[type[Exception], ...] = (LeakwatchError, RequestValidationError, HTTPException, Exception)
_TITLES = {
    400: "That cannot be",
    403: "That is not yours to do",
    404: "There is nothing here",
    405: "There is nothing to see here",
    409: "That cannot be done as things stand",
    412: "It was changed meanwhile",
    422: "That cannot be",
    429: "Too many wrong tokens",
    503: "Not just now",
}
# What problem documents say of these is for programs.
_DETAILS = {
    404: "the address is wrong, or what it led to is gone",
    405: "this address takes what a form sends, and shows nothing by itself",
}
_KEPT_HEADERS = ("Retry-After", "Allow")


def install_error_pages(app: FastAPI) -> None:
    """Turn what the handlers of problems answer into pages where a browser wants one."""
    for kind in _KINDS:
        app.add_exception_handler(kind, _as_page(cast("_Handler", app.exception_handlers[kind])))


def refusal(error: LeakwatchError, scope: Scope) -> ASGIApp:
    """What a browser that asks for a page is answered by whoever stands before the routes."""

    async def answer(_: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if isinstance(error, Unauthenticated):
            await _to_sign_in(request)(scope, receive, send)
            return
        await _page(request, answer_to(error, request.url.path), error)(scope, receive, send)

    return answer


def _to_sign_in(request: Request) -> Response:
    wanted = asked_for(request)
    query = "" if wanted == HOME else f"?{urlencode({'next': wanted})}"
    answer = RedirectResponse(f"{SIGN_IN}{query}", status_code=303)
    if SESSION_COOKIE in request.cookies:
        answer.delete_cookie(SESSION_COOKIE, path=request.scope.get("root_path") or "/")
    return answer


def _as_page(handler: _Handler) -> _Handler:
    async def handled(request: Request, error: Exception) -> Response:
        answer = await handler(request, error)
        return _page(request, answer, error) if wants_page(request.scope) else answer

    return handled


def _page(request: Request, answer: Response, error: Exception) -> Response:
    """The page that says what a problem document does."""
    problem: dict[str, Any] = json.loads(bytes(answer.body))
    found = getattr(request.state, "principal", None)
    page = Page(request, found if isinstance(found, Principal) else None)
    status = answer.status_code
    if isinstance(error, RequestValidationError) and any(one["loc"][0] == "path" for one in error.errors()):
        status = 404  # /silences/abc is no wrong number to people, but an address that leads nowhere
    title = _TITLES.get(status, "leakwatch made a mistake" if status == 500 else problem["title"])
    detail = _detail(status, error, problem["detail"])
    came_from = page.here if request.method == "POST" else ""
    shown = page.show_error(status, {"title": title, "status": status, "detail": detail, "came_from": came_from})
    for name in _KEPT_HEADERS:
        if name in answer.headers:
            shown.headers[name] = answer.headers[name]
    return shown


def _detail(status: int, error: Exception, told: str) -> str:
    """What went wrong, for people. Hints on what is not found, and on cursors, are for programs."""
    if isinstance(error, NotFound):
        return f"{error}; it may be so old that it is not kept any more"
    if status == 400 and told.startswith("cursor: "):
        return "this place in the list is not known any more; begin at its first page"
    return _DETAILS.get(status, told)
