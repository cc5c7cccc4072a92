"""Scenarios as one panel of a fleet, and as a corpus on disk."""

import dataclasses
import json

import numpy as np
import pytest

from app.prometheus.recording.parquet import read_parquet
from app.prometheus.source import Control
from app.settings import MetricNames
from bench.scenarios import Scenario, generate
from bench.scenarios.__main__ import main
from bench.scenarios.combine import combine
from bench.scenarios.corpus import label, write_corpus


@pytest.fixture(scope="module")
def two():
    return [generate("leak_since_deploy", 4), generate("ok_daily", 4)]


def test_subjects_are_numbered_in_the_order_given(two):
    panel = combine(two)
    assert panel.rows == sum(one.panel.rows for one in two)
    assert list(panel.subject) == [0] * two[0].panel.rows + [1] * two[1].panel.rows


def test_a_step_has_the_last_sample_at_or_before_it_and_the_mean_cpu(two):
    panel, row = combine(two), 0
    fine = two[0].panel
    assert panel.grid.end == fine.grid.end
    for column in (0, 100, panel.grid.steps - 1):
        within = (fine.grid.times > panel.grid.times[column] - 300) & (fine.grid.times <= panel.grid.times[column])
        known = fine.rss[row, within][np.isfinite(fine.rss[row, within])]
        np.testing.assert_equal(panel.rss[row, column], known[-1] if known.size else np.nan)
        cpu = fine.cpu[row, within][np.isfinite(fine.cpu[row, within])]
        np.testing.assert_allclose(panel.cpu[row, column], cpu.mean() if cpu.size else np.nan)


def test_a_step_without_a_sample_stays_unknown(two):
    fine = two[1].panel
    hole = dataclasses.replace(fine, rss=np.where(np.arange(fine.grid.steps) < 10, np.nan, fine.rss))
    panel = combine([dataclasses.replace(two[1], panel=hole)])
    assert np.isnan(panel.rss[:, :2]).all()


def test_limits_and_revisions_stay_with_their_rows(two):
    panel = combine(two)
    np.testing.assert_array_equal(panel.limit, np.concatenate([one.panel.limit for one in two]))
    np.testing.assert_array_equal(panel.revision, np.concatenate([one.panel.revision for one in two]))


def test_grids_that_differ_are_an_error_that_names_the_scenario(two):
    with pytest.raises(ValueError, match=r"ok_flat/0: its grid is not that of leak_since_deploy/4"):
        combine([two[0], generate("ok_flat", 0, hours=24)])


@pytest.mark.parametrize("step", [30.0, 90.0, 1e9])
def test_a_step_that_does_not_fit_is_an_error(two, step):
    with pytest.raises(ValueError, match="no multiple"):
        combine(two, step)


def test_nothing_to_combine_is_an_error():
    with pytest.raises(ValueError, match="none given"):
        combine([])


def test_a_corpus_is_read_as_a_recording(two, tmp_path):
    path = tmp_path / "made.parquet"
    write_corpus(path, two)
    content = read_parquet(path, MetricNames(), Control())
    assert {owner.name for owner in content.owners.values()} == {"leak-since-deploy-4", "ok-daily-4"}
    assert len(content.owners) == sum(one.panel.rows for one in two)


def test_the_labels_carry_the_keys_of_other_corpora_and_the_truth(two, tmp_path):
    path = tmp_path / "made.parquet"
    write_corpus(path, two)
    labels = json.loads((tmp_path / "made.labels.json").read_text(encoding="utf-8"))
    assert labels["leak_since_deploy/4"] == label(two[0])
    leak, healthy = labels["leak_since_deploy/4"], labels["ok_daily/4"]
    assert leak["onset_s"] == pytest.approx(two[0].truth.onset_at - two[0].panel.grid.start)
    assert leak["leak_bytes_per_hour"] == two[0].truth.growth_bytes_per_hour
    assert {"leak", "family", "limit_bytes", "memory_kind", "oom_kills", "pods", "namespace", "workload"} <= set(
        healthy
    )
    assert (healthy["onset_s"], healthy["leak_bytes_per_hour"]) == (None, None)


def test_a_scenario_without_a_limit_is_written_with_limit_0(two):
    panel = two[1].panel
    free = dataclasses.replace(panel, limit=np.full(panel.rows, np.nan))
    assert label(Scenario("ok_daily/4", 4, free, two[1].truth))["limit_bytes"] == 0.0


def test_the_command_writes_what_is_asked_for(tmp_path, capsys):
    out = tmp_path / "made.parquet"
    main([str(out), "--seeds", "3:5", "--hours", "6", "--step", "300", "--families", "leak_straight,ok_flat"])
    labels = json.loads((tmp_path / "made.labels.json").read_text(encoding="utf-8"))
    assert set(labels) == {"leak_straight/3", "ok_flat/3", "leak_straight/4", "ok_flat/4"}
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["made.parquet", "--seeds", "5"], "is not FIRST:END"),
        (["made.parquet", "--families", "leak_typo"], "unknown: leak_typo"),
        (["made.csv"], "must end in .parquet"),
        (["no/such/folder/made.parquet", "--seeds", "0:1", "--families", "ok_flat"], "no/such/folder"),
    ],
)
def test_bad_usage_says_what_is_wrong(arguments, told, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert told in capsys.readouterr().err
