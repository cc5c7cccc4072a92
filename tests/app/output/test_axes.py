"""Ticks at round sizes and round times."""

import pytest

from app.output.axes import Range, time_ticks, value_range, value_ticks
from detectors.panel import Grid
from tests.support.explanations import MIDNIGHT
from tests.support.findings import MIB

GIB = 1024 * MIB
HOUR, DAY = 3600.0, 86_400.0


@pytest.mark.parametrize(
    ("low", "high", "limit", "bottom", "top"),
    [
        (10, 30, None, 0, 31),
        (10, 30, 61, 0, 31),
        (10, 30, 59, 0, 61),
        (20, 30, None, 19.6, 30.4),
        (100, 100, None, 97.4, 102.6),
        (40, 40, 30, 29.6, 40.4),
        (0, 0, None, 0, 0),
    ],
    ids=[
        "low: from zero",
        "a far limit",
        "a near limit",
        "high: from below",
        "flat",
        "above the limit",
        "nothing used",
    ],
)
def test_what_the_axis_shows(low, high, limit, bottom, top):
    shown = value_range(low * MIB, high * MIB, None if limit is None else limit * MIB)
    assert (shown.bottom / MIB, shown.top / MIB) == pytest.approx((bottom, top), abs=0.3)
    assert shown.bottom < shown.top


@pytest.mark.parametrize(
    ("bottom", "top", "most", "labels"),
    [
        (0, 100 * MIB, 4, ["0", "32 MiB", "64 MiB", "96 MiB"]),
        (0, 3 * GIB, 4, ["0", "1 GiB", "2 GiB", "3 GiB"]),
        (0, 1.3 * GIB, 3, ["0", "0.5 GiB", "1 GiB"]),
        (900 * MIB, 1300 * MIB, 4, ["1024 MiB", "1152 MiB", "1280 MiB"]),
        (10.0 * GIB, 10.05 * GIB, 3, ["10240 MiB", "10272 MiB"]),
        (0, 900, 2, ["0", "512 B"]),
        (0, 5000 * GIB, 3, ["0", "2 TiB", "4 TiB"]),
    ],
)
def test_sizes_are_round_and_told_apart(bottom, top, most, labels):
    assert [tick.label for tick in value_ticks(Range(bottom, top), most)] == labels


@pytest.mark.parametrize(
    ("start", "span", "most", "labels"),
    [
        (MIDNIGHT, 2 * DAY, 5, ["11-15", "12:00", "11-16", "12:00", "11-17"]),
        (MIDNIGHT + 4 * HOUR, 12 * HOUR, 4, ["11-15 06:00", "09:00", "12:00", "15:00"]),
        (MIDNIGHT, 7 * DAY, 4, ["11-15", "11-17", "11-19", "11-21"]),
        (MIDNIGHT + 60, 1200, 4, ["11-15 00:05", "00:10", "00:15", "00:20"]),
        (MIDNIGHT, 365 * DAY, 5, ["01-25", "04-25", "07-25", "10-24"]),
        (MIDNIGHT + 1, 2, 5, []),
    ],
    ids=["two days", "half a day", "a week", "minutes", "a year", "seconds"],
)
def test_times_are_round(start, span, most, labels):
    ticks = time_ticks(Grid(start, span / 100, 101).times, most)
    assert [tick.label for tick in ticks] == labels
    assert all(start <= tick.at <= start + span for tick in ticks)
