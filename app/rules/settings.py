"""Reading `leakwatch-rules.yml`. Whatever is wrong in it is said with the line and the fix."""

import difflib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from alert_rules.pack import PackKind
from alert_rules.registry import PACKS
from app.errors import SettingsError
from app.rules import names
from app.rules.chosen import Misplaced, check_disabled, chosen_packs, options_of
from app.rules.located import Located, Place, parse_located, read_located
from app.rules.settings_model import RuleSettings

__all__ = ["FILE_NAME", "RuleSettings", "load", "loads"]

FILE_NAME = "leakwatch-rules.yml"

_KINDS = {
    "string_type": "is no text; put it in quotes",
    "dict_type": "is no mapping; write `key: value` below it",
    "model_type": "is no mapping; write `key: value` below it",
    "tuple_type": "is no list; write `- one` below it",
    "list_type": "is no list; write `- one` below it",
    "missing": "is missing; write it",
}


def load(path: Path | None, known: Sequence[PackKind] = PACKS) -> RuleSettings:
    """The settings in a file; the defaults where there is none. Raises SettingsError: line, key and fix."""
    return RuleSettings() if path is None else _checked(read_located(path), known)


def loads(text: str, name: str = FILE_NAME, known: Sequence[PackKind] = PACKS) -> RuleSettings:
    """The same, of a text. name: what messages call it."""
    return _checked(parse_located(text, name), known)


def _checked(file: Located, known: Sequence[PackKind]) -> RuleSettings:
    try:
        settings = RuleSettings.model_validate(file.data)
    except ValidationError as error:
        found = error.errors(include_url=False)
        # A key that is misspelt is missing, too: the misspelling is what to tell of.
        raise _told(file, next((one for one in found if one["type"] == "extra_forbidden"), found[0])) from None
    for place, check in _checks(settings, known):
        try:
            check()
        except Misplaced as error:
            raise file.error(error.place, str(error), error.hint) from None
        except ValueError as error:
            raise file.error(place, str(error)) from None
    return settings


def _checks(settings: RuleSettings, known: Sequence[PackKind]) -> Iterator[tuple[Place, Callable[[], Any]]]:
    """What types alone do not tell, in the order of the file."""
    yield ("runbook_url",), partial(names.check_runbook_url, settings.runbook_url)
    if settings.team is not None:
        yield ("team",), partial(names.check_text, settings.team)
    for name, value in settings.labels.items():
        yield ("labels", name), partial(names.check_label, name, value)
    yield ("packs",), partial(chosen_packs, settings, known)
    yield ("selectors", "cadvisor"), partial(names.check_matchers, settings.selectors.cadvisor)
    yield ("selectors", "kube_state_metrics"), partial(names.check_matchers, settings.selectors.kube_state_metrics)
    yield ("selectors", "backups"), partial(names.check_matchers, settings.selectors.backups)
    for index, one in enumerate(settings.overrides):
        yield ("overrides", index, "namespace"), partial(names.check_dns, one.namespace)
        if one.workload is not None:
            yield ("overrides", index, "workload"), partial(names.check_dns, one.workload)
    yield ("thresholds",), partial(options_of, settings, known)
    yield ("disable",), partial(check_disabled, settings, known)
    if settings.prometheusrule.namespace is not None:
        yield ("prometheusrule", "namespace"), partial(names.check_dns, settings.prometheusrule.namespace)
    for name, value in settings.prometheusrule.labels.items():
        place = ("prometheusrule", "labels", name)
        yield place, partial(names.check_manifest_label, name, value)


def _told(file: Located, error: ErrorDetails) -> SettingsError:
    place = file.known(error["loc"])
    kind = error["type"]
    if kind == "extra_forbidden":
        fields = list(_model_at(error["loc"][:-1]).model_fields)
        close = difflib.get_close_matches(str(place[-1]), fields, 1)
        return file.error(place, "is no setting", f"write {close[0]}" if close else f"there are {', '.join(fields)}")
    if kind == "missing":
        place = (*place, error["loc"][-1])
    message = error["msg"].removeprefix("Value error, ")
    return file.error(place, _KINDS.get(kind, message[:1].lower() + message[1:]))


def _model_at(place: tuple[int | str, ...]) -> type[BaseModel]:
    """The model that is at a place of the file."""
    model: type[BaseModel] = RuleSettings
    for step in place:
        if isinstance(step, str) and step in model.model_fields:
            annotation = model.model_fields[step].annotation
            model = next((one for one in _types_in(annotation) if issubclass(one, BaseModel)), model)
    return model


def _types_in(annotation: Any) -> Iterator[type]:
    if isinstance(annotation, type) and not get_args(annotation):
        yield annotation
    for one in get_args(annotation):
        yield from _types_in(one)
