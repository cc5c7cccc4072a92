"""Plots of a workload's past, and of its revisions by age."""

import re

import pytest

from app.domain.lifetimes import RevisionAges
from app.domain.workload import PastVerdict
from app.web.course import age_plot, growth_course, memory_course, probability_course
from detectors.judgement import Verdict
from tests.support.findings import MIB, NOW

HOUR = 3600.0
LEAK, HEALTHY, UNTOLD = Verdict.LEAK, Verdict.HEALTHY, Verdict.INSUFFICIENT_DATA


def past(*of):
    """A verdict an hour: (verdict, probability, MiB), or None for an hour that nothing is known of."""
    return [
        PastVerdict(number, NOW + number * HOUR, 1, one[0], one[1], one[2] * MIB, one[2] * MIB)
        for number, one in enumerate(of)
        if one is not None
    ]


GROWING = past((HEALTHY, 0.1, 100), (HEALTHY, 0.3, 200), (LEAK, 0.9, 300))


def test_a_plot_says_in_words_what_it_shows():
    assert 'aria-label="Memory, 100 MiB to 300 MiB, at most 300 MiB, over 2 h"' in memory_course(GROWING, None)
    assert 'aria-label="Growth, 100 MiB/h to 300 MiB/h' in growth_course(GROWING)
    assert 'aria-label="Probability of a leak, 10 % to 90 %' in probability_course(GROWING)


def test_the_line_goes_from_the_lowest_to_the_highest():
    assert '<path class="floor" d="M0 81L300 42L600 3"/>' in memory_course(GROWING, None)


@pytest.mark.parametrize(("limit", "is_drawn"), [(400, True), (10_000, False), (None, False)])
def test_the_limit_is_drawn_where_it_is_near(limit, is_drawn):
    assert ('class="limit"' in memory_course(GROWING, limit and limit * MIB)) is is_drawn


def test_a_band_shows_each_verdict():
    drawn = re.findall(r'<rect class="(\w+)" x="(\d+)"', memory_course(GROWING, None))
    assert drawn == [("healthy", "0"), ("suspected", "300"), ("leak", "600")]


def test_what_nothing_is_known_of_is_a_gap():
    known = (UNTOLD, 0.1, 100)
    line = memory_course(past(known, known, *(None,) * 6, known, known), None)
    assert re.search(r'class="floor" d="([^"]*)"', line)[1].count("M") == 2


def test_what_never_changes_is_drawn_too():
    flat = past(*((HEALTHY, 0.0, 0),) * 3)
    for plot in (memory_course(flat, 0.0), growth_course(flat), probability_course(flat)):
        assert 'class="floor"' in plot


def _revision(name, *levels):
    return RevisionAges(name, 1, True, (), tuple((number * HOUR, level * MIB) for number, level in enumerate(levels)))


def test_revisions_by_age_have_a_line_each_up_to_four():
    plot = age_plot([_revision(f"v{number}", 100, 100 + number) for number in range(6, 0, -1)])
    assert re.findall(r'<path class="(r\d)"', plot) == ["r0", "r1", "r2", "r3"]
    assert "Memory by age up to 60 min, from 100 MiB to 106 MiB" in plot


@pytest.mark.parametrize("revisions", [[], [_revision("v1", 100)]])
def test_too_little_is_no_plot(revisions):
    assert age_plot(revisions) == ""
