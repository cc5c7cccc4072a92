"""What a change makes of an object, field by field, with nothing secret in it. Pure."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.domain.hiding import LONGEST, shown_argument, shown_value
from app.domain.mitigation.model import FieldChange
from app.text import printable

MOST_CHANGES = 200
# What a value is called: a variable, a header of a probe; an annotation or a label.
_CALLED = re.compile(r"\[([^\[\]]*)\]\.value$|\[([^\[\]]*)\]$|\.(?:annotations|labels|matchLabels)\.([^.\[]+)$")
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
    """What tells the elements of a list apart: a name they have, with a number where it is there more than once."""
    named = [names for key in _KEYS if all(names := [_name(one, key) for one in values])]
    alone = [names for names in named if len(set(names)) == len(names)]
    if not named:
        return [str(number) for number in range(len(values))]
    names = (alone or named)[0]
    before = [names[:number].count(name) for number, name in enumerate(names)]
    return [f"{name} {times + 1}" if times else name for name, times in zip(names, before, strict=True)]


def _name(element: Any, key: str) -> str:
    return str(element[key]) if isinstance(element, Mapping) and key in element else ""


def _shown(path: str, value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, list):
        return shown_argument([str(one) for one in value])
    text = value if isinstance(value, str) else json.dumps(value)
    if path.endswith(".image"):
        # A name and a tag, however secret the name sounds.
        return printable(text, LONGEST)
    called = _CALLED.search(path)
    return shown_value(next(filter(None, called.groups()), "") if called else "", text)
