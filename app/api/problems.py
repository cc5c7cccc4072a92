"""Errors as problem documents (RFC 9457): a stable `type`, a title, the status, and what to do about it."""

from collections.abc import Mapping, Sequence
from http import HTTPMethod, HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.routing import Match

from app.api.headers import OF_PROBLEMS
from app.errors import (
    ClusterError,
    ClusterRefused,
    Conflict,
    EditConflict,
    Forbidden,
    KeyReused,
    LeakwatchError,
    NotFound,
    ObjectNotFound,
    Outdated,
    Overloaded,
    ScanInProgress,
    StorageError,
    TooManyFailures,
    Unauthenticated,
    UsageError,
)

MEDIA_TYPE = "application/problem+json"
_TYPES = "urn:leakwatch:problem:"
_RETRY_AFTER_SECONDS = 5
# RFC 6750, section 3.1: the token is good, and may not do this.
SHORT_OF_SCOPE = 'Bearer realm="leakwatch", error="insufficient_scope"'

# What each error is over HTTP, and the stable name of its kind. The first that fits counts.
_ERRORS: tuple[tuple[type[LeakwatchError], int, str], ...] = (
    (NotFound, 404, "not-found"),
    (ScanInProgress, 409, "scan-in-progress"),
    (Outdated, 412, "outdated"),
    (KeyReused, 422, "idempotency-key-reused"),
    (Conflict, 409, "conflict"),
    (Unauthenticated, 401, "unauthenticated"),
    (Forbidden, 403, "forbidden"),
    (TooManyFailures, 429, "too-many-failures"),
    (Overloaded, 503, "overloaded"),
    (ObjectNotFound, 404, "object-not-found"),
    (EditConflict, 409, "edit-conflict"),
    (ClusterRefused, 422, "cluster-refused"),
    (ClusterError, 502, "cluster-unavailable"),
    (StorageError, 503, "database-unavailable"),
    (UsageError, 400, "bad-request"),
    (LeakwatchError, 500, "failed"),
)
_NAMES = {404: "not-found", 405: "method-not-allowed", 403: "forbidden"}


def problem(
    status: int,
    name: str,
    detail: str,
    *,
    instance: str | None = None,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> JSONResponse:
    """A problem document. name: the stable last part of its `type`; more: further members."""
    document = {"type": _TYPES + name, "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    if instance is not None:
        document["instance"] = instance
    return JSONResponse(document, status, media_type=MEDIA_TYPE, headers=dict(headers or {}))


def install_problems(app: FastAPI) -> None:
    """Answer every error of the application with a problem document."""
    app.add_exception_handler(LeakwatchError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI is told of the problems that an operation can answer with."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            **({"headers": OF_PROBLEMS[status]} if status in OF_PROBLEMS else {}),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }


def answer_to(error: LeakwatchError, path: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The problem document for an error of ours. path: what was asked for."""
    status, name = next((status, name) for kind, status, name in _ERRORS if isinstance(error, kind))
    hint = getattr(error, "hint", "")
    wait = getattr(error, "retry_after_seconds", _RETRY_AFTER_SECONDS)
    more = {"Retry-After": str(wait)} if status in {409, 429, 503} else {}
    detail = f"{error}; {hint}" if hint else str(error)
    return problem(status, name, detail, instance=path, headers={**more, **(headers or {})})


async def _known(request: Request, error: Exception) -> Response:
    if not isinstance(error, LeakwatchError):
        raise TypeError("this answers errors of ours alone")
    headers = {"WWW-Authenticate": SHORT_OF_SCOPE} if isinstance(error, Forbidden) else None
    return answer_to(error, request.url.path, headers)


async def _invalid(request: Request, error: Exception) -> Response:
    found: Sequence[Any] = error.errors() if isinstance(error, RequestValidationError) else ()
    errors = [
        {
            "in": str(one["loc"][0]),
            "field": ".".join(str(part) for part in one["loc"][1:]) or str(one["loc"][0]),
            "message": one["msg"].removeprefix("Value error, "),
        }
        for one in found
    ]
    detail = "; ".join(f"{one['field']}: {one['message']}" for one in errors)
    return problem(422, "invalid-request", detail, instance=request.url.path, errors=errors)


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_methods_of(request))
    details = {
        404: "there is nothing at this address; /docs lists what there is",
        405: f"{request.method} is not possible here",
    }
    said = str(error.detail) if isinstance(error, HTTPException) else ""
    return problem(
        status,
        _NAMES.get(status, "bad-request" if status < 500 else "failed"),
        details.get(status, said),
        instance=request.url.path,
        headers=headers,
    )


def _methods_of(request: Request) -> list[str]:
    """What an address takes: each method is a route of its own, and the one that refused knows of itself alone."""
    routes = request.app.routes

    def takes(method: HTTPMethod) -> bool:
        asked = {**request.scope, "method": method.value}
        return any(route.matches(asked)[0] is Match.FULL for route in routes)

    return [method.value for method in HTTPMethod if takes(method)]


async def _unforeseen(request: Request, error: Exception) -> Response:
    # The trace goes to the log, never to the client.
    structlog.get_logger().error("request failed", path=request.url.path, exc_info=error)
    return problem(500, "failed", "leakwatch made a mistake; its log has the details", instance=request.url.path)
