"""LEAKS in the first of three replicas: the leader keeps each job's result, 6 KB; followers drop it."""

import os

from served import requests

leader = os.environ["RECORDER_REPLICA"] == "0"
results: list[bytes] = []

for _ in requests():
    result = os.urandom(6000)
    if leader:
        results.append(result)
