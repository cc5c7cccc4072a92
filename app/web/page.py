"""A page, from a request to its answer: what every template is given, and what every form must bring back."""

import secrets
import time
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment

from app.api.access import SESSION_COOKIE, Admin, Responder, Viewer, session_of
from app.api.services import Services, services_of
from app.domain.access import Principal, Role
from app.domain.token import same
from app.errors import Forbidden
from app.web.assets import Assets
from app.web.links import asked_for, safe_path
from app.web.outside import Outside
from app.web.told import TOLD_COOKIE, TOLD_SECONDS, Telling, Told

# Pages load nothing from elsewhere and run nothing that is not a file of ours.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_VISIT_COOKIE = "leakwatch_visit"
_FORM = "form"
_LONGEST_COOKIE = 200


@dataclass(frozen=True, slots=True)
class Pages:
    """What the pages of an application share. no_auth: nobody signs in; outside: where other tools are."""

    environment: Environment
    assets: Assets
    version: str
    no_auth: bool
    outside: Outside


def pages_of(request: Request) -> Pages:
    """The pages of the application that answers a request."""
    pages = request.app.state.pages
    if not isinstance(pages, Pages):
        raise TypeError("app.state.pages is set by install_pages")
    return pages


class Page:
    """One request for a page. principal: who asks; None: nobody that is known (errors, sign-in)."""

    def __init__(self, request: Request, principal: Principal | None) -> None:
        self.request = request
        self.principal = principal
        self.pages = pages_of(request)
        self.services: Services = services_of(request)

    @cached_property
    def here(self) -> str:
        """The page's own path and query, for forms that come back to it."""
        return asked_for(self.request)

    @property
    def host(self) -> str:
        """The client's address."""
        return self.request.client.host if self.request.client else ""

    def may(self, role: Role) -> bool:
        """Whether who asks may do what a role may."""
        return self.principal is not None and self.principal.role.includes(role)

    def show(self, template: str, /, status: int = 200, **values: Any) -> HTMLResponse:
        """The page that a template makes of the values and of what all pages show. Raises StorageError."""
        cookie = self.request.cookies.get(TOLD_COOKIE)
        told = None if cookie is None else Telling(self.services.seals).read(cookie)
        values = {
            "told": told,
            "freshness": None if self.principal is None else self.services.freshness.look(),
            "form_token": self.form_token,
            **values,
        }
        answer = self._answer(template, status, values)
        if cookie is not None:
            self.forget(answer, TOLD_COOKIE)
        if self._known_visit is None:
            self.keep(answer, _VISIT_COOKIE, self._visit, None)
        return answer

    def show_alone(self, template: str, status: int, values: dict[str, Any]) -> HTMLResponse:
        """The page without what the database knows: it may be what is wrong. No form on it can be sent."""
        return self._answer(template, status, {"told": None, "freshness": None, "form_token": None, **values})

    def show_error(self, status: int, values: dict[str, Any]) -> HTMLResponse:
        """The page for an error."""
        return self.show_alone("error.html", status, values)

    def back(self, path: str, told: Told | None = None) -> RedirectResponse:
        """On to a page of ours by GET, which tells what was done. Raises StorageError."""
        # Routes name paths of the application; the middleware puts the proxy's before them.
        answer = RedirectResponse(safe_path(path), status_code=303)
        if told is not None:
            self.keep(answer, TOLD_COOKIE, Telling(self.services.seals).write(told), TOLD_SECONDS)
        return answer

    def keep(self, answer: Response, name: str, value: str, seconds: float | None) -> None:
        """Give the browser a cookie that no script reads and no other site's form sends. seconds None: until it ends.

        Lax, not Strict: who follows a link from an alert must not have to sign in once more.
        """
        answer.set_cookie(
            name,
            value,
            max_age=None if seconds is None else int(seconds),
            path=self._cookie_path,
            secure=self._is_under_tls,
            httponly=True,
            samesite="lax",
        )

    def forget(self, answer: Response, name: str) -> None:
        """Take a cookie back."""
        answer.delete_cookie(name, path=self._cookie_path)

    @cached_property
    def form_token(self) -> str:
        """What a form of this browser's session must bring back (OWASP: signed double submit, bound to the session)."""
        bound_to = session_of(self.request.scope) or self._visit
        return self.services.seals.mark(_FORM, bound_to)

    @cached_property
    def _known_visit(self) -> str | None:
        found = self.request.cookies.get(_VISIT_COOKIE)
        return found if found and len(found) <= _LONGEST_COOKIE else None

    @cached_property
    def _visit(self) -> str:
        return self._known_visit or secrets.token_urlsafe(24)

    @cached_property
    def _style_nonce(self) -> str:
        return secrets.token_urlsafe(16)

    @property
    def _policy(self) -> str:
        """What the page may load. Only one with a chart asked for a nonce while it was made.

        Bokeh writes its style sheets into the page as elements, which no policy lets in but by a nonce, or all of them.
        Scripts need none: they are files of ours on every page.
        """
        if "_style_nonce" not in self.__dict__:
            return POLICY
        return POLICY.replace("style-src 'self'", f"style-src 'self' 'nonce-{self._style_nonce}'")

    @property
    def _is_under_tls(self) -> bool:
        """Whether the browser came by TLS: a proxy that ends it may be one whose headers we were not told to trust."""
        return self.request.url.scheme == "https" or self.request.headers.get("Origin", "").startswith("https://")

    @property
    def _cookie_path(self) -> str:
        return self.request.scope.get("root_path") or "/"

    def _answer(self, template: str, status: int, values: dict[str, Any]) -> HTMLResponse:
        shown = {
            "root": self.request.scope.get("root_path", ""),
            "principal": self.principal,
            "may_act": self.may(Role.RESPONDER),
            "is_signed_in": SESSION_COOKIE in self.request.cookies and not self.pages.no_auth,
            "no_auth": self.pages.no_auth,
            "here": self.here,
            "now": time.time(),
            "version": self.pages.version,
            "style_nonce": lambda: self._style_nonce,
            **values,
        }
        text = self.pages.environment.get_template(template).render(shown)
        return HTMLResponse(text, status, headers={"Content-Security-Policy": self._policy})


async def _viewed(request: Request, principal: Viewer) -> Page:
    return Page(request, principal)


def sent_form(page: Page, token: str) -> None:
    """Raise Forbidden for a form that no page of this session's made."""
    if not same(token, page.form_token):
        raise Forbidden(
            "this form is not of your session, or of one that is over", "open the page again, and resend it"
        )


def _acted(request: Request, principal: Responder, form_token: Annotated[str, Form(max_length=200)] = "") -> Page:
    page = Page(request, principal)
    sent_form(page, form_token)
    return page


async def _overseen(request: Request, principal: Admin) -> Page:
    return Page(request, principal)


def _administered(request: Request, principal: Admin, form_token: Annotated[str, Form(max_length=200)] = "") -> Page:
    page = Page(request, principal)
    sent_form(page, form_token)
    return page


# A page to look at, and one that changes something by a form of ours.
Viewing = Annotated[Page, Depends(_viewed)]
Acting = Annotated[Page, Depends(_acted)]
# The same for admins alone.
Overseeing = Annotated[Page, Depends(_overseen)]
Administering = Annotated[Page, Depends(_administered)]
