"""`/api/v1/incidents`."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import AfterValidator, AwareDatetime

from app.api.access import Viewer
from app.api.etags import IfNoneMatch, incident_tag, is_known
from app.api.headers import ETAG, PAGED, TAGGED
from app.api.paging import PLAIN, Cursor, Limit, Text, link_next
from app.api.problems import documented
from app.api.reading_schemas import PlotModel, TimelinePageModel
from app.api.schemas import EventModel, IncidentDetailModel, IncidentModel, IncidentPageModel, StateCountsModel
from app.api.services import TheServices
from app.domain.finding import Severity
from app.domain.incident import IncidentFilter, IncidentState
from app.domain.listing import IdSort, IncidentSort
from app.output.evidence import plot_document
from app.output.incident import event_document

router = APIRouter(prefix="/api/v1/incidents", tags=["incidents"])


def _sane_or_none(when: datetime | None) -> datetime | None:
    """A time that a database can hold in any zone."""
    if when is not None and not 1970 <= when.year <= 9000:
        raise ValueError("must be between the years 1970 and 9000")
    return when


_Cluster = Annotated[str | None, Query(max_length=255, pattern=PLAIN, description="Only of this cluster")]
_Namespace = Annotated[str | None, Query(max_length=255, pattern=PLAIN, description="Only in this namespace")]
_Workload = Annotated[str | None, Query(max_length=255, pattern=PLAIN, description="Only of this workload")]
_Container = Annotated[str | None, Query(max_length=255, pattern=PLAIN, description="Only of this container")]


_Since = Annotated[
    AwareDatetime | None,
    AfterValidator(_sane_or_none),
    Query(description="Only those that changed then or later", examples=["2026-01-01T00:00:00Z"]),
]
_Until = Annotated[
    AwareDatetime | None,
    AfterValidator(_sane_or_none),
    Query(description="Only those that last changed before that", examples=["2026-02-01T00:00:00Z"]),
]
_Id = Annotated[int, Path(ge=1, le=2**63 - 1, description="Number of the incident", examples=[7])]


def _wanted(
    state: Annotated[
        list[IncidentState] | None, Query(max_length=3, description="In these states. Repeatable.")
    ] = None,
    severity: Annotated[
        list[Severity] | None, Query(max_length=3, description="Of these severities. Repeatable.")
    ] = None,
    cluster: _Cluster = None,
    namespace: _Namespace = None,
    workload: _Workload = None,
    container: _Container = None,
    revision: Annotated[
        str | None, Query(max_length=255, pattern=PLAIN, description="Only where this revision is suspected")
    ] = None,
    assignee: Annotated[
        str | None, Query(max_length=255, pattern=PLAIN, description="Only what they look after")
    ] = None,
    since: _Since = None,
    until: _Until = None,
    q: Text = None,
) -> IncidentFilter:
    return IncidentFilter(
        states=tuple(one.value for one in state or ()),
        severities=tuple(one.value for one in severity or ()),
        cluster=cluster,
        namespace=namespace,
        workload=workload,
        container=container,
        revision=revision,
        assignee=assignee,
        since=_seconds(since),
        until=_seconds(until),
        text=q or None,
    )


@router.get("", summary="List incidents", responses=PAGED | documented(400, 422, 503))
def list_incidents(
    request: Request,
    response: Response,
    services: TheServices,
    _: Viewer,
    wanted: Annotated[IncidentFilter, Depends(_wanted)],
    sort: Annotated[
        IncidentSort,
        Query(
            description="`urgency`: what is not over first, by severity, then by when memory is expected to run out. "
            "`limit_at`: by the latter alone, without a limit last. `-` turns an order round."
        ),
    ] = IncidentSort.NEWEST,
    silenced: Annotated[
        bool | None, Query(description="Only those that a silence in force covers, or only the others")
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> IncidentPageModel:
    """A page of incidents, and how many there are in each state: of those that the other filters let through.

    Pages join to the whole while scans go on; only what changes meanwhile in what the list is sorted by may move.
    """
    page = services.incidents.page(wanted, cursor, limit, sort, silenced)
    link_next(request, response, page.next_cursor)
    return IncidentPageModel(
        items=[IncidentModel.of(incident) for incident in page.incidents],
        next_cursor=page.next_cursor,
        counts=StateCountsModel.model_validate(page.counts),
    )


@router.get(
    "/{incident_id}",
    summary="One incident",
    response_model=IncidentDetailModel,
    responses={**TAGGED, 304: {"description": "Not Modified", "headers": ETAG}, **documented(400, 404, 422, 503)},
)
def get_incident(
    response: Response,
    services: TheServices,
    _: Viewer,
    incident_id: _Id,
    if_none_match: IfNoneMatch = None,
) -> Response | IncidentDetailModel:
    """One incident with its timeline, oldest line first, and the series behind it. 304 where `If-None-Match` has it."""
    detail = services.incidents.detail(incident_id)
    tag = incident_tag(detail.incident)
    if is_known(if_none_match, tag):
        return Response(status_code=304, headers={"ETag": tag})
    response.headers["ETag"] = tag
    return IncidentDetailModel.of_detail(detail)


@router.get("/{incident_id}/timeline", summary="Its timeline", responses=PAGED | documented(400, 404, 422, 503))
def get_incident_timeline(
    request: Request,
    response: Response,
    services: TheServices,
    _: Viewer,
    incident_id: _Id,
    sort: Annotated[IdSort, Query(description="`id`: the oldest line first; `-id`: the newest")] = IdSort.OLDEST,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> TimelinePageModel:
    """All that ever happened to it, by whom, from what to what. Lines are added, and never change."""
    page = services.incidents.timeline(incident_id, cursor, limit, sort)
    link_next(request, response, page.next_cursor)
    items = [EventModel.model_validate(event_document(entry)) for entry in page.entries]
    return TimelinePageModel(items=items, next_cursor=page.next_cursor)


@router.get("/{incident_id}/evidence", summary="Its evidence, to plot", responses=documented(404, 422, 503))
def get_incident_evidence(
    services: TheServices,
    _: Viewer,
    incident_id: _Id,
    points: Annotated[
        int, Query(ge=2, le=2000, description="Most points of a series; there are never more than were kept")
    ] = 240,
    moment: Annotated[
        Literal["opened", "latest"], Query(description="As it was when the incident opened, or at the last scan")
    ] = "latest",
) -> PlotModel:
    """The series that the verdict rests on, with what was made of them, ready to plot.

    A point is a span of time: the lowest floor in it, and the highest peak. A span without samples is null.
    """
    incident, kept = services.incidents.evidence(incident_id, moment)
    return PlotModel.model_validate(plot_document(incident, moment, kept, points))


def _seconds(when: datetime | None) -> float | None:
    return None if when is None else when.timestamp()
