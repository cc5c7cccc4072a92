"""Where a page ended, as one opaque word that a client hands back."""

import base64
import json
import math

from app.domain.listing import Order, Place
from app.errors import UsageError

_LARGEST_ID = 2**63 - 1
_LARGEST_GROUP = 99
# Later than any time that a database can hold is no place in an order of times.
_LATEST = 250_000_000_000.0
_NEVER_ABOVE = {"limit_at": _LATEST, "urgency": _LATEST, "opened_at": _LATEST, "updated_at": _LATEST}
_NEVER_ABOVE |= {"judged_at": _LATEST}
_HINT = "take it from the Link header or next_cursor of the page before"


def encode(order: Order, place: Place) -> str:
    """The word for a page that ended there, in that order."""
    text = json.dumps([order.value, place.group, place.value, place.id], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, order: Order) -> Place:
    """The place that a word stands for. Raises UsageError for a word that is none of ours, or of another order."""
    try:
        parts = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        parts = None
    if not isinstance(parts, list) or len(parts) != 4:
        raise UsageError("cursor: not one of ours", _HINT)
    name, group, value, last_id = parts
    if name != order.value:
        raise UsageError(f"cursor: not of a list sorted by {order.value}", "begin that list at its first page")
    if not (
        (type(group) is int and 0 <= group <= _LARGEST_GROUP)
        and (type(last_id) is int and 0 < last_id <= _LARGEST_ID)
        and (value is None or _is_place(value, order))
    ):
        raise UsageError("cursor: not one of ours", _HINT)
    return Place(last_id, None if value is None else float(value), group)


def _is_place(value: object, order: Order) -> bool:
    if type(value) not in {int, float} or not isinstance(value, (int, float)):
        return False
    highest = _NEVER_ABOVE.get(order.key)
    if highest is not None:
        return 0 <= value <= highest
    return abs(value) < 1e300 and math.isfinite(value)
