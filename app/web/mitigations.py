"""`/mitigations`: acting on leaks. What is proposed, what it changes and disturbs, and what came of it; the stop."""

import re
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import Response

from app.domain.access import Role
from app.domain.incident import Incident, IncidentState
from app.domain.mitigation.guards import Mode
from app.domain.mitigation.model import UNDER_WAY, ActKind, Mitigation, MitigationState, Way, Wish
from app.domain.mitigation.quantity import bytes_of
from app.errors import LeakwatchError, StorageError, UsageError
from app.output.mitigation_write import disturbance_lines
from app.services.acts import By
from app.web.page import Acting, Administering, Page, Viewing
from app.web.told import Told

router = APIRouter(include_in_schema=False)
ACTS = {
    ActKind.ROLLBACK.value: "Roll back",
    ActKind.ABORT.value: "Abort the canary",
    ActKind.RESTART.value: "Restart",
    ActKind.RAISE_LIMIT.value: "Raise the limit",
}
_TABS = {"under_way": "Under way", "over": "Over"}
_OVER = tuple(state for state in MitigationState if state.is_over)
_PAGE = 25
_OF_INCIDENT = 3
_LONGEST_TOLD = 900
_STAGES = (
    (MitigationState.PROPOSED, "Proposed"),
    (MitigationState.APPROVED, "Approved"),
    (MitigationState.APPLYING, "Applying"),
    (MitigationState.WATCHING, "Watching"),
)
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")
_Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
_Why = Annotated[str, Form(max_length=4000)]
_Short = Annotated[str, Form(max_length=60)]


def panel_of(page: Page, incident: Incident) -> dict[str, object]:
    """What an incident's page shows of acting on it: the latest ones, and whether one may be proposed."""
    service = page.services.mitigations
    may = page.may(Role.RESPONDER) and incident.standing.state is not IncidentState.RESOLVED
    return {
        "mitigations": service.page((), incident.id, None, _OF_INCIDENT).mitigations,
        "may_propose": may and service.policy.mode is not Mode.OFF,
        "acts": ACTS if incident.finding["workload"]["kind"] == "Rollout" else _without_abort(),
        "marks": MARKS,
    }


@router.get("/mitigations")
def mitigations(request: Request, page: Viewing) -> Response:
    """All of them, and the emergency stop. What cannot be is taken for the usual."""
    given, service = request.query_params, page.services.mitigations
    tab = given.get("state", "")
    tab = tab if tab in _TABS else "under_way"
    cursor = given.get("cursor") or None
    found = service.page(sorted(UNDER_WAY) if tab == "under_way" else _OVER, None, cursor, _PAGE)
    return page.show(
        "mitigations.html",
        tab=tab,
        tabs=_TABS,
        found=found.mitigations,
        next_cursor=found.next_cursor,
        cursor=cursor,
        stop=service.stopped(),
        stopped_by_setting=service.policy.stopped,
        mode=service.policy.mode.value,
        may_resume=page.may(Role.ADMIN),
        marks=MARKS,
    )


@router.get("/mitigations/{mitigation_id:int}")
def mitigation(page: Viewing, mitigation_id: _Id) -> Response:
    """One of them."""
    service = page.services.mitigations
    one, stop = service.one(mitigation_id), service.stopped()
    by_hand = one.plan.way is Way.BY_HAND
    return page.show(
        "mitigation.html",
        one=one,
        marks=MARKS,
        acts=ACTS,
        stages=_stages(one),
        by_hand=by_hand,
        disturbs=list(disturbance_lines(one.plan.disturbance)),
        stop=stop,
        stopped=stop.in_force or service.policy.stopped,
        may_approve=page.may(Role.ADMIN) and one.state is MitigationState.PROPOSED and not by_hand,
        may_reject=page.may(Role.RESPONDER) and one.state in {MitigationState.PROPOSED, MitigationState.APPROVED},
        mode=service.policy.mode.value,
    )


@router.post("/incidents/{incident_id:int}/mitigations")
def propose(
    page: Acting, incident_id: _Id, act: _Short, revision: _Short = "", limit: _Short = "", comment: _Why = ""
) -> Response:
    """Find out how it would be done, and show that."""
    back = f"/incidents/{incident_id}"
    try:
        wish = _wish(act, revision.strip(), limit.strip())
        one = page.services.mitigations.propose(incident_id, wish, _name(page), comment)
    except StorageError:
        raise
    except LeakwatchError as error:
        return page.back(f"{back}#h-mitigate", _not("Not proposed", error))
    refused = one.state is MitigationState.REFUSED
    text = "It may not be done: see why below." if refused else "Proposed. Nothing is changed before it is approved."
    return page.back(f"/mitigations/{one.id}", Told(text=text, is_error=refused))


