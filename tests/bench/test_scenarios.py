"""Scenarios are what they say they are: the same for ever, valid panels, and a truth that their arrays bear out."""

import warnings

import numpy as np
import pytest

from bench.scenarios import FAMILIES, HELD_BACK, generate, scenarios
from detectors.memory import nonreclaimable

LEAKS = [name for name, family in FAMILIES.items() if family.leak]
LOOK_ALIKES = [name for name, family in FAMILIES.items() if not family.leak]
MEMBERS = ("working_set", "rss", "cache", "cpu", "start_time", "restarts", "oom_killed", "limit")
STEP = 300.0
# Of leak_straight/7: rows, growth, median RSS, start. A change of these makes all earlier measurements void.
PINNED = (6, 511094.6748136824, 174178304.0, 1795113656.9155917)


@pytest.fixture(scope="module")
def drawn():
    """Three scenarios of each family, coarsely."""
    return {name: [generate(name, seed, step_seconds=STEP) for seed in range(3)] for name in FAMILIES}


def test_there_are_at_least_44_families_and_about_half_of_them_leak():
    assert len(FAMILIES) >= 44
    assert 0.4 <= len(LEAKS) / len(FAMILIES) <= 0.6


@pytest.mark.parametrize("kind", [LEAKS, LOOK_ALIKES], ids=["leaks", "look-alikes"])
def test_about_a_quarter_of_either_kind_is_held_back(kind):
    assert 0.2 <= len(HELD_BACK & set(kind)) / len(kind) <= 0.33


def test_what_is_held_back_exists():
    assert set(FAMILIES) >= HELD_BACK


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_says_in_a_sentence_what_it_is(name):
    assert FAMILIES[name].name == name
    assert FAMILIES[name].what.endswith(".")


@pytest.mark.parametrize("name", FAMILIES)
def test_the_same_seed_gives_the_same_arrays(name, drawn):
    again, first = generate(name, 1, step_seconds=STEP), drawn[name][1]
    assert again.truth == first.truth
    for member in MEMBERS:
        np.testing.assert_array_equal(getattr(again.panel, member), getattr(first.panel, member))


def test_numbers_are_the_same_on_every_machine_and_in_every_process():
    scenario = generate("leak_straight", 7, step_seconds=STEP)
    panel = scenario.panel
    shown = (panel.rows, scenario.truth.growth_bytes_per_hour, np.nanmedian(panel.rss), panel.start_time[0, -1])
    assert shown == pytest.approx(PINNED, rel=1e-6)


@pytest.mark.parametrize("name", FAMILIES)
def test_another_seed_gives_other_arrays(name, drawn):
    one, other = drawn[name][0].panel, drawn[name][1].panel
    assert one.rss.shape != other.rss.shape or not np.array_equal(one.rss, other.rss, equal_nan=True)


@pytest.mark.parametrize("name", FAMILIES)
def test_the_panel_is_one_subject_of_sane_values(name, drawn):
    for scenario in drawn[name]:
        panel = scenario.panel
        assert panel.grid.steps == round(48 * 3600 / STEP)
        assert set(panel.subject) == {0}
        assert sorted(set(panel.revision)) == list(range(panel.revision.max() + 1))
        for member in MEMBERS:
            values = getattr(panel, member)
            assert not np.isinf(values).any()
            assert np.nanmin(values, initial=0.0) >= 0
        assert np.isfinite(panel.rss).any(axis=1).all(), "a pod of which nothing was seen"


@pytest.mark.parametrize("name", FAMILIES)
def test_a_pod_never_uses_more_than_its_limit(name, drawn):
    for scenario in drawn[name]:
        panel = scenario.panel
        assert not (panel.working_set > panel.limit[:, None]).any()


@pytest.mark.parametrize("name", FAMILIES)
def test_the_working_set_holds_at_least_the_anonymous_memory(name, drawn):
    for scenario in drawn[name]:
        assert not (scenario.panel.working_set < scenario.panel.rss).any()


@pytest.mark.parametrize("name", FAMILIES)
def test_a_container_is_not_seen_before_it_starts_and_restarts_only_add_up(name, drawn):
    for scenario in drawn[name]:
        panel = scenario.panel
        assert not (panel.start_time > panel.grid.times).any()
        for row in panel.restarts:
            assert (np.diff(row[np.isfinite(row)]) >= 0).all()


@pytest.mark.parametrize("name", LEAKS)
def test_a_leak_is_labelled_with_its_onset_rate_and_pods(name, drawn):
    for scenario in drawn[name]:
        truth = scenario.truth
        assert (truth.family, truth.leak, truth.warmed_up) == (name, True, False)
        assert truth.growth_bytes_per_hour > 0
        assert truth.onset_at is not None
        assert truth.onset_at < scenario.panel.grid.end
        assert 1 <= truth.leaking_pods <= truth.pods == scenario.panel.rows


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_a_look_alike_is_labelled_without_onset_rate_and_pods(name, drawn):
    for scenario in drawn[name]:
        truth = scenario.truth
        assert (truth.family, truth.leak, truth.suspect_revision) == (name, False, None)
        assert (truth.onset_at, truth.growth_bytes_per_hour, truth.leaking_pods) == (None, 0.0, 0)
        assert truth.pods == scenario.panel.rows


