"""The picture without script."""

import re

import pytest

from app.web.charts.drawing import Over
from app.web.charts.incident_drawing import incident_drawing
from app.web.charts.picture import incident_picture
from app.web.charts.plain import binary_step, plain
from tests.support.chart_rows import incident, kept, pod
from tests.support.findings import MIB


def picture(*pods, over=Over.TIME, **figures):
    return incident_picture(incident(**figures), "latest", kept(*pods), over)


def paths(shown):
    return [name for name, _ in shown.plain.paths]


@pytest.mark.parametrize(("high", "step"), [(100 * MIB, 32), (512 * MIB, 128), (641 * MIB, 256)])
def test_ticks_are_at_powers_of_two(high, step):
    assert binary_step(high, 5) == step * MIB


def test_ticks_reach_from_nothing_to_above_all():
    ticks = plain(incident_drawing(incident(), "latest", kept(pod("p", [100, 120])), Over.TIME)).y_ticks
    assert [tick / MIB for tick in ticks] == [160, 128, 96, 64, 32, 0]


def test_what_is_behind_comes_first():
    shown = picture(
        *(pod("a", [10, 20, 30], fit=[None, 20, 30], kills=(1,)), pod("b", [5, 5, 5], leaking=False, restarts=(1,))),
        limit=60,
        until=(1, 2, 3),
        onset_hours=1,
    )
    names = [name.split()[:2] for name in paths(shown)]
    assert [" ".join(name) for name in names] == [
        *("band", "median", "limit", "onset", "floor sound", "floor leaking", "fit", "kill", "restart"),
    ]


def test_a_gap_is_not_bridged():
    shown = picture(pod("a", [10, None, 10, 10]))
    line = next(d for name, d in shown.plain.paths if name.startswith("floor"))
    assert line.count("M") == 2


def test_revisions_differ_by_colour_and_by_dash():
    shown = picture(pod("a", [1, 2], revision="v1"), pod("b", [1, 2], revision="v2"), over=Over.AGE)
    assert set(paths(shown)) == {"floor leaking hue-0 dash-0", "floor leaking hue-1 dash-1"}
    assert [str(key.words) for key in shown.keys] == ["v1, leaking pod", "v2, leaking pod"]


def test_every_path_has_its_key():
    shown = picture(
        *(pod("a", [10, 20, 30], fit=[None, 20, 30], kills=(1,)), pod("b", [5, 5, 5], leaking=False, restarts=(1,))),
        limit=60,
        until=(1, 2, 3),
        onset_hours=1,
    )
    assert {key.name for key in shown.keys} == set(paths(shown)) - {"median"}


def test_all_numbers_are_numbers():
    shown = picture(*(pod(f"p{number}", [None, 0, 0, None]) for number in range(30)), limit=0, until=(0, 0, 0))
    assert all(re.fullmatch(r"[MLHVZh0-9 .-]*", d) for _, d in shown.plain.paths)


def test_it_says_in_words_what_it_shows():
    shown = picture(pod("a", [10, 20, 30], peak=[10, 90, 30], kills=(1,)), limit=100)
    assert shown.text == (
        "1 pod over 2 h. a went from 10.0 MiB to 30.0 MiB, and had 90.0 MiB at most. The limit is 100 MiB. 1 OOM kill."
    )


def test_ages_have_words_of_their_own():
    shown = picture(pod("a", [10, 20, 30, 10, 20], kills=(1,)), over=Over.AGE)
    assert shown.text.startswith("2 lives of its pods")
    assert shown.columns[2] == "Began"


def test_figures_stand_in_a_row_for_each_pod():
    shown = picture(pod("<i>", [10, 20], revision=None), pod("b", [1, 2], leaking=False))
    assert [str(row[0]) for row in shown.rows] == ["&lt;i&gt;", "b"]
    assert [str(row[2]) for row in shown.rows] == ["leaking", "not leaking"]


@pytest.mark.parametrize("evidence", [None, kept(), kept(pod("p", [None, None]))])
@pytest.mark.parametrize("over", Over)
def test_nothing_to_draw(evidence, over):
    assert incident_picture(incident(), "latest", evidence, over) is None
