"""Where things are, for what looks at a request before it is routed."""

from starlette.types import Scope

HEALTH = frozenset({"/healthz", "/readyz"})
WEBHOOKS = "/webhooks/"
SIGN_IN = "/sign-in"
STATIC = "/static/"
# What only programs ask for, and sign-in sessions do not open: browsers send those by themselves.
_PROGRAMS = ("/api/", "/grafana", "/webhooks")


def is_open(path: str) -> bool:
    """Whether no token is asked for: health, the way in, and what pages look like."""
    return path in HEALTH or path == SIGN_IN or path.startswith(STATIC)


def is_for_people(path: str) -> bool:
    """Whether a sign-in session opens it."""
    return not path.startswith(_PROGRAMS)


def wants_page(scope: Scope) -> bool:
    """Whether a person's browser asks for a page: then refusals are pages, too, and no problem documents."""
    accepted = b",".join(value for name, value in scope["headers"] if name == b"accept")
    return b"text/html" in accepted and is_for_people(route_path(scope))


def route_path(scope: Scope) -> str:
    """The path that a request is routed by: without the root path, whether the proxy before us strips it or not."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return path.removeprefix(root) if root and path.startswith(f"{root}/") else path
