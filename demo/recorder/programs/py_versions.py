"""Healthy: each deploy brings more: tables of 18, 22, 34, 36, 47 and 50 MB, whole from the start."""

import os
import time

from served import requests

DEPLOYED_EVERY_SECONDS = 800
TABLES_MB = (18, 22, 34, 36, 47, 50)
version = max(0, int((time.time() + 5 - float(os.environ["RECORDER_BEGIN"])) // DEPLOYED_EVERY_SECONDS))
tables = [os.urandom(2000) for _ in range(TABLES_MB[version % len(TABLES_MB)] * 500)]
recent: dict[int, bytes] = {}

for number, _ in enumerate(requests()):
    recent[number % 1500] = tables[number % len(tables)] + b"."
