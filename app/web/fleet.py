"""`/fleet`: every container of every workload, as a map, as a list, and those that grew and were judged no leak."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.domain.fleet import WHOLE, Share, share_of
from app.domain.listing import WorkloadSort
from app.web.fleet_map import STEPS, fleet_map, growth, step, tile_words
from app.web.fleet_query import MAP, REJECTED, SHARES, SORTS, VIEWS, FleetQuery, reason_words
from app.web.page import Viewing

router = APIRouter(include_in_schema=False)
_PAGE = 50
_MOST_CLUSTERS = 100


@router.get("/fleet")
def fleet(request: Request, page: Viewing) -> Response:
    """The page. What its address asks for and cannot be is taken for the usual: links to it never break."""
    query = FleetQuery.of(request.query_params)
    service, wanted, order = page.services.workloads, query.wanted, WorkloadSort(query.sort)
    whole = service.fleet(wanted)
    counts = {share.value: sum(one.counts[share] for one in whole.namespaces) for share in Share}
    is_map = query.view == MAP
    clusters = sorted({one.cluster for one in whole.namespaces if one.cluster} | {query.cluster} - {""})
    return page.show(
        "fleet.html",
        query=query,
        counts=counts,
        total=sum(counts[share.value] for share in WHOLE),
        namespaces=len(whole.namespaces),
        clusters=clusters[:_MOST_CLUSTERS],
        rejections=whole.rejections if query.view == REJECTED else {},
        drawn=fleet_map(service, wanted, order, whole.namespaces) if is_map else None,
        found=None if is_map else service.page(wanted, query.cursor or None, _PAGE, order),
        views=VIEWS,
        sorts=SORTS,
        shares=SHARES,
        steps=STEPS,
        step=step,
        growth=growth,
        tile_words=tile_words,
        share_of=share_of,
        reason_words=reason_words,
    )
