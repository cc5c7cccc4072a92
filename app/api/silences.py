"""`/api/v1/silences`."""

import time
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy.orm import Session

from app.api.access import Responder, Viewer
from app.api.act_models import SilenceBody, SilencedModel, SilenceModel, SilencePageModel
from app.api.etags import IfMatch, version_tag
from app.api.headers import ETAG, LOCATION, PAGED, TAGGED
from app.api.keys import KeyOf, sent
from app.api.paging import Cursor, Limit, link_next
from app.api.problems import documented
from app.api.services import TheServices
from app.domain.silence import SilenceState
from app.services.acts import By
from app.services.answers import Answer
from app.services.silences import Silenced, Wanted

router = APIRouter(prefix="/api/v1/silences", tags=["silences"])
_Id = Annotated[int, Path(ge=1, le=2**63 - 1, description="Number of the silence")]


@router.get("", summary="List silences", responses=PAGED | documented(400, 422, 503))
def list_silences(
    request: Request,
    response: Response,
    services: TheServices,
    _: Viewer,
    state: Annotated[list[SilenceState] | None, Query(description="Only in these states. Repeatable.")] = None,
    incident: Annotated[
        int | None, Query(ge=1, le=2**63 - 1, description="Only those that are of this incident alone")
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> SilencePageModel:
    """Silences, newest first, with those that are over unless `state` leaves them out."""
    page = services.silences.page(state or (), incident, cursor, limit)
    link_next(request, response, page.next_cursor)
    now = time.time()
    return SilencePageModel(items=[SilenceModel.of(one, now) for one in page.silences], next_cursor=page.next_cursor)


@router.post(
    "",
    status_code=201,
    summary="Silence what matches",
    response_model=SilenceModel,
    responses={201: {"headers": ETAG | LOCATION}, **documented(400, 403, 409, 422, 503)},
)
def create_silence(services: TheServices, principal: Responder, asked: KeyOf, body: SilenceBody) -> Response:
    """Nobody is told of incidents that meet all matchers while it is in force. `Location` says where to see it."""

    def act(session: Session) -> Answer:
        silence = services.silences.create(_wanted(body), By(principal.name, within=session)).silence
        headers = {"ETag": version_tag(silence.version), "Location": f"{router.prefix}/{silence.id}"}
        return Answer(201, SilenceModel.of(silence, time.time()).model_dump_json(), headers)

    return sent(services.answers.once(asked, act))


@router.get("/{silence_id}", summary="One silence", responses=TAGGED | documented(404, 422, 503))
def get_silence(response: Response, services: TheServices, _: Viewer, silence_id: _Id) -> SilenceModel:
    """One silence."""
    silence = services.silences.one(silence_id)
    response.headers["ETag"] = version_tag(silence.version)
    return SilenceModel.of(silence, time.time())


@router.put(
    "/{silence_id}",
    summary="Change a silence",
    responses=TAGGED | documented(400, 403, 404, 409, 412, 422, 503),
)
def edit_silence(
    response: Response,
    services: TheServices,
    principal: Responder,
    silence_id: _Id,
    if_match: IfMatch,
    body: SilenceBody,
) -> SilencedModel:
    """Make it as the body says; it is then yours. 409 where it is over, or of one incident alone."""
    done = services.silences.edit(silence_id, _wanted(body), By(principal.name, if_match))
    response.headers["ETag"] = version_tag(done.silence.version)
    return _model(done)


@router.post(
    "/{silence_id}/expire",
    summary="End a silence",
    response_model=SilencedModel,
    responses=TAGGED | documented(400, 403, 404, 409, 412, 422, 503),
)
def expire_silence(
    services: TheServices, principal: Responder, silence_id: _Id, if_match: IfMatch, asked: KeyOf
) -> Response:
    """End it now, before its time. One that is over stays as it is."""

    def act(session: Session) -> Answer:
        done = services.silences.expire(silence_id, By(principal.name, if_match, session))
        return Answer(200, _model(done).model_dump_json(), {"ETag": version_tag(done.silence.version)})

    return sent(services.answers.once(asked, act))


def _wanted(body: SilenceBody) -> Wanted:
    starts_at = None if body.starts_at is None else body.starts_at.timestamp()
    matchers = tuple(one.matcher() for one in body.matchers)
    return Wanted(matchers, starts_at, body.ends_at.timestamp(), body.comment)


def _model(done: Silenced) -> SilencedModel:
    return SilencedModel(changed=done.changed, silence=SilenceModel.of(done.silence, time.time()))
