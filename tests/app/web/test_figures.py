"""Figures for people."""

import pytest

from app.web import figures


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (5_347_737, '<data value="5347737" title="5,347,737 bytes">5.1 MiB</data>'),
        (0, '<data value="0" title="0 bytes">0 B</data>'),
        (None, '<span class="none">–</span>'),
    ],
)
def test_bytes(value, shown):
    assert figures.bytes_(value) == shown


def test_a_rate():
    assert figures.rate(5_242_880.4) == '<data value="5242880" title="5,242,880 bytes an hour">5.0 MiB/h</data>'


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        *((0.25, "0.2 s"), (42, "42 s"), (59 * 60, "59 min"), (5999, "100 min"), (6000, "2 h"), (35 * 3600, "35 h")),
        *(
            (51 * 3600, "2 d 3 h"),
            (48 * 3600, "2 d"),
            (12.4 * 86_400, "12 d"),
            (0.04, "40 ms"),
            (-5, "0 ms"),
            (None, "–"),
        ),
    ],
)
def test_spans(seconds, shown):
    assert figures.duration(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "just now"), (-59, "just now"), (59, "in a moment"), (-3600 * 3, "3 h ago"), (3600 * 9, "in 9 h")],
)
def test_how_far_away(seconds, shown):
    assert figures.relative(seconds) == shown


@pytest.mark.parametrize("when", [1_800_000_000.0, "2027-01-15T08:00:00Z"])
def test_a_moment(when):
    assert figures.time_(when) == (
        '<time datetime="2027-01-15T08:00:00Z" title="Fri 2027-01-15 08:00:00 UTC">15 Jan 2027 08:00 UTC</time>'
    )


@pytest.mark.parametrize("when", [-1e9, 1e15])
def test_a_moment_that_no_calendar_has_breaks_no_page(when):
    assert "<time" in figures.time_(when)
