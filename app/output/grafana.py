"""Annotations in the shapes that Grafana's data sources want. Times are whole milliseconds since 1970."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from app.domain.annotation import Annotation, AnnotationKind
from app.domain.incident import Incident
from app.output.document import Document

_COLUMNS = (("time", "time"), ("timeEnd", "time"), ("title", "string"), ("text", "string"), ("tags", "string"))
_INCIDENT_COLUMNS = (
    *(("Opened", "time"), ("Id", "number"), ("Cluster", "string"), ("Namespace", "string"), ("Workload", "string")),
    *(("Container", "string"), ("Severity", "string"), ("State", "string"), ("Growth, bytes/hour", "number")),
    *(("Probability", "number"), ("Limit expected", "time")),
)


def milliseconds(seconds: float) -> int:
    """Unix seconds as Grafana counts."""
    return round(seconds * 1000)


def rows(annotations: Iterable[Annotation], until: float, left_out: Sequence[str]) -> list[Document]:
    """For Infinity: an object each, its tags in one string; at `until` what goes on ends, unix seconds.

    What is left out is told by a last annotation there, tagged "cut".
    """
    found = [
        {
            "time": milliseconds(one.start),
            "timeEnd": milliseconds(one.ends_at(until)),
            "title": one.title,
            "text": one.text,
            "tags": ",".join(one.tags),
        }
        for one in annotations
    ]
    if left_out:
        at = milliseconds(until)
        text = escape("; ".join((*left_out, "look at less time, or filter")))
        found.append(
            {"time": at, "timeEnd": at, "title": "leakwatch: not all is drawn", "text": text, "tags": "leakwatch,cut"}
        )
    return found


def simple_json(
    annotations: Sequence[Annotation], until: float, left_out: Sequence[str], annotation: Mapping[str, Any]
) -> list[Document]:
    """For SimpleJSON: the same, with its own `annotation` in each, tags as a list, and what is a span marked as one."""
    kinds = [one.kind for one in annotations]
    shown = []
    for number, row in enumerate(rows(annotations, until, left_out)):
        is_region = number < len(kinds) and kinds[number] is AnnotationKind.LEAK
        end = {"timeEnd": row.pop("timeEnd")} if is_region else {}
        row.pop("timeEnd", None)
        told = {"annotation": dict(annotation), "isRegion": is_region, "tags": row["tags"].split(",")}
        shown.append(row | end | told)
    return shown


def table(annotations: Iterable[Annotation], until: float, left_out: Sequence[str]) -> Document:
    """For simPod: a table whose columns have the names that Grafana makes annotations of."""
    listed = rows(annotations, until, left_out)
    return _table(_COLUMNS, [[one[name] for name, _ in _COLUMNS] for one in listed])


def incident_table(incidents: Iterable[Incident]) -> Document:
    """For simPod: a row an incident."""
    return _table(_INCIDENT_COLUMNS, [_incident_row(one) for one in incidents])


def time_series(name: str, points: Iterable[tuple[float, float]]) -> Document:
    """For simPod: (unix seconds, value)."""
    return {"target": name, "datapoints": [[value, milliseconds(at)] for at, value in points]}


def _table(columns: Iterable[tuple[str, str]], listed: list[list[Any]]) -> Document:
    return {"type": "table", "columns": [{"text": text, "type": kind} for text, kind in columns], "rows": listed}


def _incident_row(incident: Incident) -> list[Any]:
    identity, standing = incident.identity, incident.standing
    return [
        milliseconds(standing.opened_at),
        incident.id,
        identity.cluster,
        identity.namespace,
        identity.workload,
        identity.container,
        standing.severity.value,
        standing.state.value,
        incident.finding.get("growth_bytes_per_hour"),
        incident.finding.get("probability"),
        None if incident.limit_at is None else milliseconds(incident.limit_at),
    ]
