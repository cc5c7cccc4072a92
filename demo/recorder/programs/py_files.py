"""Healthy: reads one of many files whole for each request, twice; the page cache warms up for hours."""

import random
import sys
from pathlib import Path

from served import requests

files = sorted(Path(sys.argv[1]).iterdir())

for _ in requests():
    path = random.choice(files)
    path.read_bytes()
    path.read_bytes()
