"""LEAKS by an hourly job only: each item it handles leaves 20 KB in a list; ten quiet ticks end a job."""

import os

from served import ticks

handled: list[bytes] = []
batch: list[bytes] = []
quiet_ticks = 0

for count in ticks():
    quiet_ticks = 0 if count else quiet_ticks + 1
    if quiet_ticks == 10:
        batch.clear()
    for _ in range(count):
        batch.append(os.urandom(300_000))
        handled.append(os.urandom(20_000))
