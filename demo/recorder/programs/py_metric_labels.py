"""LEAKS: a histogram per route and customer; three of ten requests come with a label value that was never seen."""

import random

from served import requests

BUCKETS = 24
histograms: dict[tuple[str, str], list[float]] = {}
customers = 0

for _ in requests():
    if random.random() < 0.3:
        customers += 1
        name = f"customer-{customers:010d}"
    else:
        name = f"customer-{random.randrange(customers + 1):010d}"
    histogram = histograms.setdefault((f"/orders/{customers % 7}", name), [0.0] * BUCKETS)
    histogram[random.randrange(BUCKETS)] += random.random()
