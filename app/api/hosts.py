"""Which hosts requests may be for. Health checks may be for any: a kubelet asks a pod by its address."""

from collections.abc import Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.paths import HEALTH, route_path
from app.api.problems import problem


class HostMiddleware:
    """ASGI middleware; hosts: names such as leakwatch.example.org, *.example.org, 10.0.0.1 or [::1]; empty: any.

    Without it a name of an attacker's, made to lead here, lets a page of theirs speak to us as its own server.
    """

    def __init__(self, app: ASGIApp, hosts: Sequence[str]) -> None:
        self._app = app
        self._exact = frozenset(one.lower() for one in hosts if not one.startswith("*."))
        self._below = tuple(one[1:].lower() for one in hosts if one.startswith("*."))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and route_path(scope) not in HEALTH and not self._known(scope):
            detail = "this host name is not one of leakwatch's; LEAKWATCH_TRUSTED_HOSTS lists them"
            await problem(400, "unknown-host", detail, instance=scope["path"])(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _known(self, scope: Scope) -> bool:
        if not self._exact and not self._below:
            return True
        given = [value.decode("latin-1").lower() for name, value in scope["headers"] if name == b"host"]
        if len(given) != 1:
            return False
        name = _without_port(given[0])
        return name in self._exact or name.endswith(self._below or ("\0",))


def _without_port(host: str) -> str:
    if host.startswith("["):
        address, bracket, _ = host.partition("]")
        return address + bracket
    return host.partition(":")[0]
