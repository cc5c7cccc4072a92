"""Checks of dashboards, on their documents: of ours before they are written, of any file that somebody names."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.dashboards.promql import faults, faults_of_variable
from app.dashboards.schema import violations, without_nothing
from dashboards.builder import SCHEMA_VERSION

# Panels that show no data: they need neither unit nor data source.
_WITHOUT_DATA = {"row", "text", "dashlist", "news", "annolist", "alertlist"}
_SIDES = {"x", "y", "w", "h"}
_LINK = re.compile(r"^/d/(?P<uid>leakwatch-[\w-]+)")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong. dashboard: its uid or file; where: the panel or variable, empty for the whole."""

    dashboard: str
    where: str
    message: str

    def __str__(self) -> str:
        place = f"{self.dashboard}: {self.where}" if self.where else self.dashboard
        return f"{place}: {self.message}"


_Found = Iterator[tuple[str, str]]


def problems(documents: Mapping[str, Mapping[str, Any]]) -> tuple[Problem, ...]:
    """All that is wrong with dashboards. documents: by what messages call them."""
    found = [
        Problem(name, where, message) for name, document in documents.items() for where, message in _of_one(document)
    ]
    return (*found, *_of_all(documents))


def _of_one(document: Mapping[str, Any]) -> _Found:
    broken = list(violations(document))
    yield from (("", message) for message in broken)
    # What has not the form of a dashboard is not looked into.
    if not broken:
        for check in _CHECKS:
            yield from check(without_nothing(document))


def _of_all(documents: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    for key in ("uid", "title"):
        count = Counter(str(document[key]) for document in documents.values() if document.get(key))
        for name, document in documents.items():
            if count[str(document.get(key))] > 1:
                yield Problem(name, "", f"another dashboard has the same {key}, {document[key]!r}")
    uids = {str(document.get("uid")) for document in documents.values()}
    for name, document in documents.items():
        led = {found["uid"] for url in _urls(document) if (found := _LINK.match(url))}
        for uid in sorted(led - uids):
            yield Problem(name, "", f"a link leads to {uid!r}, which is no dashboard here")


def _urls(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        if isinstance(part.get("url"), str):
            yield part["url"]
        for inside in part.values():
            yield from _urls(inside)
    elif isinstance(part, list):
        for inside in part:
            yield from _urls(inside)


def _panels(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for panel in document.get("panels") or ():
        yield panel
        yield from panel.get("panels") or ()


def _called(panel: Mapping[str, Any]) -> str:
    return f"panel {panel.get('title') or panel.get('id') or '?'!r}"


def _variables(document: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = document.get("templating", {}).get("list") or ()
    return found


def _known(document: Mapping[str, Any]) -> dict[str, str]:
    return {variable["name"]: "1" for variable in _variables(document)}


def _head(document: Mapping[str, Any]) -> _Found:
    if document.get("schemaVersion") != SCHEMA_VERSION:
        yield "", f"schemaVersion is {document.get('schemaVersion')}; write {SCHEMA_VERSION}"
    if not document.get("uid"):
        yield "", "has no uid: each import would make another"
    if not document.get("title"):
        yield "", "has no title"
    if not any(one.get("builtIn") for one in document.get("annotations", {}).get("list") or ()):
        yield "", "has no entry for the annotations that are built in"


def _ids(document: Mapping[str, Any]) -> _Found:
    panels = list(_panels(document))
    count = Counter(panel.get("id") for panel in panels)
    for panel in panels:
        if not panel.get("id"):
            yield _called(panel), "has no id"
        elif count[panel["id"]] > 1:
            yield _called(panel), f"has the same id as another, {panel['id']}"
    names = Counter(variable["name"] for variable in _variables(document))
    for name, times in names.items():
        if times > 1:
            yield f"variable {name!r}", "stands more than once"


def _with_data(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    return (panel for panel in _panels(document) if panel["type"] not in _WITHOUT_DATA)


def _parts(document: Mapping[str, Any]) -> _Found:
    for panel in _with_data(document):
        if not panel.get("fieldConfig", {}).get("defaults", {}).get("unit"):
            yield _called(panel), "has no unit; `none` and `short` are units too"
        if not panel.get("description"):
            yield _called(panel), "has no description"
        if not panel.get("title"):
            yield _called(panel), "has no title"


def _sources(document: Mapping[str, Any]) -> _Found:
    known = _known(document)
    for panel in _with_data(document):
        if not panel.get("targets"):
            yield _called(panel), "asks nothing"
        for target in panel.get("targets") or ():
            source = target.get("datasource") or panel.get("datasource") or {}
            if not source.get("uid"):
                yield _called(panel), "has no data source"
            elif source["uid"].startswith("$") and source["uid"].strip("${}") not in known:
                yield _called(panel), f"its data source {source['uid']} is no variable of the dashboard"


def _refs(document: Mapping[str, Any]) -> _Found:
    for panel in _with_data(document):
        refs = [target.get("refId") for target in panel.get("targets") or ()]
        if not all(refs):
            yield _called(panel), "a query has no refId"
        if len(set(refs)) < len(refs):
            yield _called(panel), "two queries have the same refId"


def _queries(document: Mapping[str, Any]) -> _Found:
    known = _known(document)
    for panel in _with_data(document):
        for target in panel.get("targets") or ():
            if "expr" in target:
                yield from ((_called(panel), fault) for fault in faults(target["expr"], known))
    for entry in document.get("annotations", {}).get("list") or ():
        expr = entry.get("target", {}).get("expr") or entry.get("expr")
        if expr:
            yield from ((f"annotation {entry['name']!r}", fault) for fault in faults(expr, known))


def _queries_of_variables(document: Mapping[str, Any]) -> _Found:
    before: dict[str, str] = {}
    for variable in _variables(document):
        if variable["type"] == "query":
            where = f"variable {variable['name']!r}"
            query = variable.get("query")
            text = query.get("query") if isinstance(query, Mapping) else query
            yield from ((where, fault) for fault in faults_of_variable(str(text or ""), before))
        before[variable["name"]] = "1"


def _places(document: Mapping[str, Any]) -> _Found:
    taken: dict[tuple[int, int], str] = {}
    for panel in document.get("panels") or ():
        place = panel.get("gridPos")
        if not place or not set(place) >= _SIDES:
            yield _called(panel), "has no place"
            continue
        if place["x"] + place["w"] > 24:
            yield _called(panel), "reaches beyond the grid's 24 columns"
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        others = {taken[cell] for cell in cells if cell in taken}
        yield from ((_called(panel), f"lies over {other}") for other in sorted(others))
        taken.update(dict.fromkeys(cells, _called(panel)))


_CHECKS: tuple[Callable[[Mapping[str, Any]], _Found], ...] = (
    _head,
    _ids,
    _parts,
    _sources,
    _refs,
    _queries,
    _queries_of_variables,
    _places,
)
