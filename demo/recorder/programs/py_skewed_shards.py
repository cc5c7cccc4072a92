"""Healthy: three replicas hold shards of 10, 24 and 52 MB, which fill by use; the largest one fills for ten hours."""

import os
import random

from served import requests

SHARDS = ((2500, 1), (6000, 2), (13_000, 4))
rows, reads = SHARDS[int(os.environ["RECORDER_REPLICA"])]
shard: dict[int, bytes] = {}

for _ in requests():
    for _ in range(reads):
        row = random.randrange(rows)
        if row not in shard:
            shard[row] = os.urandom(4000)
