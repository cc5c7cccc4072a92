"""Healthy: a batch at night gathers 130 KB a row, and drops all when it is done; ten quiet ticks mean done."""

import os

from served import ticks

DONE_AFTER_TICKS = 10
rows: list[bytes] = []
quiet_ticks = 0

for count in ticks():
    quiet_ticks = 0 if count else quiet_ticks + 1
    if quiet_ticks == DONE_AFTER_TICKS:
        rows.clear()
    rows.extend(os.urandom(130_000) for _ in range(count))
