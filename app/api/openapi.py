"""The OpenAPI document: FastAPI's, with what holds of every operation said of each."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.api.access import WEBHOOK_SCHEMES
from app.api.problems import documented
from app.api.schemas import ProblemModel

_METHODS = frozenset({"get", "put", "post", "delete", "patch"})
_EVERYWHERE = (400, 413, 431, 503)
_WITH_SECRET = (401, 403)
_WITH_TOKEN = (429,)


def openapi_of(app: FastAPI, root_path: str) -> dict[str, Any]:
    """The document, made once: invalid requests, refusals and limits are problems like all others.

    root_path: the path under which clients find the application; empty for none.
    """
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            servers=[{"url": root_path}] if root_path else None,
        )
        schemas = document["components"]["schemas"]
        schemas["Problem"] = ProblemModel.model_json_schema(ref_template="#/components/schemas/{model}")
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        document["components"].setdefault("securitySchemes", {}).update(WEBHOOK_SCHEMES)
        for path in document["paths"].values():
            for method, operation in path.items():
                if method in _METHODS:
                    _complete(operation)
        app.openapi_schema = document
    return app.openapi_schema


def _complete(operation: dict[str, Any]) -> None:
    secrets = operation.get("security", [])
    statuses = [*_EVERYWHERE, *(_WITH_SECRET if secrets else ()), *(_WITH_TOKEN if {"token": []} in secrets else ())]
    for status, answer in documented(*statuses).items():
        operation["responses"].setdefault(str(status), answer)
