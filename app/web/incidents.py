"""`/`: incidents, the most urgent first."""

from fastapi import APIRouter
from fastapi.responses import Response

from app.domain.incident import IncidentFilter
from app.domain.listing import IncidentSort
from app.web.page import Viewing

router = APIRouter(include_in_schema=False)


@router.get("/")
def incidents(page: Viewing) -> Response:
    """The page."""
    found = page.services.incidents.page(IncidentFilter(), None, 50, IncidentSort.URGENCY)
    return page.show("incidents.html", found=found)
