"""What every detector keeps to, whatever it is given. A new one joins by being registered."""

import copy
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn

from detectors.judgement import Verdict
from detectors.panel import Panel
from detectors.registry import DETECTORS
from tests.support.panels import MIB, hours, noise, panel_of

every_detector = pytest.mark.parametrize("detect", DETECTORS.values(), ids=DETECTORS.keys())

_T = hours(24)
_LEAK = 100 * MIB + 2 * MIB * _T + noise(_T.size, 0.3 * MIB)
_FLAT = 100 * MIB + noise(_T.size, 0.3 * MIB)
_NONE = np.full(_T.size, np.nan)

_WINDOWS = {
    "nothing at all": np.zeros((0, 0)),
    "no steps": np.zeros((2, 0)),
    "one sample": np.array([[MIB]]),
    "two samples": np.array([[MIB, 2 * MIB]]),
    "all NaN": _NONE[None],
    "one sample among NaN": np.where(np.arange(_T.size) == 100, MIB, np.nan)[None],
    "constant": np.full((1, _T.size), 100 * MIB),
    "zero": np.zeros((1, _T.size)),
    "gappy": np.where(np.arange(_T.size) % 7 < 3, _LEAK, np.nan)[None],
    "infinite": np.where(np.arange(_T.size) % 9 == 0, np.inf, _LEAK)[None],
    "negative": -_LEAK[None],
    "a leak beside nothing": np.array([_LEAK, _NONE]),
}


@every_detector
@pytest.mark.parametrize("rows", _WINDOWS.values(), ids=_WINDOWS.keys())
def test_gives_a_verdict_rather_than_an_exception(detect, rows):
    judgements = detect(panel_of(rows), None)
    assert [one.subject for one in judgements] == list(range(len(rows)))
    assert all(0 <= one.probability <= 1 for one in judgements)


@every_detector
def test_leaves_its_input_as_it_was(detect):
    panel = panel_of([_LEAK, _FLAT], limit=500 * MIB)
    before = copy.deepcopy(panel)
    detect(panel, None)
    for field in fields(Panel):
        np.testing.assert_equal(getattr(panel, field.name), getattr(before, field.name))


@every_detector
def test_says_the_same_of_the_same(detect):
    panel = panel_of([_LEAK, _FLAT], limit=500 * MIB)
    assert _told(detect(panel, None)) == _told(detect(panel, None))


@every_detector
def test_judges_a_container_alike_in_whatever_company(detect):
    alone = detect(panel_of([_LEAK]), None)[0]
    among = detect(panel_of([_FLAT, _LEAK, _NONE]), None)[1]
    assert _told([replace(alone, subject=1)]) == _told([among])


@every_detector
def test_does_not_depend_on_the_unit_of_memory(detect):
    small, large = detect(panel_of([_LEAK]), None)[0], detect(panel_of([_LEAK * 64]), None)[0]
    assert small.verdict is large.verdict
    assert large.growth_bytes_per_hour == pytest.approx(64 * small.growth_bytes_per_hour)


@every_detector
def test_no_samples_are_no_good_news(detect):
    assert detect(panel_of([_NONE]), None)[0].verdict is Verdict.INSUFFICIENT_DATA


@every_detector
@settings(max_examples=60, deadline=None)
@given(
    rows=stn.arrays(
        np.float64,
        st.tuples(st.integers(1, 4), st.integers(0, 80)),
        elements=st.floats(allow_nan=True, allow_infinity=True, width=64),
    ),
    start=stn.arrays(np.float64, 80, elements=st.floats(allow_nan=True, allow_infinity=True)),
)
def test_survives_any_numbers(detect, rows, start):
    starts = np.broadcast_to(start[: rows.shape[1]], rows.shape)
    with np.errstate(all="ignore"):
        panel = panel_of(rows, start_time=list(starts), subject=[0] * rows.shape[0])
    for one in detect(panel, None):
        assert 0 <= one.probability <= 1
        assert np.isfinite(one.growth_bytes_per_hour)
        assert np.isfinite(one.current_bytes)
        assert one.reasons


def _told(judgements):
    """All but the arrays of the evidence, which do not compare."""
    return [replace(one, evidence=()) for one in judgements]
