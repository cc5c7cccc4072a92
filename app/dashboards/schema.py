"""Whether a document is what the Foundation SDK's schema of classic dashboards allows.

The Python package has no JSON Schema; its classes are generated from the same source and carry the same types. So the
document is read into them, every field is compared with its annotation, and what the classes do not know of is what
is lost on the way back.
"""

import json
import types
import typing
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.cog.runtime import UnknownDataquery
from grafana_foundation_sdk.models.dashboard import Dashboard


def violations(document: Mapping[str, Any]) -> Iterator[str]:
    """Where the document breaks the schema, each with what is wrong."""
    register_default_plugins()
    given = without_nothing(document)
    try:
        model = Dashboard.from_json(given)
        back = json.loads(JSONEncoder().encode(model))
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        yield f"is not in the form of a dashboard: {type(error).__name__} {error}"
        return
    yield from _mistyped(model, Dashboard, "")
    lost = list(_lost(given, back, ""))
    yield from lost
    if not lost:
        yield from _missing(given)


def _missing(document: Mapping[str, Any]) -> Iterator[str]:
    """What the classes fill in where it is not there, and a dashboard cannot do without."""
    variables = document.get("templating", {}).get("list", ())
    for number, variable in enumerate(variables):
        for key in ("type", "name"):
            if not variable.get(key):
                yield f"templating.list[{number}]: has no {key}"


def without_nothing(part: Any) -> Any:
    """A document without its nulls: where Grafana writes one, the key may as well not be there."""
    if isinstance(part, Mapping):
        return {name: without_nothing(value) for name, value in part.items() if value is not None}
    return [without_nothing(one) for one in part] if isinstance(part, list) else part


def _mistyped(value: Any, wanted: Any, where: str) -> Iterator[str]:
    form = _form(wanted)
    if isinstance(value, dict) and form is not None:  # which the SDK left as it was
        yield from _lost(value, json.loads(JSONEncoder().encode(form.from_json(value))), where)
        value = form.from_json(value)
    if not _fits(value, wanted):
        yield f"{where.lstrip('.')}: {_short(value)} is not {_name(wanted)}"
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _mistyped(one, _inside(wanted, one), f"{where}[{number}]")
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _mistyped(one, _inside(wanted, one), f"{where}.{name}")
    # Of a plugin's query the SDK does not know the form.
    elif hasattr(value, "to_json") and not isinstance(value, UnknownDataquery):
        for name, hint in typing.get_type_hints(type(value)).items():
            yield from _mistyped(getattr(value, name), hint, f"{where}.{_as_in_json(name)}")


def _as_in_json(name: str) -> str:
    """The SDK's `grid_pos` and `list_val` are `gridPos` and `list` in a dashboard."""
    first, *rest = name.removesuffix("_val").split("_")
    return first + "".join(part.capitalize() for part in rest)


def _alternatives(wanted: Any) -> tuple[Any, ...]:
    return get_args(wanted) if get_origin(wanted) in {Union, types.UnionType} else (wanted,)


def _form(wanted: Any) -> Any:
    """The class of the SDK among the alternatives, where there is just one."""
    found = [one for one in _alternatives(wanted) if hasattr(one, "from_json")]
    return found[0] if len(found) == 1 else None


def _fits(value: Any, wanted: Any) -> bool:
    """Whether a value is of a type, as far as its outermost layer goes."""
    return any(_fits_one(value, one) for one in _alternatives(wanted))


def _fits_one(value: Any, wanted: Any) -> bool:
    origin = get_origin(wanted)
    if wanted in {object, Any}:
        return True
    if origin is Literal:
        return value in get_args(wanted)
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return value in [one.value for one in wanted]  # a list: the value may be one that has no hash
    if wanted in {int, float}:
        return isinstance(value, int if wanted is int else (int, float)) and not isinstance(value, bool)
    return isinstance(value, origin or wanted)


def _inside(wanted: Any, value: Any) -> Any:
    """The type of what a list or a mapping holds; of alternatives, that which the value fits, else the last."""
    inside = [get_args(one)[-1] for one in _alternatives(wanted) if get_origin(one) in {list, dict}]
    return next((one for one in inside if _fits(value, one)), inside[-1] if inside else object)


def _lost(given: Any, back: Any, where: str) -> Iterator[str]:
    if isinstance(given, Mapping) and isinstance(back, Mapping):
        for name, value in given.items():
            if name not in back:
                yield f"{where}.{name}".lstrip(".") + ": is no part of the schema"
            else:
                yield from _lost(value, back[name], f"{where}.{name}")
    elif isinstance(given, list) and isinstance(back, list) and len(given) == len(back):
        for number, (one, other) in enumerate(zip(given, back, strict=True)):
            yield from _lost(one, other, f"{where}[{number}]")
    elif isinstance(back, dict | list) or isinstance(given, Mapping | list):
        yield f"{where.lstrip('.')}: {_short(given)} is not of the form that the schema wants"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _name(wanted: Any) -> str:
    names = [getattr(one, "__name__", str(one)) for one in _alternatives(wanted) if one is not type(None)]
    return " or ".join(names)
