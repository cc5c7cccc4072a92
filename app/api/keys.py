"""`Idempotency-Key`: a request that is sent again because its answer was lost is done once."""

import hashlib
from typing import Annotated

from fastapi import Depends, Header, Request, Response

from app.api.access import principal_of
from app.services.answers import Answer, Asked

_Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x20-\x7e]+$",
        description="A word that the client makes up for each request, such as a UUID: the same request with the same "
        "key within a day is done once and answered alike, another request with it is a 422",
        examples=["2f1c9a52-5d0e-4f3a-9f0b-6f2f0a6b8c11"],
    ),
]


async def _asked(request: Request, key: _Key = None) -> Asked | None:
    if key is None:
        return None
    digest = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    digest.update(await request.body())
    return Asked(principal_of(request).name, key, digest.hexdigest())


KeyOf = Annotated[Asked | None, Depends(_asked)]


def sent(answer: Answer) -> Response:
    """An answer as it goes out."""
    return Response(answer.body, answer.status, dict(answer.headers), "application/json")
