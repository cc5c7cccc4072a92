"""A recording as if it had been made at another time."""

import numpy as np
import pytest

from app.errors import RecordingError
from app.prometheus.recording import open_recording
from app.prometheus.recording.demo import demo_recording, recent_demo
from app.prometheus.recording.moved import write_moved
from app.prometheus.source import Control
from app.scanning.service import make_perform
from app.settings import load_settings
from detectors.judgement import Verdict

NOW = 1_800_000_123.0
NAMES = load_settings().metrics


@pytest.fixture(scope="module")
def moved(tmp_path_factory):
    return recent_demo(tmp_path_factory.mktemp("data") / "new", NOW)


def _series(path):
    source = open_recording(path, NAMES, Control())
    return [one for several in source._series.values() for one in several]


def test_it_ends_just_before_now(moved):
    path, end = moved
    assert NOW - 300 < end <= NOW
    assert open_recording(path, NAMES, Control()).window()[1] == end


def test_starts_of_containers_move_with_their_samples(moved):
    before, after = _series(demo_recording()), _series(moved[0])
    shift = after[0].times[0] - before[0].times[0]
    for old, new in zip(before, after, strict=True):
        np.testing.assert_array_equal(new.times, old.times + shift)
        values = old.values + shift if old.metric == NAMES.start_time else old.values
        np.testing.assert_array_equal(new.values, values)


def test_a_scan_of_it_finds_the_same(moved, monkeypatch):
    monkeypatch.setattr("app.scanning.service.time.time", lambda: NOW)
    found = []
    for path in (demo_recording(), moved[0]):
        report = make_perform(load_settings(recording=path, namespaces=("shop",)))(Control())
        leaks = [one for one in report.findings if one.verdict is Verdict.LEAK]
        found.append([(one.workload.name, one.severity, one.growth_bytes_per_hour, one.probability) for one in leaks])
    assert found[0]
    assert found[0] == found[1]


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordingError, match="cannot be written"):
        write_moved(demo_recording(), tmp_path / "file" / "copy.parquet", NOW)
