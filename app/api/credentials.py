"""What a request says of who sends it: its Authorization header (RFC 9110, 6750, 7617)."""

import base64
import re
from dataclasses import dataclass

from starlette.types import Scope

_LONGEST = 4096
_TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]+=*")


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """A bearer token, or user and password, or, where the header is neither, `given` without either."""

    given: bool = False
    bearer: str | None = None
    basic: tuple[str, str] | None = None


def credentials_of(scope: Scope) -> Credentials:
    """The credentials of a request. Two headers, or one that makes no sense, are credentials that open nothing."""
    headers = [value for name, value in scope["headers"] if name == b"authorization"]
    if not headers:
        return Credentials()
    if len(headers) > 1 or len(headers[0]) > _LONGEST:
        return Credentials(given=True)
    scheme, _, rest = headers[0].decode("latin-1").strip().partition(" ")
    rest = rest.strip()
    if scheme.lower() == "bearer" and _TOKEN.fullmatch(rest):
        return Credentials(given=True, bearer=rest)
    if scheme.lower() == "basic":
        return Credentials(given=True, basic=_user_and_password(rest))
    return Credentials(given=True)


def _user_and_password(encoded: str) -> tuple[str, str] | None:
    try:
        user, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return None
    return (user, password) if colon else None
