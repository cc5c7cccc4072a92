"""`/api/v1/tokens`, for admins."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.access import Admin
from app.api.headers import PAGED
from app.api.keys import KeyOf, sent
from app.api.model import Time
from app.api.paging import Cursor, Limit, link_next
from app.api.problems import documented
from app.api.schemas import NextCursor
from app.api.services import TheServices
from app.domain.access import Role
from app.domain.token import Standing, Token
from app.services.answers import Answer
from app.services.tokens import DEFAULT_LIFE_SECONDS, LONGEST_LIFE_SECONDS, LONGEST_NAME

router = APIRouter(prefix="/api/v1/tokens", tags=["tokens"])


class NewTokenModel(BaseModel):
    """A token to make."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(
        min_length=1, max_length=LONGEST_NAME, description="Whose or what it is for", examples=["prometheus"]
    )
    role: Role = Field(description="What it may do; each role may do what those before it may")
    expires_in_seconds: int | None = Field(
        int(DEFAULT_LIFE_SECONDS),
        ge=1,
        le=int(LONGEST_LIFE_SECONDS),
        description="Seconds for which it is in force; null: until it is revoked",
        examples=[2_592_000],
    )


class TokenModel(BaseModel):
    """A token, without its secret."""

    id: int = Field(description="Its number", examples=[2])
    key_id: str = Field(description="The part of the token behind `lw_`", examples=["0123456789abcdef"])
    name: str = Field(description="Whose or what it is for", examples=["prometheus"])
    role: Role = Field(description="What it may do")
    state: Standing = Field(description="Whether it opens anything")
    created_at: Time = Field(description="When it was made")
    created_by: str = Field(description="Who made it", examples=["ann"])
    expires_at: Time | None = Field(description="When it ends by itself; null for never")
    revoked_at: Time | None = Field(description="When it was revoked; null where it was not")
    revoked_by: str | None = Field(description="Who revoked it; null for nobody", examples=["ann"])
    last_used_at: Time | None = Field(description="When it was last used, to the minute; null for never")

    @classmethod
    def of(cls, token: Token, now: datetime) -> "TokenModel":
        """The model of a token as it stands now."""
        return cls(
            id=token.id,
            key_id=token.key_id,
            name=token.name,
            role=token.role,
            state=token.standing(now.timestamp()),
            created_at=datetime.fromtimestamp(token.created_at, UTC),
            created_by=token.created_by,
            expires_at=_time(token.expires_at),
            revoked_at=_time(token.revoked_at),
            revoked_by=token.revoked_by,
            last_used_at=_time(token.last_used_at),
        )


class MadeTokenModel(TokenModel):
    """A new token, with its secret."""

    token: str = Field(description="What to send as bearer token. It is told in this answer alone; keep it safe.")


class TokenPageModel(BaseModel):
    """A page of tokens, newest first."""

    items: list[TokenModel] = Field(description="The tokens")
    next_cursor: NextCursor


@router.get("", summary="List tokens", responses=PAGED | documented(400, 422, 503))
def list_tokens(
    request: Request, response: Response, services: TheServices, _: Admin, limit: Limit = 50, cursor: Cursor = None
) -> TokenPageModel:
    """Tokens, newest first, also those that are over. Needs the role admin."""
    page = services.tokens.page(cursor, limit)
    link_next(request, response, page.next_cursor)
    now = datetime.now(UTC)
    return TokenPageModel(items=[TokenModel.of(one, now) for one in page.tokens], next_cursor=page.next_cursor)


@router.post(
    "",
    status_code=201,
    summary="Make a token",
    response_model=MadeTokenModel,
    responses=documented(400, 409, 422, 503),
)
def create_token(services: TheServices, who: Admin, wanted: NewTokenModel, asked: KeyOf) -> Response:
    """Make a token. Its secret is in this answer, and nowhere else afterwards. Needs the role admin.

    With an `Idempotency-Key` a token is made once; who asks again gets a 409, for the secret is not kept.
    """

    def make() -> Answer:
        made = services.tokens.create(wanted.name, wanted.role, wanted.expires_in_seconds, who.name)
        shown = TokenModel.of(made.token, datetime.now(UTC))
        return Answer(201, MadeTokenModel(**shown.model_dump(), token=made.text).model_dump_json())

    return sent(services.answers.begun(asked, make, secret=True))


@router.post(
    "/{token_id}/revoke",
    summary="Revoke a token",
    response_model=TokenModel,
    responses=documented(404, 409, 422, 503),
)
def revoke_token(
    services: TheServices,
    who: Admin,
    token_id: Annotated[int, Path(ge=1, le=2**63 - 1, description="Number of the token", examples=[2])],
    asked: KeyOf,
) -> Response:
    """End a token; to do it twice is to do it once. It opens nothing any more a few seconds later. Needs admin."""

    def revoke() -> Answer:
        over = services.tokens.revoke(token_id, who.name)
        return Answer(200, TokenModel.of(over, datetime.now(UTC)).model_dump_json())

    return sent(services.answers.begun(asked, revoke))


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
