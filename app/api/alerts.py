"""`/api/v1/alerts`, and those of an incident."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AfterValidator, AwareDatetime

from app.api.access import Viewer
from app.api.alert_schemas import AlertModel, AlertPageModel, IncidentAlertsModel
from app.api.headers import PAGED
from app.api.paging import Cursor, Limit, link_next
from app.api.problems import documented
from app.api.services import TheServices
from app.domain.alert import AlertFilter, AlertKind, AlertStatus

router = APIRouter(prefix="/api/v1", tags=["alerts"])

# No name in a cluster has such characters, and PostgreSQL takes no NUL.
_Name = Annotated[
    str | None,
    Query(max_length=255, pattern=r"^[^\x00-\x1f]*$", description="Only of exactly this name"),
]
_Id = Annotated[int, Path(ge=1, le=2**63 - 1, description="Number of the alert", examples=[52])]
_IncidentId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Number of the incident", examples=[7])]


def _sane_or_none(when: datetime | None) -> datetime | None:
    """A time that a database can hold in any zone."""
    if when is not None and not 1970 <= when.year <= 9000:
        raise ValueError("must be between the years 1970 and 9000")
    return when


@router.get("/alerts", summary="List alerts of other systems", responses=PAGED | documented(400, 422, 503))
def list_alerts(
    request: Request,
    response: Response,
    services: TheServices,
    _: Viewer,
    status: Annotated[list[AlertStatus] | None, Query(description="Only these. Repeatable.")] = None,
    kind: Annotated[list[AlertKind] | None, Query(description="Only of these kinds. Repeatable.")] = None,
    name: _Name = None,
    cluster: _Name = None,
    namespace: _Name = None,
    workload: _Name = None,
    container: _Name = None,
    incident_id: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Only those about this incident")] = None,
    since: Annotated[
        AwareDatetime | None, AfterValidator(_sane_or_none), Query(description="Only those with news since then")
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> AlertPageModel:
    """Alerts that Alertmanager told of, the latest that came first."""
    wanted = AlertFilter(
        statuses=tuple(one.value for one in status or ()),
        kinds=tuple(one.value for one in kind or ()),
        name=name,
        cluster=cluster,
        namespace=namespace,
        workload=workload,
        container=container,
        incident_id=incident_id,
        since=None if since is None else since.timestamp(),
    )
    page = services.alerts.page(wanted, cursor, limit)
    link_next(request, response, page.next_cursor)
    return AlertPageModel(items=[AlertModel.of(one) for one in page.alerts], next_cursor=page.next_cursor)


@router.get("/alerts/{alert_id}", summary="One alert", responses=documented(404, 422, 503))
def get_alert(services: TheServices, _: Viewer, alert_id: _Id) -> AlertModel:
    """One alert with all that was told of it."""
    return AlertModel.of(services.alerts.one(alert_id))


@router.get("/incidents/{incident_id}/alerts", summary="Alerts about an incident", responses=documented(404, 422, 503))
def list_incident_alerts(services: TheServices, _: Viewer, incident_id: _IncidentId) -> IncidentAlertsModel:
    """What other alerts say of the same workload and time: OOM kills, restarts, rollouts, and our own that fired."""
    return IncidentAlertsModel(items=[AlertModel.of(one) for one in services.alerts.of_incident(incident_id)])
