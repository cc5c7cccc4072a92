"""Healthy: live objects of mixed sizes whose number wanders between two bounds; the heap is fragmented."""

import os
import random

from served import requests

FEWEST, MOST, STEP, STEP_EVERY = 4000, 9000, 250, 300
target = 6000
live: dict[int, bytes] = {}

for number, _ in enumerate(requests()):
    if number % STEP_EVERY == 0:
        target = min(MOST, max(FEWEST, target + random.choice((-STEP, STEP))))
    live[number] = os.urandom(int(random.paretovariate(1.3) * 1000) % 60_000)
    while len(live) > target:
        # The old and the new leave alike: holes stay between the survivors.
        live.pop(random.choice((next(iter(live)), next(reversed(live)))))
