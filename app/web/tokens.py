"""`/settings/tokens`: who may use the service, for admins. A token's text is shown once, when it is made."""

import hashlib
import secrets
import time
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query
from fastapi.responses import Response

from app.domain.access import Role
from app.errors import Conflict, UsageError
from app.services.answers import Answer, Asked
from app.services.tokens import LONGEST_NAME, MadeToken
from app.web.page import Administering, Overseeing, Page
from app.web.told import Told

router = APIRouter(prefix="/settings/tokens", include_in_schema=False)
_HERE = "/settings/tokens"
_PAGE = 50
# For how long a token may be in force: days, and how they are called. 0: until it is revoked.
_LIVES = {1: "1 day", 7: "1 week", 30: "30 days", 90: "90 days", 365: "1 year", 0: "until it is revoked"}
_USUAL_LIFE = 90
_DAY = 86_400.0
_MADE_ALREADY = "This token was made already. If you have not kept it, revoke it and make another: it is shown once."
_MAY = {
    Role.VIEWER: "reads",
    Role.RESPONDER: "also acts on incidents and silences, and starts scans",
    Role.ADMIN: "also makes and revokes tokens",
}


@router.get("")
def list_tokens(page: Overseeing, cursor: Annotated[str | None, Query(max_length=200)] = None) -> Response:
    """The list, newest first, and the form for another."""
    return _show(page, cursor=cursor or None)


@router.post("")
def make_token(
    page: Administering,
    role: Annotated[Role, Form()],
    name: Annotated[str, Form(max_length=1000)] = "",
    days: Annotated[int, Form(ge=0, le=3650)] = _USUAL_LIFE,
    once: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Make one, and show it. The answer is the page itself: an address to come back to would have to know the token.

    once: of the form as it was shown; what is sent twice, by loading the page again, is done once.
    """
    made: list[MadeToken] = []

    def make() -> Answer:
        made.append(page.services.tokens.create(name, role, days * _DAY if days else None, _name(page)))
        return Answer(201, "")

    digest = hashlib.sha256(repr((once, name, role.value, days)).encode(errors="replace")).hexdigest()
    try:
        page.services.answers.begun(Asked(_name(page), f"page-{digest}", digest) if once else None, make, secret=True)
    except UsageError as error:
        problem = f"{error}; {error.hint}" if error.hint else str(error)
        return _show(page, status=422, wanted=(name, role, days), problem=problem)
    except Conflict:
        return _show(page, status=409, problem=_MADE_ALREADY)
    return _show(page, status=201, made=made[0])


@router.post("/{token_id}/revoke")
def revoke_token(page: Administering, token_id: Annotated[int, Path(ge=1, le=2**63 - 1)]) -> Response:
    """End one."""
    over = page.services.tokens.revoke(token_id, _name(page))
    return page.back(_HERE, Told(text=f"Revoked the token of {over.name}. It opens nothing any more within seconds."))


def _show(
    page: Page,
    *,
    status: int = 200,
    cursor: str | None = None,
    made: MadeToken | None = None,
    wanted: tuple[str, Role, int] = ("", Role.VIEWER, _USUAL_LIFE),
    problem: str | None = None,
) -> Response:
    return page.show(
        "tokens.html",
        status,
        found=page.services.tokens.page(cursor, _PAGE),
        cursor=cursor,
        clock=time.time(),
        once=secrets.token_urlsafe(16),
        made=made,
        wanted=wanted,
        problem=problem,
        lives=_LIVES,
        may=_MAY,
        longest_name=LONGEST_NAME,
    )


def _name(page: Page) -> str:
    return "" if page.principal is None else page.principal.name
