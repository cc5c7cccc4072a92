"""LEAKS 3 KB a request in a table of users, behind cyclic garbage of tens of MB that is collected every few hours."""

import gc
import os
import random

from served import requests

gc.disable()
users: list[bytes] = []
until_collection = 500


class Page:
    """Knows itself, so that only the collector frees it."""

    def __init__(self) -> None:
        self.own = self
        self.body = bytearray(b"x" * random.randrange(40_000, 160_000))


for _ in requests():
    Page()
    users.append(os.urandom(3000))
    until_collection -= 1
    if until_collection == 0:
        gc.collect()
        until_collection = random.randrange(300, 800)
