"""How much to ask for at once: less as soon as a server shows that it has a hard time, slowly more again."""

import math
import threading

_GROWTH = 1.125
_LEAST_SHARE = 1 / 64


class Pace:
    """The most samples that a query should return just now, never more than `most`.

    slow_seconds: an answer that takes longer shows that the server has a hard time. For any number of threads.
    """

    def __init__(self, most: int, slow_seconds: float) -> None:
        self._most = most
        self._slow_seconds = slow_seconds
        self._samples = most
        self._ceiling = most
        self._lock = threading.Lock()

    @property
    def samples(self) -> int:
        """How many."""
        return self._samples

    def answered(self, seconds: float) -> None:
        """Heed how long a good answer took."""
        if seconds > self._slow_seconds:
            self.refused()
            return
        with self._lock:
            self._samples = min(math.ceil(self._samples * _GROWTH), self._ceiling)

    def too_large(self, samples: int) -> None:
        """Heed that so many are more than the server ever gives: it will not give them later either."""
        with self._lock:
            self._ceiling = max(min(self._ceiling, samples - 1), 1)
            self._samples = max(min(self._samples, samples) // 2, 1)

    def refused(self) -> None:
        """Heed that there was no answer: it is busy."""
        with self._lock:
            self._samples = max(self._samples // 2, int(self._most * _LEAST_SHARE), 1)
