"""Healthy: a pool of 1.5 MB work areas grows to the most requests that ever came at once, and never shrinks."""

from served import ticks

AREA_BYTES = 1_500_000
areas: list[bytearray] = []

for count in ticks():
    while len(areas) < count:
        areas.append(bytearray(b"x" * AREA_BYTES))
