"""`/acts`: what people do to incidents from pages. Every form leads here, and from here back to where it stood.

An act that must be explained is answered with a page that asks for it, where the form did not say it already.
"""

import re
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from app.errors import UsageError
from app.web import acting
from app.web.acting import KINDS, Outcome, Words
from app.web.links import HOME, safe_path
from app.web.page import Acting, Page, Viewing
from app.web.told import Told, Undo

router = APIRouter(include_in_schema=False)
# Of a silence: seconds, and how they are called.
SPANS = {3600: "1 hour", 14_400: "4 hours", 28_800: "8 hours", 86_400: "1 day", 259_200: "3 days", 604_800: "1 week"}
_USUAL_SPAN = 14_400
_MOST = 200
_DO = re.compile(r"([a-z-]+)(?::([1-9][0-9]{0,17}))?")
_TARGET = re.compile(r"[1-9][0-9]{0,17}")
_UNDO_TARGET = re.compile(r"[1-9][0-9]{0,17}[oar]")
_Back = Annotated[str, Form(max_length=2000)]


@router.get("/acts")
def nothing_to_do(page: Viewing) -> Response:
    """Where whoever had to sign in again while they were asked why comes back to."""
    return page.back(HOME)


@router.post("/acts")
def act(
    page: Acting,
    do: Annotated[str, Form(max_length=60)],
    target: Annotated[list[str] | None, Form(max_length=_MOST)] = None,
    comment: Annotated[str, Form(max_length=4000)] = "",
    seconds: Annotated[int, Form(ge=0, le=31_536_000)] = 0,
    asked: Annotated[bool, Form()] = False,
    back: _Back = HOME,
) -> Response:
    """Act. do: `acknowledge` for all targets, `acknowledge:7` for that one; asked: the form asked why."""
    kind, ids = _wanted(do, target or [])
    back = safe_path(back)
    if not ids:
        return page.back(back, Told(text="Nothing was selected, so nothing was done.", is_error=True))
    needed = KINDS[kind]
    if (needed.words and not comment.strip()) or (needed.spans and not seconds):
        problem = "Say why: it is kept in the timeline." if asked else None
        return _ask(page, kind, ids, back, Words(comment, seconds), problem)
    try:
        outcome = acting.act(page.services, kind, ids, _name(page), Words(comment, seconds))
    except UsageError as error:
        return _ask(page, kind, ids, back, Words(comment, seconds), f"{error}")
    undo = Undo(act=kind, targets=outcome.targets) if needed.can_undo and outcome.targets else None
    return page.back(back, _told(needed.done, outcome, undo))


@router.post("/acts/undo")
def undo(
    page: Acting,
    act: Annotated[str, Form(max_length=60)],
    target: Annotated[list[str] | None, Form(max_length=_MOST)] = None,
    back: _Back = HOME,
) -> Response:
    """Take back what was done last."""
    targets = [one for one in target or [] if _UNDO_TARGET.fullmatch(one)]
    if act not in KINDS or not KINDS[act].can_undo or not targets:
        raise UsageError("act: there is nothing to take back")
    outcome = acting.undo(page.services, act, targets, _name(page))
    return page.back(back, _told("Took back what was done to", outcome, None))


def _wanted(do: str, targets: list[str]) -> tuple[str, list[int]]:
    found = _DO.fullmatch(do)
    if found is None or found[1] not in KINDS:
        raise UsageError("do: there is no such act")
    ids = [found[2]] if found[2] else [one for one in targets if _TARGET.fullmatch(one)]
    return found[1], list(dict.fromkeys(int(one) for one in ids))


def _name(page: Page) -> str:
    return "" if page.principal is None else page.principal.name


def _ask(page: Page, kind: str, ids: list[int], back: str, words: Words, problem: str | None) -> Response:
    known = page.services.incidents.some(ids)
    return page.show(
        "ask.html",
        422 if problem else 200,
        kind=kind,
        act=KINDS[kind],
        incidents=[known[number] for number in ids if number in known],
        ids=ids,
        back=back,
        words=words,
        spans=SPANS,
        usual_span=_USUAL_SPAN,
        problem=problem,
    )


def _told(done: str, outcome: Outcome, undo: Undo | None) -> Told:
    """What was done, to how many, and what could not be: `Acknowledged cart.`"""
    changed = outcome.changed
    parts = []
    if changed:
        what = changed[0].identity.workload if len(changed) == 1 else f"{len(changed)} incidents"
        parts.append(f"{done} {what}.")
    if outcome.unchanged:
        only = not changed and not outcome.refused
        parts.append(
            "It was so already." if only and outcome.unchanged == 1 else f"{outcome.unchanged} were so already."
        )
    if outcome.refused:
        more = f" (and {len(outcome.refused) - 1} more)" if len(outcome.refused) > 1 else ""
        parts.append(f"Could not be done: {outcome.refused[0]}{more}.")
    return Told(text=" ".join(parts)[:1000], is_error=bool(outcome.refused), undo=undo)
