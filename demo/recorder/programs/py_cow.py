"""Healthy: two workers forked from a parent that had loaded 45 MB; counting references unshares all pages by and by."""

import os
import random
import sys

from served import requests

table = [os.urandom(900) for _ in range(50_000)]
pipes: list[int] = []
for _ in range(2):
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.close(writer)
        for other in pipes:
            os.close(other)
        held: list[bytes] = []
        while os.read(reader, 1):
            held = [random.choice(table) for _ in range(3)]
        os._exit(0)
    os.close(reader)
    pipes.append(writer)

for number, _ in enumerate(requests()):
    os.write(pipes[number % 2], b"x")
sys.exit(0)
