"""Times as documents have them."""

from datetime import UTC, datetime


def rfc3339(seconds: float) -> str:
    """A time in UTC, to the second: 2026-01-01T00:00:00Z."""
    # Not strftime: lists have thousands of times, and it takes ten times as long.
    return f"{datetime.fromtimestamp(round(seconds), UTC).replace(tzinfo=None).isoformat()}Z"
