"""Query parameters that an operation does not know are refused: a filter that is misspelt would otherwise be none."""

from collections.abc import Iterator
from difflib import get_close_matches

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError


def only_known(request: Request) -> None:
    """A dependency of routers. Raises RequestValidationError, which names the parameter and the one that was meant."""
    known = sorted(set(_parameters(request.scope["route"].dependant)))
    unknown = [name for name in dict.fromkeys(request.query_params) if name not in known]
    if unknown:
        raise RequestValidationError(
            [{"type": "extra_forbidden", "loc": ("query", name), "msg": _said(name, known)} for name in unknown]
        )


def _parameters(dependant: Dependant) -> Iterator[str]:
    for field in dependant.query_params:
        yield field.alias
    for other in dependant.dependencies:
        yield from _parameters(other)


def _said(name: str, known: list[str]) -> str:
    meant = get_close_matches(name, known, 1)
    if meant:
        return f"is no parameter of this; {meant[0]} is"
    return f"is no parameter of this, which takes {', '.join(known) or 'none'}"
