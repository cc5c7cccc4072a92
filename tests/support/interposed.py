"""An access to a cluster in which something happens just before, or after, what it changes."""

from collections.abc import Callable
from typing import Any


class Interposed:
    """before, after: called around each patch that is no dry run."""

    def __init__(
        self, access: Any, *, before: Callable[[], None] | None = None, after: Callable[[], None] | None = None
    ) -> None:
        self._access, self._before, self._after = access, before, after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._access, name)

    def patch(self, path: str, body: Any, kind: Any, *, dry_run: bool = False) -> dict[str, Any]:
        """The object as it is after a patch."""
        if self._before is not None and not dry_run:
            self._before()
        done: dict[str, Any] = self._access.patch(path, body, kind, dry_run=dry_run)
        if self._after is not None and not dry_run:
            self._after()
        return done
