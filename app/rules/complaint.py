"""What pydantic finds wrong with `leakwatch-rules.yml`, as a line, a key and a fix."""

import difflib
from collections.abc import Sequence
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from app.errors import SettingsError
from app.rules.located import Located

_KINDS = {
    "string_type": "is no text; put it in quotes",
    "dict_type": "is no mapping; write `key: value` below it",
    "model_type": "is no mapping; write `key: value` below it",
    "tuple_type": "is no list; write `- one` below it",
    "list_type": "is no list; write `- one` below it",
    "missing": "is missing; write it",
    "greater_than_equal": "is below 0; write 0 for any number",
}


def told(file: Located, model: type[BaseModel], found: Sequence[ErrorDetails]) -> SettingsError:
    """The error to raise, of all that were found. model: that of the whole file."""
    # A key that is misspelt is missing, too: the misspelling is what to tell of.
    error = next((one for one in found if one["type"] == "extra_forbidden"), found[0])
    loc, kind = error["loc"], error["type"]
    place = file.known(loc)
    if kind == "extra_forbidden":
        fields = _keys_at(model, loc[:-1])
        close = difflib.get_close_matches(str(loc[-1]), fields, 1)
        return file.error(place, "is no setting", f"write {close[0]}" if close else f"there are {', '.join(fields)}")
    if kind == "missing":
        place = (*place, loc[-1])
    message = error["msg"].removeprefix("Value error, ")
    return file.error(place, _KINDS.get(kind, message[:1].lower() + message[1:]))


def _keys_at(model: type[BaseModel], loc: Sequence[int | str]) -> list[str]:
    """What may be written at a place of the file."""
    annotation: Any = model
    for step in loc:
        annotation = _below(_bare(annotation), step)
    annotation = _bare(annotation)
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return []
    return [field.alias or name for name, field in annotation.model_fields.items()]


def _below(annotation: Any, step: int | str) -> Any:
    """The type of one entry of a type."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = {field.alias or name: field for name, field in annotation.model_fields.items()}
        return fields[str(step)].annotation
    arguments = get_args(annotation)
    return arguments[1] if get_origin(annotation) is dict else arguments[0]


def _bare(annotation: Any) -> Any:
    """A type, without what may stand around it."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in {Union, UnionType}:
        return _bare(next(one for one in get_args(annotation) if one is not type(None)))
    return annotation
