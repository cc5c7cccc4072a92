"""Cursor paging, told in the body and in a Link header (RFC 8288)."""

from typing import Annotated

from fastapi import Query, Request, Response

# No name in a cluster has such characters, and PostgreSQL takes no NUL.
PLAIN = r"^[^\x00-\x1f]*$"

Text = Annotated[
    str | None,
    Query(
        max_length=255,
        pattern=PLAIN,
        description="Only where this stands in a name, in small letters or large: of namespace, workload, container "
        "or, of an incident, suspected revision",
        examples=["cart"],
    ),
]
Limit = Annotated[int, Query(ge=1, le=200, description="Most items of a page")]
Cursor = Annotated[
    str | None, Query(max_length=200, description="Where the page begins: `next_cursor` of the page before")
]


def link_next(request: Request, response: Response, cursor: str | None) -> None:
    """Name the next page in the answer's Link header, where there is one."""
    if cursor is not None:
        # Relative, so that it holds behind any proxy.
        following = request.url.include_query_params(cursor=cursor)
        response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
