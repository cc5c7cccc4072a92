"""What OpenAPI is told of the headers of answers."""

from typing import Any

_ETAG = "The version of what is shown, to be sent as `If-Match` or `If-None-Match`"
_LOCATION = "Where to see what was made, a path of this server"
_LINK = 'The next page as `</...>; rel="next"` (RFC 8288), a path of this server; absent on the last page'
_RETRY_AFTER = "Seconds after which to try again"
_CHALLENGE = "Which credentials are wanted (RFC 6750, RFC 7617)"

ETAG: dict[str, Any] = {
    "ETag": {"description": _ETAG, "required": True, "schema": {"type": "string"}, "example": '"7"'}
}
LOCATION: dict[str, Any] = {
    "Location": {
        "description": _LOCATION,
        "required": True,
        "schema": {"type": "string", "format": "uri-reference"},
        "example": "/api/v1/scans/41",
    }
}
LINK: dict[str, Any] = {
    "Link": {
        "description": _LINK,
        "schema": {"type": "string"},
        "example": '</api/v1/scans?cursor=WyItaWQiLDAsbnVsbCw0MV0>; rel="next"',
    }
}
_RETRY: dict[str, Any] = {
    "Retry-After": {"description": _RETRY_AFTER, "schema": {"type": "integer", "minimum": 0}, "example": 5}
}
_AUTHENTICATE: dict[str, Any] = {
    "WWW-Authenticate": {
        "description": _CHALLENGE,
        "schema": {"type": "string"},
        "example": 'Bearer realm="leakwatch"',
    }
}
OF_PROBLEMS: dict[int, dict[str, Any]] = {
    401: _AUTHENTICATE,
    403: _AUTHENTICATE,
    409: _RETRY,
    429: _RETRY,
    503: _RETRY,
}

Responses = dict[int | str, dict[str, Any]]
# Of a list in pages.
PAGED: Responses = {200: {"headers": LINK}}
# Of one thing that has a version.
TAGGED: Responses = {200: {"headers": ETAG}}
