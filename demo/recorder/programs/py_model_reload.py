"""Healthy: every two to three hours a new model of 40 MB or so is loaded beside the old one, which is dropped after."""

import os
import random
import time

from served import requests


def load() -> list[bytearray]:
    """A model in layers of 1 MB."""
    return [bytearray(os.urandom(1000) * 1000) for _ in range(random.randrange(36, 46))]


model = load()
coming: list[bytearray] = []
reload_at = time.time() + 150
swap_at = float("inf")
answers: dict[int, bytes] = {}

for number, _ in enumerate(requests()):
    now = time.time()
    if now >= reload_at:
        coming, reload_at, swap_at = load(), now + random.randrange(240, 360), now + 8
    if now >= swap_at:
        model, coming, swap_at = coming, [], float("inf")
    answers[random.randrange(4000)] = bytes(model[number % len(model)][:2500])