@pytest.mark.parametrize("name", ["leak_oom_minutes", "leak_oom_hours", "leak_oom_days", "ok_burst_ooms"])
def test_oom_kills_are_those_that_the_counters_show(name):
    seen = [scenario for scenario in scenarios(range(5), families=[name], step_seconds=60) if _has_restarts(scenario)]
    assert seen
    for scenario in seen:
        assert _killed(scenario.panel) == scenario.truth.oom_kills > 0


def test_a_process_that_gives_up_by_itself_restarts_without_oom_kills():
    seen = [one for one in scenarios(range(5), families=["leak_heap_exhausted"]) if _has_restarts(one)]
    assert seen
    for scenario in seen:
        assert scenario.truth.oom_kills == 0
        assert np.nanmax(scenario.panel.restarts) > 0
        assert not (scenario.panel.oom_killed == 1).any()


@pytest.mark.parametrize(
    "name", ["leak_straight", "leak_tiny", "leak_huge", "leak_kernel", "leak_native", "leak_threads", "leak_staircase"]
)
def test_the_floor_grows_at_the_rate_the_truth_tells(name):
    ratios = [
        _floor_rate(scenario.panel) / scenario.truth.growth_bytes_per_hour
        for scenario in scenarios(range(9), families=[name])
    ]
    assert 0.85 <= np.nanmedian(ratios) <= 1.15


@pytest.mark.parametrize("name", ["ok_flat", "ok_idle", "ok_wander", "ok_bounded_walk", "ok_stairs", "ok_negligible"])
def test_the_floor_of_what_is_flat_stays(name):
    growths = [
        _floor_rate(one.panel) * 48 / np.nanmedian(one.panel.rss) for one in scenarios(range(12), families=[name])
    ]
    assert abs(np.nanmedian(growths)) < 0.025


def test_a_leak_since_a_deploy_names_the_revision_that_brought_it():
    for scenario in scenarios(range(5), families=["leak_since_deploy"]):
        truth, panel = scenario.truth, scenario.panel
        first = np.isfinite(panel.rss[panel.revision == truth.suspect_revision]).any(axis=0).argmax()
        assert panel.grid.times[first] >= truth.onset_at - panel.grid.step


def test_a_leak_that_sets_in_late_does_so_in_the_window():
    for scenario in scenarios(range(5), families=["leak_late_steep"]):
        assert scenario.panel.grid.start < scenario.truth.onset_at < scenario.panel.grid.end


def test_about_a_fifth_has_no_limit_and_some_lack_a_metric(drawn):
    panels = [one.panel for ones in drawn.values() for one in ones]
    assert 0.1 <= np.mean([np.isnan(panel.limit).all() for panel in panels]) <= 0.3
    for member in ("cpu", "cache", "start_time", "restarts"):
        assert 0.01 <= np.mean([np.isnan(getattr(panel, member)).all() for panel in panels]) <= 0.3
    assert not any(np.isnan(panel.rss).all() for panel in panels)


def test_some_look_alikes_are_warmed_up_and_some_are_not(drawn):
    warm = [one.truth.warmed_up for name in LOOK_ALIKES for one in drawn[name]]
    assert 0.2 <= np.mean(warm) <= 0.8


@pytest.mark.parametrize("name", ["ok_warm_up", "ok_warm_up_deploys", "ok_refill"])
def test_what_warms_up_in_the_last_two_days_is_not_called_warmed_up(name, drawn):
    assert not any(one.truth.warmed_up for one in drawn[name])


@pytest.mark.parametrize("name", ["leak_straight", "leak_oom_hours", "leak_daily_deploys", "ok_autoscaled", "ok_daily"])
def test_a_month_can_be_generated(name):
    panel = generate(name, 0, hours=720, step_seconds=900).panel
    assert panel.grid.steps == 2880


def test_an_unknown_family_is_an_error_that_names_those_there_are():
    with pytest.raises(ValueError, match=r"family 'leak_typo' is unknown.*leak_straight"):
        generate("leak_typo", 0)


@pytest.mark.parametrize(
    ("hours", "step", "named"), [(1, 60, "hours 1"), (48, 7200, "step_seconds 7200"), (48, 0, "0")]
)
def test_a_window_that_shows_nothing_is_an_error_that_names_the_field(hours, step, named):
    with pytest.raises(ValueError, match=named):
        generate("ok_flat", 0, hours=hours, step_seconds=step)


def _has_restarts(scenario):
    return np.isfinite(scenario.panel.restarts).any()


def _killed(panel):
    total = 0
    for restarts, killed in zip(panel.restarts, panel.oom_killed, strict=True):
        known = np.isfinite(restarts)
        total += int(np.diff(restarts[known])[killed[known][1:] == 1].sum())
    return total


def _floor_rate(panel):
    """Bytes/hour of the hourly minimum, of the median pod that is seen nearly throughout."""
    memory = nonreclaimable(panel)
    memory = memory[np.isfinite(memory).mean(axis=1) > 0.8]
    per_hour = round(3600 / panel.grid.step)
    hours = panel.grid.steps // per_hour
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # an hour without a sample has no floor
        floors = np.nanmin(memory[:, : hours * per_hour].reshape(len(memory), hours, per_hour), axis=2)
    rates = []
    for floor in floors:
        known = np.isfinite(floor)
        rates.append(np.polyfit(np.flatnonzero(known), floor[known], 1)[0])
    return np.median(rates) if rates else np.nan
