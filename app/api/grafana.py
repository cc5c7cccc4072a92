"""`/grafana`: the feed of annotations, for Infinity, SimpleJSON and simPod's JSON data source.

What the last two send and want back is described in their own repositories: grafana/simple-json-datasource, README,
and simPod/GrafanaJsonDatasource, README and openapi.yaml.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Response

from app.api.access import Viewer
from app.api.grafana_models import (
    AnnotationModel,
    AnnotationRequest,
    KeyRequest,
    OptionsRequest,
    QueryRequest,
    RangeModel,
    SearchRequest,
    SimpleAnnotationModel,
    TargetModel,
    VariableRequest,
    moment,
)
from app.api.headers import Responses
from app.api.problems import documented
from app.api.services import TheServices
from app.domain.annotation_filter import KEYS, AnnotationFilter, filter_of, parse_filter
from app.errors import UsageError
from app.output import grafana as output
from app.services.annotations import AnnotationService, Span

router = APIRouter(prefix="/grafana", tags=["grafana"])

_TARGETS = {
    "annotations": "Annotations: leaks, OOM kills, restarts, deploys, acknowledgements",
    "incidents": "Incidents, as a table",
    "leaking": "How many leaks went on, over time",
}
_DEFAULT_SECONDS = 86_400.0
_DEFAULT_LIMIT = 1000
_MOST_POINTS = 500
_LEFT_OUT: Responses = {
    200: {"headers": {"X-Leakwatch-Left-Out": {"description": "What is not all drawn", "schema": {"type": "string"}}}}
}

_Name = Annotated[str, Query(max_length=255, pattern=r"^[^\x00-\x1f]*$")]
_Moment = Annotated[str | None, Query(max_length=40, description="ISO 8601 with a zone, or epoch milliseconds")]
_Names = Annotated[list[_Name] | None, Query(max_length=50, description="Only of these. Repeatable; blank: any.")]


@router.get("/annotations", summary="Annotations, for Infinity", responses=_LEFT_OUT | documented(400, 422, 503))
def list_annotations(
    response: Response,
    services: TheServices,
    _: Viewer,
    from_: Annotated[str | None, Query(alias="from", max_length=40, description="Default: a day before `to`")] = None,
    to: _Moment = None,
    cluster: _Names = None,
    namespace: _Names = None,
    workload: _Names = None,
    container: _Names = None,
    severity: Annotated[list[_Name] | None, Query(max_length=50, description="critical, warning, info: now")] = None,
    state: Annotated[list[_Name] | None, Query(max_length=50, description="open, acknowledged, resolved: now")] = None,
    kind: Annotated[
        list[_Name] | None, Query(max_length=50, description="leak, oom, restart, deploy, acknowledged")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=5000, description="Most annotations")] = _DEFAULT_LIMIT,
) -> list[AnnotationModel]:
    """Leaks as spans, what happened to them as points, by time. Where not all is drawn, a last one says so."""
    given = {
        "cluster": cluster,
        "namespace": namespace,
        "workload": workload,
        "container": container,
        "severity": severity,
        "state": state,
        "kind": kind,
    }
    wanted = _filter({key: values for key, values in given.items() if values})
    drawn = services.annotations.drawn(wanted, _span(services.annotations, from_, to), limit)
    if drawn.left_out:
        response.headers["X-Leakwatch-Left-Out"] = "; ".join(drawn.left_out)
    return [AnnotationModel(**one) for one in output.rows(drawn.annotations, drawn.until, drawn.left_out)]


@router.get("", include_in_schema=False)
@router.get("/", summary="The test of a data source", responses=documented(503))
def check_grafana_connection(_: Viewer) -> dict[str, str]:
    """Answers, and so says that the data source is set up well."""
    return {"status": "ok"}


@router.post(
    "/annotations",
    summary="Annotations, for SimpleJSON",
    response_model_exclude_none=True,
    responses=documented(400, 422, 503),
)
def query_annotations(services: TheServices, _: Viewer, body: AnnotationRequest) -> list[SimpleAnnotationModel]:
    """The same annotations; `annotation.query` chooses among them."""
    wanted = _parsed(body.annotation.query or "")
    drawn = services.annotations.drawn(wanted, _span_of(services.annotations, body.range), _DEFAULT_LIMIT)
    asked = body.annotation.model_dump(exclude_unset=True)
    return [
        SimpleAnnotationModel(**one)
        for one in output.simple_json(drawn.annotations, drawn.until, drawn.left_out, asked)
    ]


@router.post(
    "/search", summary="What can be asked for, or the values of a variable", responses=documented(400, 422, 503)
)
def search_grafana_targets(
    services: TheServices, _: Viewer, body: Annotated[SearchRequest | None, Body()] = None
) -> list[str]:
    """The targets; where the text names a filter's key, such as `namespace`, its values."""
    text = (body.target or "").strip() if body else ""
    return services.annotations.values(text) if text in KEYS else list(_TARGETS)


