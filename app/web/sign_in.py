"""`/sign-in` and `/sign-out`: a browser is given a session for a token."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from app.api.access import SESSION_COOKIE
from app.api.paths import SIGN_IN
from app.errors import TooManyFailures, Unauthenticated
from app.services.sessions import SESSION_SECONDS
from app.web.links import HOME, safe_path
from app.web.page import Page, Viewing, sent_form

router = APIRouter(include_in_schema=False)
_FormToken = Annotated[str, Form(max_length=200)]


@router.get(SIGN_IN)
def sign_in_page(request: Request, wanted: Annotated[str, Query(alias="next", max_length=2000)] = HOME) -> Response:
    """The form. It leads back to where its reader wanted to go."""
    page = Page(request, None)
    if page.pages.no_auth:
        return page.back(wanted)
    return page.show("sign_in.html", wanted=safe_path(wanted), problem=None)


@router.post(SIGN_IN)
def sign_in(
    request: Request,
    token: Annotated[str, Form(max_length=200)] = "",
    wanted: Annotated[str, Form(alias="next", max_length=2000)] = HOME,
    form_token: _FormToken = "",
) -> Response:
    """Begin a session. What exactly is wrong with a token is told to the log alone."""
    page = Page(request, None)
    sent_form(page, form_token)
    try:
        session = page.services.sessions.begin(token.strip(), page.host)
    except Unauthenticated:
        problem = "This is not a token that is in force."
        return page.show("sign_in.html", 401, wanted=safe_path(wanted), problem=problem)
    except TooManyFailures as error:
        problem = f"Too many wrong tokens came from here. Try again in {error.retry_after_seconds} s."
        answer = page.show("sign_in.html", 429, wanted=safe_path(wanted), problem=problem)
        answer.headers["Retry-After"] = str(error.retry_after_seconds)
        return answer
    begun = page.back(wanted)
    page.keep(begun, SESSION_COOKIE, session, SESSION_SECONDS)
    return begun


@router.post("/sign-out")
def sign_out(page: Viewing, form_token: _FormToken = "") -> Response:
    """Take the session back."""
    sent_form(page, form_token)
    answer = page.back(SIGN_IN)
    page.forget(answer, SESSION_COOKIE)
    return answer