@router.post("/mitigations/{mitigation_id:int}/approve")
def approve(
    page: Administering, mitigation_id: _Id, version: Annotated[int, Form(ge=0, le=2**63 - 1)], comment: _Why = ""
) -> Response:
    """Let it be done. version: of the plan that was read."""
    by = By(_name(page), frozenset({version}))
    return _decided(page, mitigation_id, "Not approved", "Approved: it is done within seconds.", by, comment, True)


@router.post("/mitigations/{mitigation_id:int}/reject")
def reject(page: Acting, mitigation_id: _Id, comment: _Why = "") -> Response:
    """It is not to be done."""
    return _decided(page, mitigation_id, "Not rejected", "Rejected.", By(_name(page)), comment, False)


@router.post("/mitigations/stop")
def stop(page: Acting, comment: _Why = "") -> Response:
    """Stop all acts."""
    try:
        page.services.mitigations.stop(By(_name(page)), comment)
    except UsageError:
        return page.back("/mitigations", Told(text="Not stopped: say why, it is kept with your name.", is_error=True))
    return page.back("/mitigations", Told(text="All acts are stopped."))


@router.post("/mitigations/resume")
def resume(page: Administering) -> Response:
    """Let acts go on."""
    page.services.mitigations.resume(By(_name(page)))
    return page.back("/mitigations", Told(text="Acts may go on."))


MARKS = {
    MitigationState.SUCCEEDED: "good",
    MitigationState.FAILED: "critical",
    MitigationState.NO_EFFECT: "critical",
    MitigationState.REFUSED: "warning",
    MitigationState.INCONCLUSIVE: "warning",
    MitigationState.STOPPED: "warning",
    MitigationState.PROPOSED: "info",
    MitigationState.APPROVED: "info",
    MitigationState.APPLYING: "info",
    MitigationState.WATCHING: "info",
}


def _decided(page: Page, number: int, wrong: str, right: str, by: By, comment: str, approves: bool) -> Response:
    service, back = page.services.mitigations, f"/mitigations/{number}"
    try:
        done = service.approve(number, by, comment) if approves else service.reject(number, by, comment)
    except StorageError:
        raise
    except LeakwatchError as error:
        return page.back(back, _not(wrong, error))
    return page.back(back, Told(text=right if done.changed else "It was so already."))


def _wish(act: str, revision: str, limit: str) -> Wish:
    """What a form asks for; fields of other acts are left out. Raises UsageError."""
    if act not in ACTS:
        raise UsageError("act: there is no such act")
    kind = ActKind(act)
    if kind is ActKind.ROLLBACK and revision:
        if not _NUMBER.fullmatch(revision):
            raise UsageError("revision: not the number of one", "leave it empty for the one before the suspect")
        return Wish(kind, int(revision))
    if kind is not ActKind.RAISE_LIMIT:
        return Wish(kind)
    try:
        return Wish(kind, limit_bytes=bytes_of(limit))
    except ValueError as error:
        raise UsageError(f"limit: {error}") from None


def _without_abort() -> dict[str, str]:
    return {name: label for name, label in ACTS.items() if name != ActKind.ABORT.value}


def _stages(one: Mitigation) -> list[tuple[str, str]]:
    """The steps of its life, each with whether it is over, is the present one, or is to come."""
    times = (one.proposed_at, one.approved_at, one.applying_at, one.applied_at)
    reached = max((place for place, at in enumerate(times) if at is not None), default=0)
    stages = [
        (label, "done" if place < reached or one.state.is_over else "now")
        for place, (_, label) in enumerate(_STAGES)
        if place <= reached
    ]
    if not one.state.is_over:
        return stages + [(label, "later") for _, label in _STAGES[reached + 1 :]]
    return [*stages, (one.state.value.replace("_", " ").capitalize(), "now")]


def _not(what: str, error: LeakwatchError) -> Told:
    why = f"{error}; {error.hint}" if error.hint else str(error)
    return Told(text=f"{what}: {why}"[:_LONGEST_TOLD] + ".", is_error=True)


def _name(page: Page) -> str:
    return "" if page.principal is None else page.principal.name
