"""PostgreSQL connections that do not wait for ever.

A server that stands still keeps its connections open, its kernel acknowledges what is sent, and neither keep-alives nor
its own statement_timeout help: only who waits can tell that nothing comes.
"""

import time
from collections.abc import Generator
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen

RV = TypeVar("RV")


class AnsweringConnection(psycopg.Connection[Any]):
    """Closed, with an OperationalError, once the server has given no sign of life for `patience_seconds`."""

    patience_seconds: float | None = None

    def wait(self, gen: PQGen[RV], *args: Any, **options: Any) -> RV:
        """Wait for what the generator does on the connection."""
        return super().wait(self._watched(gen), *args, **options)

    def _watched(self, gen: PQGen[RV]) -> Generator[Any, Any, RV]:
        heard = time.monotonic()
        try:
            wanted = next(gen)
            while True:
                # psycopg says 0 every so often, where the connection is not ready yet.
                ready = yield wanted
                if ready:
                    heard = time.monotonic()
                elif self.patience_seconds is not None and time.monotonic() - heard > self.patience_seconds:
                    self.pgconn.finish()
                    raise psycopg.OperationalError(f"the server does not answer in {self.patience_seconds:g} s")
                wanted = gen.send(ready)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
