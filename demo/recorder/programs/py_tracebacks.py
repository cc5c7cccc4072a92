"""LEAKS: failed payments are kept as exceptions; their tracebacks keep the frames and a body of 3.5 KB each."""

import os

from served import requests

failures: dict[int, Exception] = {}


def pay(number: int) -> None:
    """Refuse the payment. Raises ValueError."""
    body = os.urandom(3500)
    raise ValueError(f"payment {number} of {len(body)} bytes is refused")


for number, _ in enumerate(requests()):
    try:
        pay(number)
    except ValueError as error:
        failures[number] = error
