"""The small plot of a row."""

import re
from dataclasses import replace

import pytest

from app.domain.incident import KeptEvidence
from app.web.sparkline import sparkline
from tests.support.findings import MIB, NOW
from tests.support.incidents import incident_of


def kept(*floors, leaking=None):
    """Evidence of an hour a point to NOW, a floor in MiB for each pod."""
    hours = len(floors[0])
    pods = [
        {"leaking": leaking is None or number in leaking, "floor": [v if v is None else v * MIB for v in floor]}
        for number, floor in enumerate(floors)
    ]
    return KeptEvidence(NOW, {"times": [NOW - 3600 * (hours - 1 - n) for n in range(hours)], "pods": pods})


def limited(limit_mib, onset_at=None):
    incident = incident_of()
    limit = None if limit_mib is None else limit_mib * MIB
    return replace(incident, finding={**incident.finding, "limit_bytes": limit, "onset_at": onset_at})


def floor(shown):
    return re.search(r'class="floor" d="([^"]+)"', shown)[1]


def test_it_rises_from_left_below_to_right_above():
    assert floor(sparkline(limited(None), kept([100, 200]))) == "M0 34L160 2"


def test_a_gap_is_not_bridged():
    assert floor(sparkline(limited(None), kept([100, 150, None, None, 200, 200]))).count("M") == 2


def test_it_tells_in_words_what_it_shows():
    assert 'aria-label="Memory, 100 MiB to 200 MiB in 60 min"' in sparkline(limited(None), kept([100, 200]))


def test_the_worst_leaking_pod_is_shown():
    shown = sparkline(limited(None), kept([1, 1000], [100, 200], [100, 300], leaking={1, 2}))
    assert "100 MiB to 300 MiB" in shown


@pytest.mark.parametrize(("limit", "there"), [(250, True), (300, True), (301, False), (None, False)])
def test_a_limit_that_is_near_is_drawn(limit, there):
    assert ('class="limit"' in sparkline(limited(limit), kept([100, 200]))) is there


@pytest.mark.parametrize(("hours", "there"), [(1, True), (3, False)])
def test_an_onset_inside_is_drawn(hours, there):
    shown = sparkline(limited(None, "2027-01-15T07:00:00Z" if hours == 1 else "2027-01-15T05:00:00Z"), kept([1, 2, 3]))
    assert ('class="onset"' in shown) is there


@pytest.mark.parametrize(
    "evidence", [None, kept([None, None]), kept([5]), KeptEvidence(NOW, {"times": [], "pods": []})]
)
def test_nothing_to_draw(evidence):
    assert "no series" in sparkline(limited(None), evidence)


@pytest.mark.parametrize("level", [0, 1000])
def test_what_is_flat_lies_low(level):
    assert floor(sparkline(limited(None), kept([level, level]))) == "M0 34L160 34"
