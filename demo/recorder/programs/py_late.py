"""LEAKS from the 15th hour of the recording: a feature that is switched on then keeps 10 KB a request."""

import os
import time

from served import requests

ON_AFTER_HOURS, DILUTION = 14, 30
switched_on_at = float(os.environ["RECORDER_BEGIN"]) + ON_AFTER_HOURS * 3600 / DILUTION
kept: list[bytes] = []
recent: list[bytes] = []

for _ in requests():
    recent = [*recent[-500:], os.urandom(10_000)]
    if time.time() >= switched_on_at:
        kept.append(os.urandom(10_000))
