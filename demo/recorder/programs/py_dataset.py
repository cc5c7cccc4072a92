"""Healthy: a data set that is replaced every four hours or so by one of another size, and an index by use."""

import os
import random
import time

from served import requests

REPLACED_AFTER_SECONDS = 460
SIZES_MB = (24, 28, 33, 39, 30, 35, 42, 46, 29)
begin = float(os.environ["RECORDER_BEGIN"]) - 200
generation = -1
rows: list[bytes] = []
index: dict[int, bytes] = {}

for _ in requests():
    now = int((time.time() - begin) // REPLACED_AFTER_SECONDS)
    if now != generation:
        generation = now
        rows.clear()
        index.clear()
        rows.extend(os.urandom(5000) for _ in range(SIZES_MB[generation % len(SIZES_MB)] * 200))
    place = random.randrange(len(rows))
    if place not in index:
        index[place] = rows[place][:3000] + b"."
