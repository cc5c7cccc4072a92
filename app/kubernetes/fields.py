"""Reading objects of the API, in which anything may be missing or of another type."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any


def mapping_in(document: object, *path: str) -> Mapping[str, Any]:
    """The object at a path, or an empty one."""
    found = _at(document, path)
    return found if isinstance(found, Mapping) else {}


def list_in(document: object, *path: str) -> list[Any]:
    """The list at a path, or an empty one."""
    found = _at(document, path)
    return found if isinstance(found, list) else []


def text_in(document: object, *path: str) -> str:
    """The text at a path, or none."""
    found = _at(document, path)
    return found if isinstance(found, str) else ""


def whole_number_in(document: object, *path: str) -> int | None:
    """The whole number at a path, or None. Annotations have theirs as text."""
    found = _at(document, path)
    if isinstance(found, str):
        found = int(found) if found.isascii() and found.isdecimal() and len(found) < 19 else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def time_in(document: object, *path: str) -> float | None:
    """The unix seconds of the time at a path (RFC 3339), or None."""
    try:
        return datetime.fromisoformat(text_in(document, *path)).timestamp()
    except (ValueError, OverflowError):
        return None


def annotation(document: object, name: str) -> str:
    """An annotation of an object, or ""."""
    return text_in(document, "metadata", "annotations", name)


def label(document: object, name: str) -> str:
    """A label of an object, or ""."""
    return text_in(document, "metadata", "labels", name)


def controller_of(document: object) -> Mapping[str, Any]:
    """The ownerReference of what controls the object, or an empty one."""
    owners = [one for one in list_in(document, "metadata", "ownerReferences") if isinstance(one, Mapping)]
    return next((one for one in owners if one.get("controller") is True), owners[0] if owners else {})


def _at(document: object, path: tuple[str, ...]) -> Any:
    for part in path:
        if not isinstance(document, Mapping):
            return None
        document = document.get(part)
    return document
