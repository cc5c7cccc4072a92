"""A route for what comes a thousand times a second: documented as others are, and called with the request alone."""

from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send


class BareRoute(APIRoute):
    """Its endpoint takes the request and returns a response; what it raises is answered as it is everywhere.

    FastAPI's own way, with its exit stacks and dependencies that nothing here needs, took as long as the endpoint.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            request = Request(scope, receive, send)
            response = await self.endpoint(request)
            await response(scope, receive, send)

        self.app = answer
