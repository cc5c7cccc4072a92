"""What the Foundation SDK 0.0.21 leaves out of a dashboard, or says too much of, put right in one place.

It gives panels no id, no place and no data source, and queries no refId; it has no entry for the built-in annotations;
it hides annotations and links in a menu whether that is wanted or not; and it gives every variable the parts of an
interval, and every data link those of a dashboard's link.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dashboards.model import Dashboard, Panel, Row
from dashboards.panels import ref_id

_WIDE = 24
_PROMETHEUS = {"type": "prometheus", "uid": "${datasource}"}
_OF_INTERVALS = ("auto", "auto_min", "auto_count")
_OF_DATA_LINKS = {"title", "url", "targetBlank"}
_BUILT_IN = {
    "builtIn": 1,
    "datasource": {"type": "grafana", "uid": "-- Grafana --"},
    "enable": True,
    "hide": True,
    "iconColor": "rgba(0, 211, 255, 1)",
    "name": "Annotations & Alerts",
    "type": "dashboard",
}


def finished(document: dict[str, Any], wanted: Dashboard) -> dict[str, Any]:
    """The document with all that Grafana wants. Changes and returns it."""
    _placed(document["panels"], wanted.rows)
    for number, (panel, ours) in enumerate(zip(_each(document["panels"]), _ours(wanted.rows), strict=True), 1):
        panel["id"] = number
        if ours is not None:
            _complete(panel, ours)
    for variable in document["templating"]["list"]:
        for part in _OF_INTERVALS:
            variable.pop(part, None)
    for entry in (*document["annotations"].setdefault("list", []), *document["links"]):
        entry.pop("placement", None)
    document["annotations"]["list"].insert(0, dict(_BUILT_IN))
    return document


def _each(panels: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for panel in panels:
        yield panel
        yield from panel.get("panels", ())


def _ours(rows: Sequence[Row]) -> Iterator[Panel | None]:
    for row in rows:
        yield None
        yield from row.panels


def _complete(panel: dict[str, Any], ours: Panel) -> None:
    panel["datasource"] = dict(_PROMETHEUS)
    for number, target in enumerate(panel["targets"]):
        target["refId"] = ref_id(number)
        target["datasource"] = dict(_PROMETHEUS)
    for link in panel["fieldConfig"]["defaults"].get("links", ()):
        for part in set(link) - _OF_DATA_LINKS:
            del link[part]
    if ours.repeat is None:
        del panel["repeatDirection"]
    _lay_over(panel, ours.extra)


def _lay_over(under: dict[str, Any], over: Mapping[str, Any]) -> None:
    for name, value in over.items():
        if isinstance(value, Mapping) and isinstance(under.get(name), dict):
            _lay_over(under[name], value)
        else:
            under[name] = value


def _placed(panels: Sequence[dict[str, Any]], rows: Sequence[Row]) -> None:
    """Lay panels from left to right; a row's title is a line of its own, and what is shut takes no room."""
    below = 0
    place = iter(panels)
    for row in rows:
        head = next(place)
        head["gridPos"] = {"x": 0, "y": below, "w": _WIDE, "h": 1}
        below += 1
        inside = head["panels"] if row.collapsed else [next(place) for _ in row.panels]
        lowest = _laid(inside, row.panels, below)
        below = below if row.collapsed else lowest


def _laid(panels: Sequence[dict[str, Any]], ours: Sequence[Panel], top: int) -> int:
    """Where the next row begins."""
    left = tallest = 0
    for document, panel in zip(panels, ours, strict=True):
        if left + panel.width > _WIDE:
            top, left, tallest = top + tallest, 0, 0
        document["gridPos"] = {"x": left, "y": top, "w": panel.width, "h": panel.height}
        left, tallest = left + panel.width, max(tallest, panel.height)
    return top + tallest
