"""Where things are, for what looks at a request before it is routed."""

from starlette.types import Scope

HEALTH = frozenset({"/healthz", "/readyz"})
WEBHOOKS = "/webhooks/"


def route_path(scope: Scope) -> str:
    """The path that a request is routed by: without the root path, whether the proxy before us strips it or not."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return path.removeprefix(root) if root and path.startswith(f"{root}/") else path
