"""`/silences`: what is kept quiet and until when; and what was accepted as no leak."""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import Response

from app.domain.incident import Incident
from app.domain.silence import Silence, SilenceState
from app.errors import Conflict, LeakwatchError, UsageError
from app.services.acts import By
from app.services.feedback import AcceptedPage
from app.services.silences import SilencePage
from app.web.page import Acting, Page, Viewing
from app.web.told import Told, Undo

router = APIRouter(prefix="/silences", include_in_schema=False)
ACCEPTED = "accepted"
_TABS = {
    SilenceState.ACTIVE.value: "In force",
    SilenceState.PENDING.value: "Pending",
    SilenceState.EXPIRED.value: "Over",
    ACCEPTED: "Accepted",
}
_PAGE = 25
_LISTED = 100
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")
_ENDED = re.compile(r"([1-9][0-9]{0,17}):([0-9]{1,12}):([0-9]{1,12})")
UNDO = "/silences/undo"
_Id = Annotated[int, Path(ge=1, le=2**63 - 1)]


@dataclass(frozen=True, slots=True)
class Covered:
    """The incidents that are not over and that a silence is about: how many, and the first of them."""

    count: int
    some: tuple[Incident, ...]


@router.get("")
def silences(request: Request, page: Viewing) -> Response:
    """The page. incident: only what keeps that one quiet now. What cannot be is taken for the usual."""
    given, service = request.query_params, page.services.silences
    tab = given.get("state", "")
    tab = tab if tab in _TABS else SilenceState.ACTIVE.value
    cursor = given.get("cursor") or None
    of = int(given["incident"]) if _NUMBER.fullmatch(given.get("incident", "")) else None
    accepted = AcceptedPage((), None)
    found = SilencePage((), None)
    if of is not None:
        tab, found = SilenceState.ACTIVE.value, SilencePage(service.quieting(of), None)
    elif tab == ACCEPTED:
        accepted = page.services.feedback.page(cursor, _PAGE)
    else:
        found = service.page([SilenceState(tab)], None, cursor, _PAGE)
    alone = [one.incident_id for one in found.silences if one.incident_id is not None]
    return page.show(
        "silences.html",
        tab=tab,
        tabs=_TABS,
        counts={**service.counts(), ACCEPTED: page.services.feedback.count()},
        silences=found.silences,
        covers=_covers(page, found.silences) if tab != SilenceState.EXPIRED.value else {},
        incidents=page.services.incidents.some([*alone, *([] if of is None else [of])]),
        accepted=accepted.accepted,
        next_cursor=found.next_cursor or accepted.next_cursor,
        cursor=cursor,
        of=of,
    )


@router.get("/{silence_id}")
def silence(page: Viewing, silence_id: _Id) -> Response:
    """One, with the incidents that it is about."""
    found = page.services.silences.one(silence_id)
    covered = first(page, page.services.silences.coverage().covered(found), _LISTED)
    of = found.incident_id
    incidents = page.services.incidents.some([] if of is None else [of])
    state = found.state(time.time()).value
    return page.show("silence.html", silence=found, state=state, covered=covered, incidents=incidents)


@router.post("/end")
def end_silence(
    page: Acting,
    silence: Annotated[int, Form(ge=1, le=2**63 - 1)],
    back: Annotated[str, Form(max_length=2000)] = "/silences",
) -> Response:
    """End one before its time."""
    before = page.services.silences.one(silence)
    by = By(name_of(page))
    if before.incident_id is not None:
        # By way of the incident, whose timeline tells of it.
        changed = page.services.acts.unsilence(before.incident_id, by).changed
        return page.back(back, Told(text="Ended the silence." if changed else "It was over already."))
    done = page.services.silences.expire(silence, by)
    if not done.changed:
        return page.back(back, Told(text="It was over already."))
    target = f"{silence}:{before.starts_at:.0f}:{before.ends_at:.0f}"
    return page.back(back, Told(text="Ended the silence.", undo=Undo(act="resume", targets=[target], path=UNDO)))


@router.post("/undo")
def undo(
    page: Acting,
    act: Annotated[str, Form(max_length=20)],
    target: Annotated[str, Form(max_length=60)],
    back: Annotated[str, Form(max_length=2000)] = "/silences",
) -> Response:
    """Take back that one was made, or ended."""
    ended, by = _ENDED.fullmatch(target), By(name_of(page))
    if act == "end" and _NUMBER.fullmatch(target):
        page.services.silences.expire(int(target), by)
        return page.back(back, Told(text="Took the silence back: it is over."))
    if act != "resume" or ended is None:
        raise UsageError("act: there is nothing to take back")
    number, starts_at, ends_at = (int(one) for one in ended.groups())
    try:
        page.services.silences.resume(number, float(starts_at), float(ends_at), by)
    except Conflict as error:
        return page.back(back, Told(text=f"Could not be done: {words_of(error)}", is_error=True))
    return page.back(back, Told(text="The silence is in force again."))


def _covers(page: Page, silences: Sequence[Silence]) -> dict[int, int]:
    """How many incidents each of them is about, by its id."""
    if not silences:
        return {}
    coverage = page.services.silences.coverage()
    return {one.id: len(coverage.covered(one)) for one in silences}


def first(page: Page, ids: frozenset[int], most: int) -> Covered:
    """The newest of these incidents."""
    known: Mapping[int, Incident] = page.services.incidents.some(sorted(ids, reverse=True)[:most])
    return Covered(len(ids), tuple(known.values()))


def name_of(page: Page) -> str:
    """Who acts."""
    return "" if page.principal is None else page.principal.name


def words_of(error: LeakwatchError) -> str:
    """An error as a sentence, with what to do."""
    text = f"{error}; {error.hint}" if error.hint else str(error)
    return f"{text[:1].upper()}{text[1:]}."
