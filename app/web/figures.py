"""Figures as people read them: bytes, rates, times and spans, each with the exact one for whoever hovers over it.

What a filter gets is a number, or the text of a time as documents have it (RFC 3339); None is a dash.
"""

import time
from datetime import UTC, datetime

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from detectors.words import amount

NONE = Markup('<span class="none">–</span>')
_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86_400.0


def bytes_(size_bytes: float | None) -> Markup:
    """An amount of memory: 5.1 MiB."""
    if size_bytes is None:
        return NONE
    return _figure(size_bytes, amount(size_bytes), "bytes")


def rate(bytes_per_hour: float | None) -> Markup:
    """Growth: 5.1 MiB/h."""
    if bytes_per_hour is None:
        return NONE
    return _figure(bytes_per_hour, f"{amount(bytes_per_hour)}/h", "bytes an hour")


def seconds_of(when: float | str) -> float:
    """Unix seconds of a time, given as such or as RFC 3339 writes it."""
    return datetime.fromisoformat(when).timestamp() if isinstance(when, str) else when


def time_(when: float | str | None) -> Markup:
    """A moment: `24 Nov 14:02 UTC`; the script writes it in the reader's zone."""
    return NONE if when is None else _moment(seconds_of(when), None)


@pass_context
def ago(context: Context, when: float | str | None) -> Markup:
    """A moment by how far it is from now: `3 h ago`, `in 9 h`; the script keeps it so."""
    if when is None:
        return NONE
    seconds = seconds_of(when)
    return _moment(seconds, relative(seconds - float(context.get("now", time.time()))))


def relative(seconds: float) -> str:
    """How far away something is: negative seconds are past."""
    if abs(seconds) < _MINUTE:
        return "just now" if seconds <= 0 else "in a moment"
    return f"in {duration(seconds)}" if seconds > 0 else f"{duration(-seconds)} ago"


def duration(seconds: float | None) -> str:
    """A span in one unit, or two where the first says little: 40 ms, 42 s, 12 min, 9 h, 2 d 3 h, 12 d."""
    if seconds is None:
        return "–"
    seconds = max(seconds, 0.0)
    if seconds < 0.1:
        return f"{1000 * seconds:.0f} ms"
    if seconds < _MINUTE:
        return f"{seconds:.0f} s" if seconds >= 1 else f"{seconds:.1f} s"
    if seconds < 100 * _MINUTE:
        return f"{seconds / _MINUTE:.0f} min"
    if seconds < 36 * _HOUR:
        return f"{seconds / _HOUR:.0f} h"
    days, rest = divmod(round(seconds / _HOUR), 24)
    return f"{days} d {rest} h" if rest and days < 4 else f"{seconds / _DAY:.0f} d"


def _moment(seconds: float, shown: str | None) -> Markup:
    when = datetime.fromtimestamp(min(max(seconds, 0.0), 32_503_680_000.0), UTC)
    exact = when.strftime("%a %Y-%m-%d %H:%M:%S UTC")
    kind = Markup("") if shown is None else Markup(" data-relative")
    text = f"{when.day} {when:%b %Y %H:%M} UTC" if shown is None else shown
    return Markup('<time datetime="{}" title="{}"{}>{}</time>').format(
        when.strftime("%Y-%m-%dT%H:%M:%SZ"), exact, kind, text
    )


def _figure(value: float, shown: str, unit: str) -> Markup:
    return Markup('<data value="{}" title="{} {}">{}</data>').format(round(value), f"{round(value):,}", unit, shown)
