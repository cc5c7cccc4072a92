"""What stands before the routes, from the outside in: counting and hardening, CORS, hosts, limits, tokens."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import FastAPI
from prometheus_client import Histogram
from starlette.middleware.cors import CORSMiddleware

from app.api.access import AccessMiddleware, Door
from app.api.hosts import HostMiddleware
from app.api.limits import Limits, LimitsMiddleware
from app.api.middleware import RequestMiddleware

_CORS_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_CORS_HEADERS = ("Authorization", "Content-Type", "Idempotency-Key", "If-Match")
_CORS_EXPOSED = ("ETag", "Link", "Location", "Retry-After")


@dataclass(frozen=True, slots=True)
class Defence:
    """hosts: requests may be for, empty: any. origins: whose pages may call the API."""

    limits: Limits
    hosts: tuple[str, ...]
    origins: tuple[str, ...]
    public_url: str | None
    root_path: str


def defend(app: FastAPI, door: Door, requests: Histogram, defence: Defence) -> None:
    """Put the middlewares before the application; the one that is added last is met first."""
    app.add_middleware(AccessMiddleware, door=door)
    app.add_middleware(LimitsMiddleware, limits=defence.limits)
    app.add_middleware(HostMiddleware, hosts=defence.hosts)
    if defence.origins:
        # No cookies, so no credentials: a page sends a token that it was given.
        app.add_middleware(
            CORSMiddleware,
            allow_origins=defence.origins,
            allow_methods=_CORS_METHODS,
            allow_headers=_CORS_HEADERS,
            expose_headers=_CORS_EXPOSED,
        )
    ours = () if defence.public_url is None else (_origin(defence.public_url),)
    app.add_middleware(
        RequestMiddleware,
        requests=requests,
        refusal=door.refusal,
        origins=(*defence.origins, *ours),
        root_path=defence.root_path,
    )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
