"""What an answer of the API that is no good means. Its form is a `Status`: meta/v1, Status."""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from app.errors import (
    ClusterError,
    ClusterExpired,
    ClusterForbidden,
    ClusterRefused,
    ClusterUnauthorized,
    ClusterUnreachable,
    EditConflict,
    ObjectNotFound,
)
from app.text import printable

# What RBAC says; what else is 403 (Pod Security, quotas, webhooks) says no about the object, not about who asks.
_LACKS_RIGHT = re.compile(r'User ".*" cannot \w+ ')
_MEANINGS: Mapping[int, tuple[type[ClusterError], str]] = {
    401: (ClusterUnauthorized, "is the kubeconfig stale? log in again, or check the service account"),
    403: (ClusterForbidden, "docs/kubernetes.md lists the rights that are needed"),
    404: (ObjectNotFound, "is it there? it may have been removed"),
    409: (EditConflict, "it was changed meanwhile: look again"),
    410: (ClusterExpired, "list anew"),
    429: (ClusterUnreachable, "the API server is too busy: try again"),
}


def refusal(status: int, body: bytes, what: str, *, writes: bool = False) -> ClusterError:
    """The error for an answer of that HTTP status. what: the request, as it is to be named."""
    return refusal_of(status, message_in(body), what, writes=writes)


def refusal_of(status: int, said: str, what: str, *, writes: bool = False) -> ClusterError:
    """The same, with the message already found."""
    if status == 401:
        said = "401, the API does not accept the credentials"
    kind, hint = _meaning(status, said, writes=writes)
    return kind(f"{what}: {said or f'HTTP {status}'}", hint)


def _meaning(status: int, said: str, *, writes: bool) -> tuple[type[ClusterError], str]:
    if status in _MEANINGS and not (status == 403 and writes and not _LACKS_RIGHT.search(said)):
        return _MEANINGS[status]
    if status >= 500:
        return ClusterUnreachable, "the API server, or a webhook of it, is in trouble: try again"
    if 300 <= status < 400:
        return ClusterError, "it redirects elsewhere: give the address that it redirects to"
    return ClusterRefused, "the cluster does not take it as it is"


def message_in(body: bytes) -> str:
    """What a Status says, or the beginning of what else came; one line that can be shown."""
    try:
        document: Any = orjson.loads(body)
    except ValueError:
        document = body.decode(errors="replace") if body.isascii() else ""
    said = document.get("message", "") if isinstance(document, dict) else document
    return printable(said, 400) if isinstance(said, str) else ""
