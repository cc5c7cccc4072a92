"""Spans of time as people and Prometheus write them: 90s, 5m, 48h, 7d, 1d12h."""

import re
from typing import Annotated

from pydantic import BeforeValidator

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0, "y": 31536000.0}
_WHOLE = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|[smhdwy]))+")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdwy])")


def parse_duration(text: str) -> float:
    """Seconds in a duration such as `48h` or `1d12h`; a bare number is seconds.

    Raises ValueError with the accepted form when the text is not one.
    """
    text = text.strip()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"{text!r} is not a duration: write 90s, 5m, 48h, 7d or 1d12h")
    return sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text))


def format_duration(seconds: float) -> str:
    """The two largest units of a span, for people: 3d 4h, 5h 10m, 42s."""
    seconds = max(seconds, 0.0)
    parts: list[str] = []
    for unit in ("d", "h", "m", "s"):
        count, seconds = divmod(seconds, _SECONDS[unit])
        if count or (parts and len(parts) < 2):
            parts.append(f"{int(count)}{unit}")
        if len(parts) == 2:
            break
    return " ".join(part for part in parts if not part.startswith("0")) or "0s"


def _as_seconds(value: object) -> object:
    return parse_duration(value) if isinstance(value, str) else value


DurationSeconds = Annotated[float, BeforeValidator(_as_seconds)]
