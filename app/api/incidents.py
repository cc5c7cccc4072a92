"""`/api/v1/incidents`."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AfterValidator, AwareDatetime

from app.api.access import Viewer
from app.api.etags import IfNoneMatch, incident_tag, is_known
from app.api.paging import Cursor, Limit, link_next
from app.api.problems import documented
from app.api.schemas import IncidentDetailModel, IncidentModel, IncidentPageModel
from app.api.services import TheServices
from app.domain.finding import Severity
from app.domain.incident import IncidentFilter, IncidentState

router = APIRouter(prefix="/api/v1/incidents", tags=["incidents"])

# No name in a cluster has such characters, and PostgreSQL takes no NUL.
_PLAIN = r"^[^\x00-\x1f]*$"


def _sane_or_none(when: datetime | None) -> datetime | None:
    """A time that a database can hold in any zone."""
    if when is not None and not 1970 <= when.year <= 9000:
        raise ValueError("must be between the years 1970 and 9000")
    return when


_Cluster = Annotated[str | None, Query(max_length=255, pattern=_PLAIN, description="Only of this cluster")]
_Namespace = Annotated[str | None, Query(max_length=255, pattern=_PLAIN, description="Only in this namespace")]
_Workload = Annotated[str | None, Query(max_length=255, pattern=_PLAIN, description="Only of this workload")]
_Container = Annotated[str | None, Query(max_length=255, pattern=_PLAIN, description="Only of this container")]


@router.get("", summary="List incidents", responses=documented(400, 422, 503))
def list_incidents(
    request: Request,
    response: Response,
    services: TheServices,
    state: Annotated[list[IncidentState] | None, Query(description="Only in these states. Repeatable.")] = None,
    severity: Annotated[list[Severity] | None, Query(description="Only of these severities. Repeatable.")] = None,
    cluster: _Cluster = None,
    namespace: _Namespace = None,
    workload: _Workload = None,
    container: _Container = None,
    since: Annotated[
        AwareDatetime | None, AfterValidator(_sane_or_none), Query(description="Only those that changed since then")
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> IncidentPageModel:
    """Incidents, newest first."""
    wanted = IncidentFilter(
        states=tuple(one.value for one in state or ()),
        severities=tuple(one.value for one in severity or ()),
        cluster=cluster,
        namespace=namespace,
        workload=workload,
        container=container,
        since=_seconds(since),
    )
    page = services.incidents.page(wanted, cursor, limit)
    link_next(request, response, page.next_cursor)
    return IncidentPageModel(
        items=[IncidentModel.of(incident) for incident in page.incidents], next_cursor=page.next_cursor
    )


@router.get(
    "/{incident_id}",
    summary="One incident",
    response_model=IncidentDetailModel,
    responses={304: {"description": "Not Modified"}, **documented(400, 404, 422, 503)},
)
def get_incident(
    response: Response,
    services: TheServices,
    _: Viewer,
    incident_id: Annotated[int, Path(ge=1, le=2**63 - 1)],
    if_none_match: IfNoneMatch = None,
) -> Response | IncidentDetailModel:
    """One incident with its timeline, oldest line first, and the series behind it. 304 where `If-None-Match` has it."""
    detail = services.incidents.detail(incident_id)
    tag = incident_tag(detail.incident)
    if is_known(if_none_match, tag):
        return Response(status_code=304, headers={"ETag": tag})
    response.headers["ETag"] = tag
    return IncidentDetailModel.of_detail(detail)


def _seconds(when: datetime | None) -> float | None:
    return None if when is None else when.timestamp()
