"""Where a page ended, as one opaque word that a client hands back."""

import base64
import re

from app.errors import UsageError

_LARGEST = 2**63 - 1


def encode(last_id: int) -> str:
    """The word for a page that ended with this id."""
    return base64.urlsafe_b64encode(f"id:{last_id}".encode()).decode().rstrip("=")


def decode(cursor: str) -> int:
    """The id that a word stands for. Raises UsageError for a word that is none of ours."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except ValueError:
        text = b""
    found = re.fullmatch(rb"id:(\d{1,19})", text)
    if found is None or not 0 < int(found[1]) <= _LARGEST:
        raise UsageError("cursor: not one of ours", "take it from the Link header or next_cursor of the page before")
    return int(found[1])
