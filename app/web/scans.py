"""`/scans`: the runs, what they took and cost, and one begun now; `/scans/{id}`: one of them with all that it told."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from app.domain.scan import ScanState
from app.errors import LeakwatchError, NotFound, ScanAbandoned, ScanInProgress
from app.web import scan_trend
from app.web.links import safe_path
from app.web.page import Acting, Page, Viewing
from app.web.scan_words import number, progress_words, view_of
from app.web.told import Told

router = APIRouter(include_in_schema=False)
_HERE = "/scans"
_PAGE = 50
_LONGEST_CURSOR = 300
_ID = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


@router.get(_HERE)
def scans(request: Request, page: Viewing) -> Response:
    """The page. A state that there is not is taken for any."""
    service = page.services.scans
    asked = request.query_params.get("state", "")
    state = ScanState(asked) if asked in set(ScanState) else None
    cursor = request.query_params.get("cursor", "")[:_LONGEST_CURSOR]
    found = service.page(state, cursor or None, _PAGE)
    return _show(
        page,
        "scans.html",
        shown=[view_of(one) for one in found.scans],
        next_cursor=found.next_cursor,
        cursor=cursor,
        state=state,
        counts=service.counts(),
        trends=scan_trend.trends(service.spans(scan_trend.SCANS)),
        chart=scan_trend,
    )


@router.post(_HERE)
def begin(page: Acting, back: Annotated[str, Form(max_length=2000)] = _HERE) -> Response:
    """Begin a scan, and lead back to where that was asked for."""
    try:
        begun = page.services.scans.begin()
    except (ScanInProgress, ScanAbandoned) as error:
        return page.back(safe_path(back), Told(text=_refused(error), is_error=True))
    return page.back(safe_path(back), Told(text=f"Scan {begun.id} has begun."))


@router.get(_HERE + "/{scan_id}")
def scan(page: Viewing, scan_id: str) -> Response:
    """One scan."""
    if _ID.fullmatch(scan_id) is None:
        raise NotFound("no scan has such a number")
    found = page.services.scans.one(int(scan_id))
    older, newer = page.services.scans.beside(found.id)
    return _show(page, "scan.html", view=view_of(found), older=older, newer=newer)


def _show(page: Page, template: str, **values: Any) -> Response:
    return page.show(
        template, far=page.services.scans.progress(), number=number, progress_words=progress_words, **values
    )


def _refused(error: LeakwatchError) -> str:
    if isinstance(error, ScanInProgress):
        return "No scan was begun: another one is running, here or in another process. Wait until it has ended."
    return f"No scan was begun: {error}."
