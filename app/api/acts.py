"""What people do to incidents: `POST /api/v1/incidents/{id}/...`."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from sqlalchemy.orm import Session

from app.api.access import Responder
from app.api.act_models import ActedModel, AssignBody, CommentBody, SaidBody, SilenceIncidentBody
from app.api.etags import IfMatch, incident_tag
from app.api.headers import ETAG, Responses
from app.api.keys import KeyOf, sent
from app.api.problems import documented
from app.api.services import Services, TheServices
from app.services.acts import By
from app.services.answers import Answer, Asked
from app.services.held import Acted

router = APIRouter(prefix="/api/v1/incidents/{incident_id}", tags=["acts"])
_RESPONSES: Responses = {
    200: {
        "description": "How it stands now",
        "headers": ETAG,
    },
    **documented(400, 403, 404, 409, 412, 422, 503),
}


@dataclass(frozen=True, slots=True)
class _Act:
    """What all acts are given: who, on which incident, and under which conditions."""

    services: Services
    id: int
    actor: str
    if_match: IfMatch
    asked: Asked | None

    def answer(self, act: Callable[[By], Acted]) -> Response:
        """Act once, in one transaction with the answer that is kept."""

        def within(session: Session) -> Answer:
            acted = act(By(self.actor, self.if_match, session))
            tag = incident_tag(acted.detail.incident)
            return Answer(200, ActedModel.of(acted).model_dump_json(), {"ETag": tag})

        return sent(self.services.answers.once(self.asked, within))


def _act(
    services: TheServices,
    principal: Responder,
    incident_id: Annotated[int, Path(ge=1, le=2**63 - 1, description="Number of the incident")],
    if_match: IfMatch,
    asked: KeyOf,
) -> _Act:
    return _Act(services, incident_id, principal.name, if_match, asked)


_TheAct = Annotated[_Act, Depends(_act)]
_OR_NONE = CommentBody()


@router.post("/acknowledge", summary="Acknowledge", response_model=ActedModel, responses=_RESPONSES)
def acknowledge_incident(act: _TheAct, body: CommentBody = _OR_NONE) -> Response:
    """Somebody has seen it and deals with it. It stays so whatever scans find, until it is over.

    409 where it is resolved. One that was acknowledged already stays as it is, with who did so first.
    """
    return act.answer(lambda by: act.services.acts.acknowledge(act.id, by, body.comment))


@router.post("/unacknowledge", summary="Take an acknowledgement back", response_model=ActedModel, responses=_RESPONSES)
def unacknowledge_incident(act: _TheAct, body: CommentBody = _OR_NONE) -> Response:
    """Nobody deals with it any more: it is open."""
    return act.answer(lambda by: act.services.acts.unacknowledge(act.id, by, body.comment))


@router.post("/resolve", summary="Resolve", response_model=ActedModel, responses=_RESPONSES)
def resolve_incident(act: _TheAct, body: SaidBody) -> Response:
    """It is over, and why.

    What windows still show of the time before it does not reopen it: only data of two hours later does that still show
    the leak, or earlier data that show it more severe than it was.
    """
    return act.answer(lambda by: act.services.acts.resolve(act.id, by, body.comment))


@router.post("/reopen", summary="Reopen", response_model=ActedModel, responses=_RESPONSES)
def reopen_incident(act: _TheAct, body: CommentBody = _OR_NONE) -> Response:
    """It is not over. Scans go on from there, and close it once it is healthy for long enough.

    409 where a person said that it is no leak: take that back with `is-a-leak` first.
    """
    return act.answer(lambda by: act.services.acts.reopen(act.id, by, body.comment))


@router.post("/assign", summary="Assign", response_model=ActedModel, responses=_RESPONSES)
def assign_incident(act: _TheAct, body: AssignBody) -> Response:
    """It is somebody's to look after, or nobody's. That changes nothing else, and outlives its end."""
    return act.answer(lambda by: act.services.acts.assign(act.id, by, body.assignee, body.comment))


@router.post("/comment", summary="Comment", response_model=ActedModel, responses=_RESPONSES)
def comment_on_incident(act: _TheAct, body: SaidBody) -> Response:
    """Add a line to its timeline. The last line again, word for word and by the same person, changes nothing."""
    return act.answer(lambda by: act.services.acts.comment(act.id, by, body.comment))


@router.post("/silence", summary="Silence one incident", response_model=ActedModel, responses=_RESPONSES)
def silence_incident(act: _TheAct, body: SilenceIncidentBody) -> Response:
    """Nobody is told of it until then; its state stays what it is. A silence of it that is in force ends then, too.

    An end within a minute of the one in force changes nothing.
    """
    return act.answer(lambda by: act.services.acts.silence(act.id, by, body.ends_at(time.time()), body.comment))


@router.post("/unsilence", summary="End one incident's silence", response_model=ActedModel, responses=_RESPONSES)
def unsilence_incident(act: _TheAct, body: CommentBody = _OR_NONE) -> Response:
    """End the silence that is of this incident alone.

    Where `silenced_until` still tells a time, a silence with matchers is about it, too: `/api/v1/silences` has it.
    """
    return act.answer(lambda by: act.services.acts.unsilence(act.id, by, body.comment))


@router.post("/not-a-leak", summary="Say that it is no leak", response_model=ActedModel, responses=_RESPONSES)
def mark_not_a_leak(act: _TheAct, body: SaidBody) -> Response:
    """What it shows now is accepted, and it is over: scans tell it again only when it clearly exceeds that."""
    feedback = act.services.feedback
    return act.answer(lambda by: feedback.not_a_leak(act.id, by.actor, body.comment, by.versions, by.within))


@router.post("/is-a-leak", summary="Take back that it is no leak", response_model=ActedModel, responses=_RESPONSES)
def mark_a_leak(act: _TheAct, body: CommentBody = _OR_NONE) -> Response:
    """Nothing is accepted any more: the next scan judges it anew, and opens it again where it still leaks."""
    feedback = act.services.feedback
    return act.answer(lambda by: feedback.is_a_leak(act.id, by.actor, body.comment, by.versions, by.within))
