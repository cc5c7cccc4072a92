"""Healthy, but its limit is too low: 40 MB of data, and 1 MB for 3 s a request; large bursts get it OOM-killed."""

import os
import time
from collections import deque

from served import ticks

HELD_SECONDS = 3
data = [os.urandom(10_000) for _ in range(4000)]
in_flight: deque[tuple[float, bytes]] = deque()

for count in ticks():
    now = time.monotonic()
    in_flight.extend((now + HELD_SECONDS, os.urandom(1_000_000)) for _ in range(count))
    while in_flight and in_flight[0][0] < now:
        in_flight.popleft()
