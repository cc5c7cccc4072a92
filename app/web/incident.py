"""`/incidents/{id}`: all that is known of one incident, what to do about it, and what was done."""

from typing import Annotated

from fastapi import APIRouter, Form, Path
from fastapi.responses import Response

from app.domain.advice import advice_for
from app.domain.incident import EventKind, Incident, IncidentDetail, IncidentFilter, TimelineEntry
from app.domain.listing import IdSort, IncidentSort
from app.domain.occurrence import occurrences
from app.domain.weighing import weighed
from app.errors import UsageError
from app.services.acts import By
from app.services.incidents import IncidentService, TimelinePage
from app.web.charts.choices import chart_address, chart_choices, over_of
from app.web.charts.picture import incident_picture
from app.web.mitigations import panel_of
from app.web.page import Acting, Page, Viewing
from app.web.rollout import rollout_shown
from app.web.sighting import sighting
from app.web.timeline import days
from app.web.told import Told

router = APIRouter(include_in_schema=False)
_LINES = 30
_OTHERS = 6
_ALERTS = 8
_Id = Annotated[int, Path(le=2**63 - 1)]
_Name = Annotated[str, Form(max_length=300)]
_Back = Annotated[str, Form(max_length=2000)]


@router.get("/incidents/{incident_id:int}")
def incident(
    page: Viewing, incident_id: _Id, over: str | None = None, moment: str | None = None, cursor: str | None = None
) -> Response:
    """The page. over, moment: how the chart is drawn, and of when; cursor: where the timeline goes on."""
    service = page.services.incidents
    detail = service.detail(incident_id)
    shown = detail.incident
    chosen, when = over_of(over), "opened" if moment == "opened" and "opened" in detail.evidence else "latest"
    freshness, alerts = page.services.freshness.look(), page.services.alerts.of_incident(incident_id)
    lines = _lines(service, incident_id, cursor)
    return page.show(
        "incident.html",
        one=shown,
        detail=detail,
        sighting=sighting(shown, freshness.good).value,
        freshness=freshness,
        is_silenced_alone=any(one.incident_id == incident_id for one in page.services.silences.quieting(incident_id)),
        ended=_ended(detail),
        before=[one for one in occurrences(shown, detail.timeline) if not one.latest][::-1],
        rollout=rollout_shown(shown.finding),
        weighed=weighed(shown.finding["reasons"]),
        advice=advice_for(shown),
        acting=panel_of(page, shown),
        alerts=sorted(alerts, key=lambda one: one.ends_at is not None)[:_ALERTS],
        more_alerts=max(len(alerts) - _ALERTS, 0),
        others=_others(service, shown),
        days=days(lines.entries),
        next_cursor=lines.next_cursor,
        is_continued=cursor is not None,
        moment=when,
        src=chart_address(incident_id, chosen, when),
        picture=incident_picture(shown, when, detail.evidence.get(when), chosen),
        choices=chart_choices(f"/incidents/{incident_id}", incident_id, chosen, when),
        dashboard=page.pages.outside.dashboard(shown),
        runbook=page.pages.outside.runbook,
    )


@router.post("/incidents/{incident_id:int}/comment")
def comment(
    page: Acting, incident_id: _Id, comment: Annotated[str, Form(max_length=4000)] = "", back: _Back = ""
) -> Response:
    """Add a line to the timeline."""
    try:
        done = page.services.acts.comment(incident_id, By(_name(page)), comment)
    except UsageError as error:
        return page.back(back or f"/incidents/{incident_id}", Told(text=f"Not kept: {error}.", is_error=True))
    return page.back(
        back or f"/incidents/{incident_id}", Told(text="Commented." if done.changed else "That was said just before.")
    )


@router.post("/incidents/{incident_id:int}/assign")
def assign(page: Acting, incident_id: _Id, assignee: _Name = "", to: _Name = "", back: _Back = "") -> Response:
    """Give it to somebody. to: "me", "nobody", or as `assignee` names them."""
    name = {"me": _name(page), "nobody": None}.get(to, assignee)
    try:
        done = page.services.acts.assign(incident_id, By(_name(page)), name)
    except UsageError as error:
        return page.back(back or f"/incidents/{incident_id}", Told(text=f"Not assigned: {error}.", is_error=True))
    whose = "nobody's any more" if name is None else f"{done.detail.incident.assignee}'s to look after"
    return page.back(back or f"/incidents/{incident_id}", Told(text=f"It is {whose}."))


def _name(page: Page) -> str:
    return "" if page.principal is None else page.principal.name


def _lines(service: IncidentService, incident_id: int, cursor: str | None) -> TimelinePage:
    """A page of the timeline; the first for a cursor that is none."""
    try:
        return service.timeline(incident_id, cursor, _LINES, IdSort.NEWEST)
    except UsageError:
        return service.timeline(incident_id, None, _LINES, IdSort.NEWEST)


def _others(service: IncidentService, incident: Incident) -> list[Incident]:
    """Incidents of the same workload: those of its other containers."""
    identity = incident.identity
    wanted = IncidentFilter(cluster=identity.cluster, namespace=identity.namespace, workload=identity.workload)
    found = service.page(wanted, None, _OTHERS + 1, IncidentSort.URGENCY).incidents
    # A filter takes an empty cluster for any.
    return [one for one in found if one.id != incident.id and one.identity.cluster == identity.cluster][:_OTHERS]


def _ended(detail: IncidentDetail) -> TimelineEntry | None:
    """What the timeline says of its last end."""
    ends = [one for one in detail.timeline if one.event.kind is EventKind.RESOLVED]
    return ends[-1] if ends else None
