"""What a request must be allowed to do, as dependencies of routes."""

from typing import Annotated

from fastapi import Depends

from app.domain.access import ANYONE, Principal


async def _principal() -> Principal:
    return ANYONE


Viewer = Annotated[Principal, Depends(_principal)]
Responder = Annotated[Principal, Depends(_principal)]
Admin = Annotated[Principal, Depends(_principal)]
WebhookSender = Annotated[Principal, Depends(_principal)]
