"""Reading what `leakwatch-rules.yml` says under `alertmanager:`. Whatever is wrong in it is said with line and fix."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from alert_rules.alertmanager.plan import Plan
from alert_rules.alertmanager.resource import Manifest
from alert_rules.alertmanager.rows import Row
from app.errors import SettingsError
from app.rules.located import Located, parse_located, read_located
from app.rules.route_plan import MisplacedRoute, manifest_of, plan_of, rows_of
from app.rules.route_settings import RouteSettings

_KEY = "alertmanager"
_KINDS = {
    "string_type": "is no text; put it in quotes",
    "dict_type": "is no mapping; write `key: value` below it",
    "model_type": "is no mapping; write `key: value` below it",
    "tuple_type": "is no list; write `- one` below it",
    "missing": "is missing; write it",
    "greater_than_equal": "is below 0; write 0 for any number",
}


@dataclass(frozen=True, slots=True)
class RouteFile:
    """What the file says. name: the file, as messages call it; rows: what people added to the table."""

    name: str
    plan: Plan
    manifest: Manifest
    rows: tuple[Row, ...]


def load_routes(path: Path | None, own_alerts: Sequence[str]) -> RouteFile:
    """The routes in a file; the defaults where there is none. Raises SettingsError: line, key and fix."""
    return _routes(parse_located("", "") if path is None else read_located(path), own_alerts)


def routes_in(text: str, own_alerts: Sequence[str], name: str = "leakwatch-rules.yml") -> RouteFile:
    """The same, of a text."""
    return _routes(parse_located(text, name), own_alerts)


def _routes(file: Located, own_alerts: Sequence[str]) -> RouteFile:
    data = file.data.get(_KEY)
    try:
        settings = RouteSettings.model_validate({} if data is None else data)
        return RouteFile(file.name, plan_of(settings, own_alerts), manifest_of(settings), rows_of(settings))
    except ValidationError as error:
        # A key that is misspelt is missing, too: the misspelling is what to tell of.
        found = error.errors(include_url=False)
        raise _told(file, next((one for one in found if one["type"] == "extra_forbidden"), found[0])) from None
    except MisplacedRoute as error:
        raise file.error((_KEY, *error.place), str(error), error.hint) from None


def _told(file: Located, error: ErrorDetails) -> SettingsError:
    loc = error["loc"]
    place = file.known((_KEY, *loc))
    kind = error["type"]
    if kind == "extra_forbidden":
        fields = [field.alias or name for name, field in _model_at(loc[:-1]).model_fields.items()]
        close = difflib.get_close_matches(str(loc[-1]), fields, 1)
        return file.error(place, "is no setting", f"write {close[0]}" if close else f"there are {', '.join(fields)}")
    if kind == "missing":
        place = (*place, loc[-1])
    message = error["msg"].removeprefix("Value error, ")
    return file.error(place, _KINDS.get(kind, message[:1].lower() + message[1:]))


def _model_at(loc: tuple[int | str, ...]) -> type[BaseModel]:
    """The model that is at a place below the key."""
    model: type[BaseModel] = RouteSettings
    for step in loc:
        for name, field in model.model_fields.items():
            if step == (field.alias or name):
                model = next((one for one in _types_in(field.annotation) if issubclass(one, BaseModel)), model)
                break
    return model


def _types_in(annotation: Any) -> list[type]:
    if isinstance(annotation, type) and not get_args(annotation):
        return [annotation]
    return [found for one in get_args(annotation) for found in _types_in(one)]
