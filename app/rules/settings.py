"""Reading `leakwatch-rules.yml`. Whatever is wrong in it is said with the line and the fix."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from alert_rules.pack import PackKind
from alert_rules.registry import PACKS
from app.rules import names
from app.rules.chosen import Misplaced, check_disabled, check_labels, chosen_packs, options_of
from app.rules.complaint import told
from app.rules.located import Located, Place, parse_located, read_located
from app.rules.route_plan import MisplacedRoute, plan_of
from app.rules.settings_model import RuleSettings

__all__ = ["FILE_NAME", "RuleSettings", "load", "loads"]

FILE_NAME = "leakwatch-rules.yml"


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
        raise told(file, RuleSettings, error.errors(include_url=False)) from None
    for place, check in _checks(settings, known):
        try:
            check()
        except Misplaced as error:
            raise file.error(error.place, str(error), error.hint) from None
        except MisplacedRoute as error:
            raise file.error((*place, *error.place), str(error), error.hint) from None
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
    yield ("labels",), partial(check_labels, settings, known)
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
    yield ("alertmanager",), partial(plan_of, settings.alertmanager, ())
