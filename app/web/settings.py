"""`/settings`: what is set, and where from. Nothing is changed here: settings belong to whoever deploys the service."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.domain.access import Role
from app.domain.setting import Origin
from app.web.page import Viewing

router = APIRouter(include_in_schema=False)


@router.get("/settings")
def settings(request: Request, page: Viewing) -> Response:
    """The page. Viewers are shown what explains other pages: windows, thresholds, intervals.

    Where other systems are, as whom they are entered, and where files lie is for those who act: a viewer's token is
    given to dashboards and guests, who need none of it.
    """
    shown = page.services.settings
    may_see_all = page.may(Role.RESPONDER)
    groups = [group for group in shown.groups if may_see_all or not group.is_inner]
    own = sum(one.origin is not Origin.DEFAULT for group in groups for one in group.settings)
    return page.show(
        "settings.html",
        groups=groups,
        hidden=[group.title for group in shown.groups if group not in groups],
        clusters=shown.clusters if may_see_all else (),
        file=shown.file if may_see_all else "",
        only_own=request.query_params.get("show") == "own",
        counts={"own": own, "all": sum(len(group.settings) for group in groups)},
        may_make_tokens=page.may(Role.ADMIN),
    )
