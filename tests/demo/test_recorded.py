"""The recordings that are kept: labels and samples tell the same, and the product reads them."""

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from demo.recorder.catalogue import RECORDINGS

RECORDED = Path(__file__).resolve().parents[2] / "demo" / "recorded"
LABELS_OF = {name: json.loads((RECORDED / f"{name}.labels.json").read_text(encoding="utf-8")) for name in RECORDINGS}
LABELS = {workload: label for labels in LABELS_OF.values() for workload, label in labels.items()}
KEYS = {"leak", "family", "onset_s", "leak_bytes_per_hour", "limit_bytes", "memory_kind", "oom_kills", "pods"}
KEYS |= {"held_back", "namespace", "workload", "container", "runtime", "note"}


@pytest.fixture(scope="module")
def rows():
    by_workload = {}
    for name in RECORDINGS:
        for row in pq.read_table(RECORDED / f"{name}.parquet").to_pylist():
            by_workload.setdefault(row["workload_id"], []).append(row)
    return by_workload


def test_labels_and_samples_are_of_the_same_workloads(rows):
    assert set(rows) == set(LABELS)
    assert sum(len(labels) for labels in LABELS_OF.values()) == len(LABELS)


@pytest.mark.parametrize(("name", "programs"), RECORDINGS.items(), ids=RECORDINGS)
def test_labels_are_of_the_programs_of_the_catalogue(name, programs):
    assert {label["family"] for label in LABELS_OF[name].values()} == {program.family for program in programs()}


def test_no_fit_has_seen_the_second_recording():
    assert all(label["held_back"] for label in LABELS_OF["unseen"].values())


@pytest.mark.parametrize("name", LABELS)
def test_a_label_fits_its_samples(rows, name):
    label, own = LABELS[name], rows[name]
    assert label.keys() - {"ambiguous"} == KEYS
    assert {row["limit_bytes"] for row in own} == {label["limit_bytes"]}
    assert label["oom_kills"] <= sum(np.nanmax(np.array(row["restarts"], dtype=float)) for row in own)
    assert len({row["t0"] for row in own}) == 1 or len({row["version"] for row in own}) > 1
    for row in own:
        working_set, rss = np.array(row["working_set"], dtype=float), np.array(row["rss"], dtype=float)
        assert np.nanmin(rss) > 0
        assert np.nanmax(working_set) <= row["limit_bytes"]


@pytest.mark.parametrize("name", [name for name, label in LABELS.items() if label["leak"]])
def test_a_leak_has_a_rate_and_its_pod_grew_by_it(rows, name):
    label, own = LABELS[name], rows[name]
    assert label["leak_bytes_per_hour"] > 0
    if own[0]["restarts"][-1]:
        return
    rates = [_growth_an_hour(row, label["onset_s"]) for row in own]
    # A heap grows faster than what lives in it, and garbage may pile up beside it.
    assert 0.5 < max(rates) / label["leak_bytes_per_hour"] < 4


def _growth_an_hour(row, onset_seconds):
    working_set = np.array(row["working_set"], dtype=float)[round(onset_seconds / row["step_s"]) :]
    hours = working_set.size * row["step_s"] / 3600
    return (np.nanmedian(working_set[-60:]) - np.nanmedian(working_set[:60])) / hours


def test_health_has_no_rate():
    healthy = [label for label in LABELS.values() if not label["leak"]]
    assert [(label["onset_s"], label["leak_bytes_per_hour"]) for label in healthy] == [(None, None)] * len(healthy)


def test_thirty_hours_were_recorded_without_holes(rows):
    for own in rows.values():
        hours = [len(row["rss"]) * row["step_s"] / 3600 for row in own]
        assert sum(hours) / LABELS[own[0]["workload_id"]]["pods"] > 29.5
