"""`/docs`: the API's reference as a page, made from its OpenAPI document, with nothing from elsewhere."""

from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from app.api.access import Viewer

router = APIRouter(include_in_schema=False)
_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class _Operation:
    method: str
    path: str
    tag: str
    summary: str
    description: str
    parameters: list[dict[str, Any]]
    answers: list[tuple[str, str, str, list[str]]]


@router.get("/docs")
def docs(request: Request, _: Viewer) -> HTMLResponse:
    """The page."""
    document = request.app.openapi()
    environment = Environment(loader=PackageLoader("app.api", "pages"), autoescape=True, undefined=StrictUndefined)
    environment.filters["as_code"] = _as_code
    tags: dict[str, list[_Operation]] = {}
    for operation in _operations(document):
        tags.setdefault(operation.tag, []).append(operation)
    told = {tag["name"]: tag["description"] for tag in document["tags"]}
    schemas = document["components"]["schemas"]
    models = [
        (name, schemas[name].get("description", ""), _fields(schemas[name]), schemas[name].get("enum", []))
        for name in sorted(schemas)
    ]
    page = environment.get_template("docs.html").render(
        info=document["info"], tags=tags, told=told, models=models, root=request.scope.get("root_path", "")
    )
    return HTMLResponse(page)


def _as_code(text: str) -> Markup:
    """What stands between backticks as code; all of it escaped."""
    parts = [escape(part) for part in text.split("`")]
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if odd % 2 else part for odd, part in enumerate(parts)
    )


@router.get("/openapi.json")
def openapi(request: Request, _: Viewer) -> dict[str, Any]:
    """The document that the page is made from."""
    document: dict[str, Any] = request.app.openapi()
    return document


@router.get("/docs/style.css")
def style(_: Viewer) -> Response:
    """The page's style sheet."""
    return Response((files("app.api") / "pages" / "docs.css").read_text(encoding="utf-8"), media_type="text/css")


def _operations(document: dict[str, Any]) -> list[_Operation]:
    return [
        _Operation(
            method=method.upper(),
            path=path,
            tag=operation["tags"][0],
            summary=operation["summary"],
            description=operation.get("description", ""),
            parameters=[
                {**one, "type": type_of(one["schema"]), "text": one.get("description", "")}
                for one in operation.get("parameters", [])
            ],
            answers=[
                (status, answer["description"], _answer_model(answer), sorted(answer.get("headers", {})))
                for status, answer in sorted(operation["responses"].items())
            ],
        )
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in _METHODS
    ]


def _answer_model(answer: dict[str, Any]) -> str:
    for content in answer.get("content", {}).values():
        reference: str = content.get("schema", {}).get("$ref", "")
        if reference:
            return reference.rpartition("/")[2]
    return ""


def _fields(schema: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (name, type_of(field), field.get("description", "")) for name, field in schema.get("properties", {}).items()
    ]


def type_of(schema: dict[str, Any]) -> str:
    """A JSON schema in few words: `string | null`, `list of Event`, `integer 1 to 200`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(type_of(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    if schema.get("type") == "array" and "items" in schema:
        return f"list of {type_of(schema['items'])}"
    bounds = f" {schema['minimum']} to {schema['maximum']}" if {"minimum", "maximum"} <= schema.keys() else ""
    return f"{schema.get('format') or schema.get('type', 'any')}{bounds}"
