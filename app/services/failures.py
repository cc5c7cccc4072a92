"""How often a place may be wrong: guessing secrets must be slow, and cost us little."""

import ipaddress
import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from app.errors import TooManyFailures

_MOST = 20
_SECONDS = 60.0
_PLACES = 4096


class FailureLimit:
    """At most `most` failures in any `seconds` from one place; of places, the `places` latest are remembered.

    now: a clock that only goes forward, seconds.
    """

    def __init__(
        self,
        most: int = _MOST,
        seconds: float = _SECONDS,
        places: int = _PLACES,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = most
        self._seconds = seconds
        self._places = places
        self._now = now
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, place: str) -> None:
        """Raise TooManyFailures, saying for how long, where the place has used up what it may."""
        with self._lock:
            found = self._failures.get(place)
            if found is None or len(found) < self._most:
                return
            left = found[0] + self._seconds - self._now()
        if left > 0:
            raise TooManyFailures(
                "too many wrong credentials have come from your address", retry_after_seconds=math.ceil(left)
            )

    def note(self, place: str) -> None:
        """Count a failure."""
        with self._lock:
            self._failures.setdefault(place, deque(maxlen=self._most)).append(self._now())
            self._failures.move_to_end(place)
            if len(self._failures) > self._places:
                self._failures.popitem(last=False)


def place_of(host: str) -> str:
    """What stands for whoever uses an address: of IPv6 the network of 64 bits that one machine is usually given."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host[:255]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