@router.post("/tag-keys", summary="Keys of filters")
def list_filter_keys(_: Viewer) -> list[dict[str, str]]:
    """What annotations can be filtered by."""
    return [{"type": "string", "text": key} for key in KEYS]


@router.post("/tag-values", summary="Values of a filter's key", responses=documented(400, 422, 503))
def list_filter_values(services: TheServices, _: Viewer, body: KeyRequest) -> list[dict[str, str]]:
    """Up to a thousand."""
    return [{"text": value} for value in services.annotations.values(body.key)]


@router.post("/query", summary="Annotations, tables and series, for simPod", responses=documented(400, 422, 503))
def query_grafana(services: TheServices, _: Viewer, body: QueryRequest) -> list[dict[str, Any]]:
    """One answer a target: `annotations` and `incidents` are tables, `leaking` is a series."""
    span = _span_of(services.annotations, body.range)
    by_hand = _filter({})
    for one in body.adhocFilters or ():
        if one.operator != "=":
            raise UsageError(f"adhocFilters: the operator {one.operator[:10]!r} is not supported", "use =")
        by_hand = by_hand.and_also(_filter({one.key: [one.value]}))
    points = int(min(body.maxDataPoints or _MOST_POINTS, _MOST_POINTS))
    return [_answer(services.annotations, target, by_hand, span, points) for target in body.targets if target.target]


@router.post("/metrics", summary="What simPod can ask for")
def list_grafana_metrics(_: Viewer) -> list[dict[str, Any]]:
    """The targets, each with the parts of a filter to choose from."""
    parts = [{"name": key, "label": key.capitalize(), "type": "multi-select"} for key in KEYS]
    return [{"label": label, "value": name, "payloads": parts} for name, label in _TARGETS.items()]


@router.post("/metric-payload-options", summary="Values of a part of a filter", responses=documented(400, 422, 503))
def list_metric_payload_options(services: TheServices, _: Viewer, body: OptionsRequest) -> list[dict[str, str]]:
    """Up to a thousand."""
    return [{"label": value, "value": value} for value in services.annotations.values(body.name or "")]


@router.post("/variable", summary="Values of a variable, for simPod", responses=documented(400, 422, 503))
def list_variable_values(services: TheServices, _: Viewer, body: VariableRequest) -> list[dict[str, str]]:
    """Those of the filter's key that the payload names, as text or as `{"target": key}`."""
    told = body.payload.get("target") if isinstance(body.payload, dict) else body.payload
    return [{"__text": value, "__value": value} for value in services.annotations.values(str(told or "").strip())]


def _answer(
    annotations: AnnotationService, target: TargetModel, by_hand: AnnotationFilter, span: Span, points: int
) -> dict[str, Any]:
    name, _, words = (target.target or "").strip().partition(" ")
    if name not in _TARGETS:
        raise UsageError(f"targets: there is no {name[:40]!r}", f"there are {', '.join(_TARGETS)}")
    wanted = _parsed(words).and_also(_of_payload(target.payload)).and_also(by_hand)
    if name == "incidents":
        return output.incident_table(annotations.incidents(wanted, span, _DEFAULT_LIMIT))
    if name == "leaking":
        return output.time_series(target.target or name, annotations.leaking(wanted, span, points))
    drawn = annotations.drawn(wanted, span, _DEFAULT_LIMIT)
    return output.table(drawn.annotations, drawn.until, drawn.left_out)


def _of_payload(payload: Mapping[str, Any] | str | None) -> AnnotationFilter:
    if payload is None or isinstance(payload, str):
        return _parsed(payload or "")
    values = {key: value if isinstance(value, list) else [value] for key, value in payload.items() if value is not None}
    words = _parsed(" ".join(str(one) for one in values.pop("query", [])))
    return words.and_also(_filter({key: [str(one) for one in listed] for key, listed in values.items()}))


def _filter(given: Mapping[str, list[str]]) -> AnnotationFilter:
    try:
        return filter_of(given)
    except ValueError as error:
        raise UsageError(f"filter: {error}") from None


def _parsed(text: str) -> AnnotationFilter:
    try:
        return parse_filter(text)
    except ValueError as error:
        raise UsageError(f"query: {error}") from None


def _span_of(annotations: AnnotationService, given: RangeModel) -> Span:
    return _span(annotations, given.from_, given.to)


def _span(annotations: AnnotationService, from_: str | int | None, to: str | int | None) -> Span:
    """Blank is as good as missing: that is what an unset variable makes of it."""
    end = moment(to, "to") if to not in {None, ""} else annotations.now()
    start = moment(from_, "from") if from_ not in {None, ""} else end - _DEFAULT_SECONDS
    if start > end:
        raise UsageError("from: is after `to`", "give the earlier time as `from`")
    return Span(start, end)
