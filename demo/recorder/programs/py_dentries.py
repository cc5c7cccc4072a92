"""Healthy: looks for files that are not there, each under a new name; the kernel remembers, and forgets at need."""

import os
import sys
import uuid

from served import requests

for _ in requests():
    for _ in range(60):
        os.path.exists(f"{sys.argv[1]}/session-{uuid.uuid4().hex}-{uuid.uuid4().hex}")
