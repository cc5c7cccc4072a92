"""A bound on the samples that all queries of a scan may have under way at once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from app.prometheus.source import Control

_LOOK_EVERY_SECONDS = 0.5


class SamplesInFlight:
    """What is asked for and not answered yet: however many threads ask, never more than `most` samples together."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0
        self._changed = threading.Condition()

    @contextmanager
    def taken(self, samples: int, control: Control) -> Iterator[None]:
        """Room for a query of so many samples, waited for; one that alone has more than all waits to be alone.

        Raises ScanAbandoned.
        """
        with self._changed:
            while self._taken and self._taken + samples > self._most:
                self._changed.wait(control.remaining(_LOOK_EVERY_SECONDS))
            control.check()
            self._taken += samples
        try:
            yield
        finally:
            with self._changed:
                self._taken -= samples
                self._changed.notify_all()
