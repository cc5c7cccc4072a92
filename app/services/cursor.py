"""Where a page ended, as one opaque word that a client hands back."""

import base64
import json

from app.errors import UsageError


def encode(*position: float) -> str:
    """The word for a position."""
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


def decode(cursor: str, length: int) -> tuple[float, ...]:
    """The position that a word stands for, `length` numbers. Raises UsageError for a word that is none of ours."""
    try:
        position = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        position = None
    if isinstance(position, list) and len(position) == length and all(map(_is_sane, position)):
        return tuple(position)
    raise UsageError("cursor: not one of ours", "take it from the Link header or next_cursor of the page before")


def _is_sane(number: object) -> bool:
    """Whether it can be a time or an id in a database."""
    return isinstance(number, int | float) and not isinstance(number, bool) and 0 <= number < 2**37
