"""Spans of time as people write them."""

import pytest

from app.durations import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("5m", 300), ("48h", 172_800), ("1d12h", 129_600), ("2w", 1_209_600), ("250ms", 0.25), ("30", 30)],
)
def test_reads(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "h", "5 m", "5q", "-5m", "1h-", "5m5"])
def test_refuses(text):
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (-5, "0s"), (42, "42s"), (3600, "1h"), (18_600, "5h 10m"), (273_600, "3d 4h"), (86_401, "1d")],
)
def test_writes(seconds, text):
    assert format_duration(seconds) == text
