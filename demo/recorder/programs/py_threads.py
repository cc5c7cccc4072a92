"""LEAKS: each subscription starts a thread that waits for ever; stack, kernel stack and a 24 KB buffer each."""

import threading

from served import requests

threading.stack_size(256 * 1024)


def wait() -> None:
    """For ever, with a buffer of its own."""
    buffer = bytearray(b"x" * 24_000)
    threading.Event().wait()
    buffer.clear()


for _ in requests():
    threading.Thread(target=wait, daemon=True).start()
