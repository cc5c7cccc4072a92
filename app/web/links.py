"""Addresses within the service: where a page leads back to, and never to anybody else's."""

from urllib.parse import urlsplit

from starlette.requests import Request

HOME = "/"
_LONGEST = 2000


def safe_path(text: str | None) -> str:
    """A path of ours with its query, as it was given; the first page for what might lead elsewhere.

    Browsers take `//host`, `/\\\\host` and control characters before either for another site (OWASP: unvalidated
    redirects).
    """
    if not text or len(text) > _LONGEST or not text.isprintable() or "\\" in text:
        return HOME
    if not text.startswith("/") or text.startswith("//"):
        return HOME
    try:
        parts = urlsplit(text)
    except ValueError:
        return HOME
    return HOME if parts.scheme or parts.netloc else text


def asked_for(request: Request) -> str:
    """The page that a request is for, as a path to come back to; of one that changes something, the page it is on."""
    if request.method in {"GET", "HEAD"}:
        query = f"?{request.url.query}" if request.url.query else ""
        return safe_path(_inside(request, request.url.path) + query)
    try:
        referer = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return HOME
    if referer.netloc != request.headers.get("Host"):
        return HOME
    return safe_path(_inside(request, referer.path) + (f"?{referer.query}" if referer.query else ""))


def _inside(request: Request, path: str) -> str:
    """The path without the one that a proxy serves us under."""
    root: str = request.scope.get("root_path", "")
    return path.removeprefix(root) or HOME if root and f"{path}/".startswith(f"{root}/") else path
