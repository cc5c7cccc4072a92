"""`/silences/new` and `/silences/{id}/edit`: the form of a silence, with a preview of what it would cover."""

import hashlib
import re
import secrets
import time
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.domain.access import Role
from app.domain.silence import Silence, SilenceState
from app.errors import Conflict, Forbidden, Outdated, UsageError
from app.services.acts import By
from app.services.answers import Answer, Asked
from app.web import silence_form
from app.web.page import Acting, Page, Viewing
from app.web.silence_form import SPANS, Read, SilenceForm
from app.web.silences import UNDO, first, name_of, words_of
from app.web.told import Told, Undo

router = APIRouter(prefix="/silences", include_in_schema=False)
_SHOWN = 12
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")
_Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
_Sent = Annotated[SilenceForm, Depends(SilenceForm.sent)]


@router.get("/new")
def new_silence(request: Request, page: Viewing) -> Response:
    """A form to make one. like: the number of one to begin with; or matchers by name, `namespace=shop`."""
    _may_act(page)
    like = request.query_params.get("like", "")
    form = SilenceForm.asked(request.query_params)
    if _NUMBER.fullmatch(like):
        form = SilenceForm.like(page.services.silences.one(int(like)))
    return _form(page, form)


@router.post("/new")
def make_silence(
    page: Acting,
    form: _Sent,
    do: Annotated[str, Form(max_length=20)] = "preview",
    once: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Show what it would silence, or make it. once: of the form as it was shown; what is sent twice makes one."""
    found = silence_form.read(form, time.time())
    if do != "save" or found.wanted is None:
        return _form(page, form, found, is_preview=do != "save", once=once)
    wanted, made = found.wanted, dict[str, Silence]()

    def make(session: Session) -> Answer:
        made["it"] = page.services.silences.create(wanted, By(name_of(page), within=session)).silence
        return Answer(201, str(made["it"].id))

    digest = hashlib.sha256(repr((once, form)).encode(errors="replace")).hexdigest()
    try:
        answer = page.services.answers.once(Asked(name_of(page), f"page-{digest}", digest) if once else None, make)
    except UsageError as error:
        return _form(page, form, found.but(error), once=once)
    except Conflict as error:
        return _form(page, form, found, problem=words_of(error), status=409, once=once)
    silence = page.services.silences.one(int(answer.body))
    count = len(page.services.silences.coverage().covered(silence))
    is_pending = silence.state(time.time()) is SilenceState.PENDING
    text = f"The silence is kept: it {'will cover' if is_pending else 'covers'} {_many(count)}."
    return page.back(
        f"/silences{'?state=pending' if is_pending else ''}",
        Told(text=text, undo=Undo(act="end", targets=[str(silence.id)], path=UNDO)),
    )


@router.get("/{silence_id}/edit")
def edit_form(page: Viewing, silence_id: _Id) -> Response:
    """The form to change one."""
    _may_act(page)
    found = page.services.silences.one(silence_id)
    _can_edit(found)
    return _form(page, SilenceForm.of(found, time.time()), editing=found)


@router.post("/{silence_id}/edit")
def edit_silence(
    page: Acting,
    silence_id: _Id,
    form: _Sent,
    version: Annotated[int, Form(ge=0, le=2**63 - 1)] = 0,
    do: Annotated[str, Form(max_length=20)] = "preview",
) -> Response:
    """Show what it would silence then, or change it, unless somebody changed it since the form was shown."""
    before = page.services.silences.one(silence_id)
    _can_edit(before)
    now = time.time()
    found = silence_form.read(form, now, has_begun_at=before.starts_at if before.starts_at <= now else None)
    if do != "save" or found.wanted is None:
        return _form(page, form, found, is_preview=do != "save", editing=before, version=version)
    try:
        done = page.services.silences.edit(silence_id, found.wanted, By(name_of(page), frozenset({version})))
    except UsageError as error:
        return _form(page, form, found.but(error), editing=before, version=version)
    except Outdated:
        problem = f"{before.author} changed it while you did. Below is what you typed; saving it again replaces theirs."
        return _form(page, form, found, problem=problem, status=412, editing=before)
    state = done.silence.state(time.time())
    text = "The silence is changed." if done.changed else "It was so already."
    return page.back(f"/silences{'?state=pending' if state is SilenceState.PENDING else ''}", Told(text=text))


def _form(
    page: Page,
    form: SilenceForm,
    found: Read | None = None,
    *,
    is_preview: bool = False,
    problem: str = "",
    status: int = 200,
    editing: Silence | None = None,
    version: int | None = None,
    once: str = "",
) -> Response:
    """The form as it was typed, with what is wrong with it, or what it would silence."""
    problems = {} if found is None else dict(found.problems)
    if is_preview and not form.comment.strip():
        problems.pop("comment", None)  # It may be written after one has seen what it is about.
    if found is None and form.matchers:
        found = silence_form.read(form, time.time())  # What the form begins with is shown at once.
    covered, met = None, dict[str, int]()
    if found is not None and found.matchers:
        coverage = page.services.silences.coverage()
        met = {str(one): len(coverage.met(one)) for one in found.matchers}
        covered = first(page, coverage.all_met(found.matchers), _SHOWN)
    if version is None:
        version = 0 if editing is None else editing.version
    return page.show(
        "silence_form.html",
        422 if problems and status == 200 else status,
        form=form,
        found=found,
        problems=problems,
        problem=problem,
        covered=covered,
        met=met,
        spans=SPANS,
        editing=editing,
        has_begun=editing is not None and editing.starts_at <= time.time(),
        seen_version=version,
        once=once or secrets.token_urlsafe(16),
    )


def _may_act(page: Page) -> None:
    if not page.may(Role.RESPONDER):
        raise Forbidden("a token of the role responder is needed to silence", "ask an admin for one")


def _can_edit(silence: Silence) -> None:
    if silence.incident_id is not None:
        raise Conflict(f"silence {silence.id} is of one incident alone", "silence that incident for another time")
    if silence.state(time.time()) is SilenceState.EXPIRED:
        raise Conflict(f"silence {silence.id} is over", "make a new one")


def _many(count: int) -> str:
    return "no incident that is not over" if not count else f"{count:,} incident{'s' if count > 1 else ''}"
