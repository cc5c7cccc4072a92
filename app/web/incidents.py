"""`/`: incidents, the most urgent first."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.domain.listing import IncidentSort
from app.web.incident_query import SEVERITIES, SILENCED, SORTS, STATES, IncidentQuery
from app.web.page import Viewing
from app.web.sighting import sighting

router = APIRouter(include_in_schema=False)
_PAGE = 50


@router.get("/")
def incidents(request: Request, page: Viewing) -> Response:
    """The page. What its address asks for and cannot be is taken for the usual: links to it never break."""
    query = IncidentQuery.of(request.query_params)
    service = page.services.incidents
    found = service.page(query.wanted, query.cursor or None, _PAGE, IncidentSort(query.sort), query.is_silenced)
    good = page.services.freshness.look().good
    counts = {name: sum(found.counts[one.value] for one in states) for name, states in STATES.items()}
    return page.show(
        "incidents.html",
        found=found,
        accepted=page.services.feedback.those_accepted([one.fingerprint for one in found.incidents]),
        sightings={one.id: sighting(one, good).value for one in found.incidents},
        evidence=service.latest_evidence([one.id for one in found.incidents]),
        query=query,
        counts=counts,
        sorts=SORTS,
        severities=SEVERITIES,
        silenced=SILENCED,
    )
