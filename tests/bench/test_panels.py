"""Panels cut, thinned and laid together."""

import numpy as np
import pytest

from bench.cases.panels import only, stacked, thinned, until
from detectors.panel import Grid
from tests.support.panels import START, panel_of

MINUTE = 60.0


def _panel(values, **more):
    return panel_of([np.array(values, dtype=np.float64)], step=MINUTE, **more)


def test_a_thinned_panel_has_the_last_sample_of_each_step():
    thin = thinned(_panel([1, 2, 3, 4, 5, 6]), 3 * MINUTE)
    assert thin.rss.tolist() == [[3, 6]]
    assert thin.grid == Grid(START + 2 * MINUTE, 3 * MINUTE, 2)


def test_it_ends_where_it_ended_when_the_steps_do_not_come_out_even():
    panel = _panel([1, 2, 3, 4])
    thin = thinned(panel, 3 * MINUTE)
    assert thin.rss.tolist() == [[1, 4]]
    assert thin.grid.end == panel.grid.end


def test_a_sample_before_a_gap_stands_for_its_step_only():
    nan = np.nan
    thin = thinned(_panel([1, nan, nan, nan, nan, nan, 7, 8, nan]), 3 * MINUTE)
    np.testing.assert_array_equal(thin.rss, [[1, nan, 8]])


def test_cpu_is_the_mean_of_what_is_known():
    thin = thinned(_panel([1] * 6, cpu=[np.array([1, 2, 3, 5, np.nan, 7])]), 3 * MINUTE)
    assert thin.cpu.tolist() == [[2, 6]]


@pytest.mark.parametrize("step", [90.0, 30.0])
def test_a_step_that_is_no_multiple_is_refused(step):
    with pytest.raises(ValueError, match="no multiple"):
        thinned(_panel([1, 2, 3]), step)


@pytest.mark.parametrize(("end", "known"), [(MINUTE, 2), (1.5 * MINUTE, 2), (-1.0, 0), (1e6, 4)])
def test_until_leaves_out_what_came_later(end, known):
    cut = until(_panel([1, 2, 3, 4]), START + end)
    assert cut.rss.tolist() == [[1, 2, 3, 4][:known]]
    assert cut.grid.steps == known


def test_stacked_panels_count_their_subjects_on():
    one = panel_of([np.ones(3), np.ones(3)], subject=[0, 0])
    two = panel_of([np.full(3, 2.0), np.full(3, 3.0)], subject=[1, 0], limit=[5.0, 6.0])
    both = stacked([one, two])
    assert both.subject.tolist() == [0, 0, 2, 1]
    assert both.rss[:, 0].tolist() == [1, 1, 2, 3]
    assert both.limit[2:].tolist() == [5, 6]


def test_panels_on_different_grids_are_not_stacked():
    with pytest.raises(ValueError, match="different grids"):
        stacked([panel_of([np.ones(3)]), panel_of([np.ones(4)])])


def test_only_some_subjects_are_numbered_in_the_order_asked():
    panel = panel_of([np.full(2, value) for value in (1.0, 2.0, 3.0, 4.0)], subject=[0, 1, 2, 2])
    picked = only(panel, [2, 0])
    assert picked.rss[:, 0].tolist() == [1, 3, 4]
    assert picked.subject.tolist() == [1, 0, 0]
