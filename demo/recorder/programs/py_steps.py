"""LEAKS: each 900th request reloads the catalogue, and the old one stays referenced: 6 MB, then hours of rest."""

import os

from served import requests

RELOAD_AFTER = 900
catalogues: list[list[bytes]] = []

for number, _ in enumerate(requests()):
    if number % RELOAD_AFTER == 0:
        catalogues.append([os.urandom(1000) for _ in range(5800)])
