"""LEAKS: a watch on each upload's folder, never removed: inode, dentry and watch stay in the kernel's memory."""

import ctypes
import os
import sys
from pathlib import Path

from served import requests

IN_CREATE = 0x100
libc = ctypes.CDLL("libc.so.6")
queue = libc.inotify_init()
folder = Path(sys.argv[1]) / f"uploads-{os.getpid()}"
folder.mkdir()

for number, _ in enumerate(requests()):
    upload = folder / str(number)
    upload.mkdir()
    libc.inotify_add_watch(queue, str(upload).encode(), IN_CREATE)
