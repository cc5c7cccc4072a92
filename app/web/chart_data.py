"""What charts are drawn from in the browser: documents that bokeh's script embeds, for those who may see the page."""

import gzip
import json
from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from app.api.etags import IfNoneMatch, is_known
from app.errors import NotFound
from app.web.charts.choices import chart_address, chart_choices, over_of
from app.web.charts.drawing import Over
from app.web.charts.history_drawing import MOST_VERDICTS, history_of, history_picture
from app.web.charts.incident_drawing import incident_drawing
from app.web.charts.picture import incident_picture
from app.web.charts.scheme import Scheme
from app.web.page import Page, Viewing

router = APIRouter(include_in_schema=False)
_Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
_Fingerprint = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]
# Of the reader's zone, ahead of UTC; there is none further away.
_Offset = Annotated[int, Query(ge=-840, le=840)]


@router.get("/incidents/{incident_id}/chart.json")
def incident_chart(
    request: Request,
    page: Viewing,
    incident_id: _Id,
    if_none_match: IfNoneMatch = None,
    over: Over = Over.TIME,
    moment: Literal["latest", "opened"] = "latest",
    scheme: Scheme = Scheme.LIGHT,
    offset: _Offset = 0,
) -> Response:
    """An incident's memory, as `Bokeh.embed.embed_item` takes it."""
    incident, kept = page.services.incidents.evidence(incident_id, moment)

    def draw() -> Any:
        # It takes a second and 50 MB, which a service whose pages nobody looks at need not have.
        from app.web.charts.incident_figure import incident_figure  # noqa: PLC0415

        drawing = incident_drawing(incident, moment, kept, over)
        if not drawing.lines:
            raise NotFound(f"no series of incident {incident_id} is kept", "the next scan brings it")
        return incident_figure(drawing, scheme, offset)

    tag = _tag(page, incident.version, round(kept.at), over, moment, scheme, offset)
    return _answer(request, if_none_match, tag, draw)


@router.get("/incidents/{incident_id}/chart")
def incident_chart_page(
    page: Viewing, incident_id: _Id, over: str | None = None, moment: str | None = None
) -> Response:
    """The same on a page of its own, as large as the screen lets it."""
    chosen, when = over_of(over), "opened" if moment == "opened" else "latest"
    incident, kept = page.services.incidents.evidence(incident_id, when)
    picture = incident_picture(incident, when, kept, chosen)
    return page.show(
        "chart_page.html",
        active="Incidents",
        of_path=f"/incidents/{incident_id}",
        of_words=f"Incident {incident_id}",
        title=f"Memory of {incident.identity.workload}",
        src=chart_address(incident_id, chosen, when),
        picture=picture,
        choices=chart_choices(f"/incidents/{incident_id}/chart", incident_id, chosen, when),
    )


@router.get("/workloads/{fingerprint}/history.json")
def workload_history(
    request: Request,
    page: Viewing,
    fingerprint: _Fingerprint,
    if_none_match: IfNoneMatch = None,
    scheme: Scheme = Scheme.LIGHT,
    offset: _Offset = 0,
) -> Response:
    """The verdicts on a workload's container over time, the latest few hundred, to be embedded likewise."""
    detail = page.services.workloads.one(fingerprint, None, MOST_VERDICTS)
    if not detail.history:
        raise NotFound(f"no verdict on {fingerprint} is kept", "the next scan brings one")

    def draw() -> Any:
        from app.web.charts.history_figure import history_figure  # noqa: PLC0415 (as above)

        return history_figure(history_of(detail.history), scheme, offset)

    tag = _tag(page, detail.history[0].id, len(detail.history), detail.history[-1].id, scheme, offset)
    return _answer(request, if_none_match, tag, draw)


@router.get("/workloads/{fingerprint}/history")
def workload_history_page(page: Viewing, fingerprint: _Fingerprint) -> Response:
    """The same on a page of its own."""
    detail = page.services.workloads.one(fingerprint, None, MOST_VERDICTS)
    name = detail.workload.identity.workload
    return page.show(
        "chart_page.html",
        active="Fleet",
        of_path=f"/workloads/{fingerprint}",
        of_words=name,
        title=f"Verdicts on {name}",
        src=f"/workloads/{fingerprint}/history.json",
        picture=history_picture(name, detail.history),
        choices=(),
    )


def _tag(page: Page, *parts: object) -> str:
    """A weak one: bokeh numbers what it draws anew each time."""
    told = "-".join(str(part) for part in (page.pages.version, *parts))
    return f'W/"{told}"'


def _answer(request: Request, if_none_match: str | None, tag: str, draw: Callable[[], Any]) -> Response:
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding, Cookie"}
    if is_known(if_none_match, tag.removeprefix("W/")):
        return Response(status_code=304, headers=headers)
    figure = draw()
    from bokeh.embed import json_item  # noqa: PLC0415 (as above)

    content = json.dumps(json_item(figure), separators=(",", ":"), allow_nan=False).encode()
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
        content = gzip.compress(content, 5, mtime=0)
    return Response(content, media_type="application/json", headers=headers)
