"""LEAKS: each request opens a pair of sockets and sends 8 KB that nobody reads: memory of the kernel's."""

import resource
import socket

from served import requests

most_files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))
pairs: list[tuple[socket.socket, socket.socket]] = []

for _ in requests():
    pair = socket.socketpair()
    pair[0].send(b"x" * 8000)
    pairs.append(pair)
