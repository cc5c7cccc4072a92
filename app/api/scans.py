"""`/api/v1/scans`."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from app.api.access import Responder, Viewer
from app.api.headers import LOCATION, PAGED
from app.api.keys import KeyOf, sent
from app.api.paging import Cursor, Limit, link_next
from app.api.problems import documented
from app.api.scan_schemas import ScanModel, ScanPageModel
from app.api.services import TheServices
from app.domain.scan import ScanState
from app.services.answers import Answer

router = APIRouter(prefix="/api/v1/scans", tags=["scans"])


@router.get("", summary="List scans", responses=PAGED | documented(400, 422, 503))
def list_scans(
    request: Request,
    response: Response,
    services: TheServices,
    _: Viewer,
    state: Annotated[ScanState | None, Query(description="Only in this state")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ScanPageModel:
    """Scans, newest first."""
    page = services.scans.page(state, cursor, limit)
    link_next(request, response, page.next_cursor)
    return ScanPageModel(items=[ScanModel.of(one) for one in page.scans], next_cursor=page.next_cursor)


@router.post(
    "",
    status_code=202,
    summary="Scan now",
    response_model=ScanModel,
    responses={202: {"headers": LOCATION}, **documented(403, 409, 422, 503)},
)
def begin_scan(services: TheServices, _: Responder, asked: KeyOf) -> Response:
    """Begin a scan. The answer comes at once; `Location` says where to see how it goes. 409 while another one runs."""

    def begin() -> Answer:
        begun = services.scans.begin()
        location = {"Location": f"{router.prefix}/{begun.id}"}
        return Answer(202, ScanModel.of(begun).model_dump_json(), location)

    return sent(services.answers.begun(asked, begin))


@router.get("/{scan_id}", summary="One scan", responses=documented(404, 422, 503))
def get_scan(
    services: TheServices,
    _: Viewer,
    scan_id: Annotated[int, Path(ge=1, le=2**63 - 1, description="Number of the scan", examples=[41])],
) -> ScanModel:
    """One scan: how it stands, and what it looked at."""
    return ScanModel.of(services.scans.one(scan_id))
