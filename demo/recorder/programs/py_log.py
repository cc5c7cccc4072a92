"""Healthy: writes a log and reads it back as a shipper does; the log rotates at 40 MB, and the old one is deleted."""

import os
import sys
from pathlib import Path

from served import requests

ROTATE_AT_BYTES, LINE_BYTES = 40_000_000, 8000
current = Path(sys.argv[1]) / f"service-{os.getpid()}.log"
old = current.with_suffix(".log.1")

log = current.open("a+b", buffering=0)

for _ in requests():
    start = log.tell()
    log.write(os.urandom(LINE_BYTES // 2).hex().encode())
    log.seek(start)
    log.read()
    if log.tell() > ROTATE_AT_BYTES:
        log.close()
        current.replace(old)
        log = current.open("a+b", buffering=0)
        old.unlink()
