"""Serves what the recorder announces: a line of standard input is a number of requests, 0 for a quiet tick."""

import os
import random
import sys
from collections.abc import Iterator

# What a service holds all its life, RECORDER_BASE_MIB in all: code, settings, tables.
base = [os.urandom(4096) for _ in range(int(os.environ["RECORDER_BASE_MIB"]) * 256)]


def ticks() -> Iterator[int]:
    """Requests of each tick, until the recorder closes standard input."""
    for line in sys.stdin:
        yield int(line)


def requests() -> Iterator[None]:
    """One item a request, whose own garbage is of changing size."""
    for count in ticks():
        for _ in range(count):
            body = os.urandom(random.randrange(1000, 150_000))
            yield None
            del body
