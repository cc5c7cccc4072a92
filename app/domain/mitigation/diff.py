"""What a change makes of an object, field by field, with nothing secret in it. Pure."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.domain.hiding import shown_argument, shown_value
from app.domain.mitigation.model import FieldChange

MOST_CHANGES = 200
_VARIABLE = re.compile(r"\.env\[(.*)\]\.value$")
# What the API server keeps for itself, and copies of the object in itself.
_LEFT_OUT = frozenset(
    {
        *("status", "metadata.managedFields", "metadata.resourceVersion", "metadata.generation", "metadata.uid"),
        *("metadata.creationTimestamp", "metadata.annotations[kubectl.kubernetes.io/last-applied-configuration]"),
        "metadata.annotations[deprecated.daemonset.template.generation]",
    }
)
# Elements of these lists are known by the field that Kubernetes merges them by.
_KEYS = ("name", "containerPort", "mountPath", "key", "ip")


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """Every field that differs, in order of its path; up to MOST_CHANGES, and a last one that says how many more.

    What may be a secret is hidden; that it differs is told all the same.
    """
    one, other = dict(_fields(before, "")), dict(_fields(after, ""))
    changed = [
        FieldChange(path, _shown(path, one.get(path)), _shown(path, other.get(path)))
        for path in sorted(one.keys() | other.keys())
        if one.get(path) != other.get(path)
    ]
    if len(changed) > MOST_CHANGES:
        changed[MOST_CHANGES:] = [FieldChange(f"and {len(changed) - MOST_CHANGES} more fields", None, None)]
    return tuple(changed)


def _fields(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """(path, value) of every leaf."""
    if path in _LEFT_OUT:
        return
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from _fields(inner, _joined(path, str(name)))
    elif isinstance(value, list) and value and not all(isinstance(one, str) for one in value):
        for place, inner in zip(_places(value), value, strict=True):
            yield from _fields(inner, f"{path}[{place}]")
    elif value is not None:
        yield path, value


def _joined(path: str, name: str) -> str:
    if "." in name or "/" in name:
        return f"{path}[{name}]"
    return f"{path}.{name}" if path else name


def _places(values: Sequence[Any]) -> list[str]:
    for key in _KEYS:
        names = [str(one.get(key)) if isinstance(one, Mapping) and key in one else None for one in values]
        if all(names) and len(set(names)) == len(names):
            return [str(name) for name in names]
    return [str(number) for number in range(len(values))]


def _shown(path: str, value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, list):
        return shown_argument([str(one) for one in value])
    text = value if isinstance(value, str) else json.dumps(value)
    variable = _VARIABLE.search(path)
    return shown_value(variable[1] if variable else "", text)
