"""`/api/v1/mitigations`: acting on leaks, and the emergency stop."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy.orm import Session

from app.api.access import Admin, Responder, Viewer
from app.api.act_models import CommentBody, SaidBody
from app.api.etags import IfMatch, version_tag
from app.api.headers import ETAG, LOCATION, PAGED, TAGGED
from app.api.keys import KeyOf, sent
from app.api.mitigation_models import (
    DecidedModel,
    MitigationModel,
    MitigationPageModel,
    ProposalBody,
    StopModel,
    StoppedModel,
)
from app.api.paging import Cursor, Limit, link_next
from app.api.problems import documented
from app.api.services import TheServices
from app.domain.mitigation.model import MitigationState, Stop
from app.services.acts import By
from app.services.answers import Answer
from app.services.mitigations import Decided

router = APIRouter(prefix="/api/v1/mitigations", tags=["mitigations"])
_Id = Annotated[int, Path(ge=1, le=2**63 - 1, description="Number of the mitigation")]
_DECIDED = TAGGED | documented(400, 403, 404, 409, 412, 422, 503)
_OR_NONE = CommentBody()


@router.get("", summary="List mitigations", responses=PAGED | documented(400, 422, 503))
def list_mitigations(
    request: Request,
    response: Response,
    services: TheServices,
    _: Viewer,
    state: Annotated[list[MitigationState] | None, Query(description="Only in these states. Repeatable.")] = None,
    incident: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Only those of this incident")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> MitigationPageModel:
    """Acts against leaks, newest first, those that are over included."""
    page = services.mitigations.page(state or (), incident, cursor, limit)
    link_next(request, response, page.next_cursor)
    return MitigationPageModel(
        items=[MitigationModel.of(one) for one in page.mitigations], next_cursor=page.next_cursor
    )


@router.post(
    "",
    status_code=201,
    summary="Propose to act",
    response_model=MitigationModel,
    responses={201: {"headers": ETAG | LOCATION}, **documented(400, 403, 404, 409, 422, 502, 503)},
)
def propose_mitigation(services: TheServices, principal: Responder, asked: KeyOf, body: ProposalBody) -> Response:
    """Find out how it would be done, by a dry run on the API server, and keep that for somebody to approve.

    Nothing is changed in the cluster. It is kept as `refused`, with the reasons, where a guard speaks against it.
    """

    def act() -> Answer:
        one = services.mitigations.propose(body.incident_id, body.wish(), principal.name, body.comment)
        headers = {"ETag": version_tag(one.version), "Location": f"{router.prefix}/{one.id}"}
        return Answer(201, MitigationModel.of(one).model_dump_json(), headers)

    return sent(services.answers.begun(asked, act))


@router.get("/stop", summary="The emergency stop", responses=TAGGED | documented(503))
def get_mitigation_stop(response: Response, services: TheServices, _: Viewer) -> StopModel:
    """Whether all acts are stopped, by whom, and why."""
    stop = services.mitigations.stopped()
    response.headers["ETag"] = version_tag(stop.version)
    return StopModel.of(stop)


@router.post(
    "/stop",
    summary="Stop all acts",
    response_model=StoppedModel,
    responses=TAGGED | documented(400, 403, 409, 412, 422, 503),
)
def stop_mitigations(
    services: TheServices, principal: Responder, if_match: IfMatch, asked: KeyOf, body: SaidBody
) -> Response:
    """Nothing more is done, by any replica. What is approved and not begun is over; what was done is still watched."""

    def act(session: Session) -> Answer:
        return _stopped(*services.mitigations.stop(By(principal.name, if_match, session), body.comment))

    return sent(services.answers.once(asked, act))


@router.post(
    "/resume",
    summary="Let acts go on",
    response_model=StoppedModel,
    responses=TAGGED | documented(400, 403, 409, 412, 422, 503),
)
def resume_mitigations(services: TheServices, principal: Admin, if_match: IfMatch, asked: KeyOf) -> Response:
    """End the emergency stop. What it ended stays so, and is proposed anew."""

    def act(session: Session) -> Answer:
        return _stopped(*services.mitigations.resume(By(principal.name, if_match, session)))

    return sent(services.answers.once(asked, act))


@router.get("/{mitigation_id}", summary="One mitigation", responses=TAGGED | documented(404, 422, 503))
def get_mitigation(response: Response, services: TheServices, _: Viewer, mitigation_id: _Id) -> MitigationModel:
    """One of them, with what it changes and disturbs."""
    one = services.mitigations.one(mitigation_id)
    response.headers["ETag"] = version_tag(one.version)
    return MitigationModel.of(one)


@router.post("/{mitigation_id}/approve", summary="Approve", response_model=DecidedModel, responses=_DECIDED)
def approve_mitigation(
    services: TheServices,
    principal: Admin,
    mitigation_id: _Id,
    if_match: IfMatch,
    asked: KeyOf,
    body: CommentBody = _OR_NONE,
) -> Response:
    """It may be done, and is within seconds, unless a guard speaks against it then: `state` and `note` say.

    409 where it is done by hand, where it has expired, and while all acts are stopped.
    """

    def act(session: Session) -> Answer:
        by = By(principal.name, if_match, session)
        return _decided(services.mitigations.approve(mitigation_id, by, body.comment))

    return sent(services.answers.once(asked, act))


@router.post("/{mitigation_id}/reject", summary="Reject", response_model=DecidedModel, responses=_DECIDED)
def reject_mitigation(
    services: TheServices,
    principal: Responder,
    mitigation_id: _Id,
    if_match: IfMatch,
    asked: KeyOf,
    body: CommentBody = _OR_NONE,
) -> Response:
    """It is not to be done. 409 where it is being done already, or is over."""

    def act(session: Session) -> Answer:
        by = By(principal.name, if_match, session)
        return _decided(services.mitigations.reject(mitigation_id, by, body.comment))

    return sent(services.answers.once(asked, act))


def _decided(decided: Decided) -> Answer:
    tag = version_tag(decided.mitigation.version)
    return Answer(200, DecidedModel.of(decided).model_dump_json(), {"ETag": tag})


def _stopped(stop: Stop, changed: bool) -> Answer:
    model = StoppedModel(changed=changed, stop=StopModel.of(stop))
    return Answer(200, model.model_dump_json(), {"ETag": version_tag(stop.version)})
