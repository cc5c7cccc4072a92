"""`/about`: what runs here, how it does, and whom it reads and tells. It is there also when the database is not."""

from functools import partial
from typing import Any

import anyio
import anyio.to_thread
from fastapi import APIRouter
from fastapi.responses import Response

from app.domain.access import Role
from app.errors import StorageError
from app.services.about import About, software
from app.web.page import Page, Viewing

router = APIRouter(include_in_schema=False)
_PATIENCE_SECONDS = 3.0
_SLOW_SECONDS = 0.5


@router.get("/about")
async def about(page: Viewing) -> Response:
    """The page. A database that hangs must not keep it: the thread that waits for it is left behind."""
    service = page.services.about
    found: About | None = None
    with anyio.move_on_after(_PATIENCE_SECONDS):
        found = await anyio.to_thread.run_sync(service.look, abandon_on_cancel=True)
    if found is None:
        found = service.without_database(f"does not answer in {_PATIENCE_SECONDS:g} s")
    if found.database is not None:
        try:
            return await anyio.to_thread.run_sync(partial(page.show, "about.html", **_values(page, found)))
        except StorageError as error:
            found = service.without_database(str(error))
    return page.show_alone("about.html", 200, _values(page, found))


def _values(page: Page, found: About) -> dict[str, Any]:
    return {
        "about": found,
        "software": software(),
        "replica": page.services.about.replica,
        "started_at": page.services.about.started_at,
        "may_see_all": page.may(Role.RESPONDER),
        "is_slow": found.database is not None and found.database.answered_seconds > _SLOW_SECONDS,
    }
