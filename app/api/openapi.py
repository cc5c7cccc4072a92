"""The OpenAPI document: FastAPI's, with what holds of every operation said of each."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from app.api.access import WEBHOOK_SCHEMES
from app.api.problems import documented
from app.api.schemas import ProblemModel

_METHODS = frozenset({"get", "put", "post", "delete", "patch"})
_EVERYWHERE = (400, 413, 431, 503)
_WITH_SECRET = (401, 403)
_WITH_TOKEN = (429,)
TAGS = {
    "webhooks": "What other systems send, with a secret of its own.",
    "incidents": "Leaks that someone must deal with: to list, to look at, and the series behind them.",
    "acts": "What people do to one incident. Each says what it changed; `If-Match` and `Idempotency-Key` are optional.",
    "alerts": "Alerts of other systems, as Alertmanager told of them, and the incidents they are about.",
    "silences": "Spans of time in which nobody is told of the incidents that match.",
    "mitigations": "Acting on leaks: what is proposed, approved and done in the cluster, and the emergency stop.",
    "workloads": "The latest verdict on every workload's container, leaking or not, and those before it.",
    "gate": "Whether a canary may go on: its memory beside that of the stable revision.",
    "scans": "Looks at every container: what came of them, and what they cost Prometheus.",
    "tokens": "What opens this API. For admins.",
    "grafana": "Annotations, tables and series for Grafana's data sources Infinity, SimpleJSON and simPod's JSON.",
    "operation": "Whether the service is well: for kubelets, load balancers and Prometheus.",
}


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
            tags=[{"name": name, "description": text} for name, text in TAGS.items()],
            servers=[{"url": root_path}] if root_path else None,
        )
        schemas = document["components"]["schemas"]
        problem = ProblemModel.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(problem.pop("$defs"))
        schemas["Problem"] = problem
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        document["components"].setdefault("securitySchemes", {}).update(WEBHOOK_SCHEMES)
        for path in document["paths"].values():
            for method, operation in path.items():
                if method in _METHODS:
                    _complete(operation)
        app.openapi_schema = document
    return app.openapi_schema


def operation_id(route: APIRoute) -> str:
    """What a client that is made of the document calls an operation: its function's name, which stays as it is."""
    return route.name


def _complete(operation: dict[str, Any]) -> None:
    secrets = operation.get("security", [])
    statuses = [*_EVERYWHERE, *(_WITH_SECRET if secrets else ()), *(_WITH_TOKEN if {"token": []} in secrets else ())]
    for status, answer in documented(*statuses).items():
        operation["responses"].setdefault(str(status), answer)
