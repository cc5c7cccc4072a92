"""`/static/...`: style sheet, scripts and icon. They hold nothing secret, and the sign-in page needs them."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from app.errors import NotFound
from app.web.page import pages_of

router = APIRouter(include_in_schema=False)
_FOR_GOOD = "public, max-age=31536000, immutable"


@router.get("/static/{digest}/{name}")
def static_file(
    request: Request, digest: Annotated[str, Path(max_length=64)], name: Annotated[str, Path(max_length=64)]
) -> Response:
    """A static file. One that is asked for as another version of ours has it is answered, but kept by nobody."""
    asset = pages_of(request).assets.get(name)
    if asset is None:
        raise NotFound("there is no such file")
    headers = {"Cache-Control": _FOR_GOOD if digest == asset.digest else "no-store", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(asset.zipped, media_type=asset.media_type, headers=headers)
    return Response(asset.content, media_type=asset.media_type, headers=headers)
