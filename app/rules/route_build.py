"""Alertmanager configurations as the settings want them, and the table that tries their routes."""

from dataclasses import dataclass
from typing import Any

from alert_rules.alertmanager import from_resource
from alert_rules.alertmanager.documents import YOURS, NoFile, fragments, whole_file
from alert_rules.alertmanager.inhibition import inhibitions
from alert_rules.alertmanager.resource import NoSecretKey, NoTimeZone, resource
from alert_rules.alertmanager.rows import Row, rows, rows_document
from app.errors import UsageError
from app.rules.route_file import RouteFile
from app.rules.route_forms import RouteForm
from app.rules.text import ROUTES

TABLE = "alertmanager-routes.yml"


_NAMES = {
    RouteForm.FILE: "alertmanager.yml",
    RouteForm.FRAGMENTS: "alertmanager-fragments.yml",
    RouteForm.ALERTMANAGERCONFIG: "alertmanagerconfig.yml",
}


@dataclass(frozen=True, slots=True)
class BuiltRoutes:
    """A configuration, and its table. notes: for the reader, in comments before each."""

    name: str
    document: dict[str, Any]
    table: dict[str, Any]
    notes: tuple[str, ...]


def build_routes(file: RouteFile, form: RouteForm) -> BuiltRoutes:
    """The configuration in one form. Raises UsageError where that form cannot say what the settings want."""
    own = form is RouteForm.ALERTMANAGERCONFIG and not file.manifest.all_namespaces
    try:
        document = _document(file, form)
    except NoFile as error:
        raise UsageError(f"{error.place}: no file holds the secret", "write `file: PATH` in its settings") from None
    except NoSecretKey as error:
        hint = "write `secret: NAME` and `key: KEY` in its settings"
        raise UsageError(f"{error.place}: no Kubernetes Secret holds the secret", hint) from None
    except NoTimeZone as error:
        raise UsageError(
            f"hours {error.hours}: an AlertmanagerConfig knows no time zone but UTC",
            "write them in UTC, and leave location out",
        ) from None
    table: dict[str, Any] = {"configuration": _NAMES[form], "alerts": rows_document(_rows(file, form) + file.rows)}
    if form is RouteForm.ALERTMANAGERCONFIG:
        table["all_namespaces"] = file.manifest.all_namespaces
    return BuiltRoutes(_NAMES[form], document, table, tuple(_notes(form, own)))


def files_of(built: BuiltRoutes, source: str) -> dict[str, str]:
    """What is written, by name. source: the settings' file, as the header names it."""
    return {
        built.name: ROUTES.written(built.document, source, *built.notes),
        TABLE: ROUTES.written(
            built.table,
            source,
            "Alerts, and who is told of each, in order: `leakwatch rules alertmanager test` tries them with amtool.",
        ),
    }


def _document(file: RouteFile, form: RouteForm) -> dict[str, Any]:
    match form:
        case RouteForm.FILE:
            return whole_file(file.plan)
        case RouteForm.FRAGMENTS:
            return fragments(file.plan)
        case RouteForm.ALERTMANAGERCONFIG:
            return resource(file.plan, file.manifest)


def _rows(file: RouteFile, form: RouteForm) -> tuple[Row, ...]:
    if form is RouteForm.FRAGMENTS:
        return rows(file.plan, others=YOURS)
    if form is RouteForm.ALERTMANAGERCONFIG and not file.manifest.all_namespaces:
        namespace = file.manifest.namespace or from_resource.DEFAULT_NAMESPACE
        return rows(file.plan, only=namespace, others=from_resource.ROOT)
    return rows(file.plan)


def _notes(form: RouteForm, own: bool) -> list[str]:
    if form is RouteForm.FRAGMENTS:
        notes = [
            "Put each list before the entries of the same list of yours; `routes` are those below your `route`.",
            "Behind them all, put a route with your usual receiver and no matchers: our webhook's route goes on, and",
            "what fits no route after it would not come to the receiver of your `route`.",
        ]
    elif own:
        notes = [
            "Alerts of its own namespace only: the operator sees to that. Neither a watchdog nor a node has one.",
        ]
    else:
        notes = []
    rules = inhibitions(of_one_namespace=own)
    return notes + [f"Quiet, rule {number}: {rule.why}" for number, rule in enumerate(rules, 1)]
