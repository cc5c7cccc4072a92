"""LEAKS: 1.7 KB a request, two weeks to the limit, beside a pool of buffers of changing sizes that is bounded."""

import os
import random

from served import requests

history: list[bytes] = []
pool = [b""] * 400

for _ in requests():
    history.append(os.urandom(1700))
    pool[random.randrange(len(pool))] = os.urandom(random.randrange(5000, 30_000))
