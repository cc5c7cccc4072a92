"""A recording with its labels becomes cases."""

import json
import shutil

import pytest

from app.prometheus.recording.demo import demo_recording
from bench.cases.recorded import has_held_back, recorded


def _labelled(tmp_path, change):
    """The demo recording with its labels changed by a function of (workload, label)."""
    demo = demo_recording()
    recording = tmp_path / "some.parquet"
    shutil.copy(demo, recording)
    labels = json.loads(demo.with_suffix(".labels.json").read_text(encoding="utf-8"))
    changed = {workload: label | change(workload) for workload, label in labels.items()}
    recording.with_suffix(".labels.json").write_text(json.dumps(changed), encoding="utf-8")
    return recording


def test_each_workload_has_its_truth():
    cases = recorded(demo_recording(), "demo")
    assert (cases.leak.size, int(cases.leak.sum())) == (23, 10)
    assert cases.panel.grid.step == 60.0


def test_the_onset_is_a_time():
    cases = recorded(demo_recording(), "demo")
    assert sorted(set(cases.onset - cases.panel.grid.start)) == [0.0, 54_000.0]


def test_what_these_metrics_cannot_tell_is_left_out(tmp_path):
    recording = _labelled(tmp_path, lambda workload: {"ambiguous": workload == "shop/cart"})
    assert recorded(recording, "some").leak.size == 22


@pytest.mark.parametrize("held_back", [("shop/cart", "shop/checkout"), ()])
def test_held_back_ones_alone(tmp_path, held_back):
    recording = _labelled(tmp_path, lambda workload: {"held_back": workload in held_back})
    assert has_held_back(recording) is bool(held_back)
    cases = recorded(recording, "some", held_back_only=True)
    assert sorted(cases.leak.tolist()) == [False, True][: len(held_back)]


def test_the_first_kill_of_a_recorded_program():
    cases = recorded(demo_recording(), "demo")
    hours = (cases.first_kill - cases.panel.grid.start) / 3600
    assert sum(hours < 48) == 1
