"""LEAKS: each message leaves a file of 16 KiB in /dev/shm, deleted but still open: shared memory, not anonymous."""

import os
import resource

from served import requests

most_files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))
segments: list[int] = []

for number, _ in enumerate(requests()):
    path = f"/dev/shm/recorder-{os.getpid()}-{number}"
    segments.append(os.open(path, os.O_RDWR | os.O_CREAT))
    os.write(segments[-1], b"x" * 16384)
    os.unlink(path)
