"""Scans of a recording as if they had been made while it was recorded."""

import time
from datetime import datetime

import pytest

from app.prometheus.recording.demo import recent_demo
from app.scanning.replay import replay
from app.settings import load_settings
from app.storage import scans
from app.storage.engine import make_engine, reading
from tests.support.kept import all_incidents

HOUR = 3600.0


@pytest.fixture
def demo(tmp_path):
    """Settings, the moments of two scans of the demo, and the present."""
    now = time.time()
    path, end = recent_demo(tmp_path, now)
    return load_settings(recording=path, data_dir=tmp_path, namespaces=("payments",)), [end - 6 * HOUR, end - HOUR], now


def _kept(settings):
    engine = make_engine(settings)
    with reading(engine) as session:
        found = scans.page(session, None, 10, None)
    incidents = all_incidents(engine)
    engine.dispose()
    return found, incidents


def test_each_is_kept_as_made_at_its_moment(demo):
    settings, ends, now = demo
    replay(settings, ends, now)
    kept, incidents = _kept(settings)
    assert [one.trigger for one in kept] == ["replay", "replay"]
    for one, end in zip(reversed(kept), ends, strict=True):
        assert end <= one.started_at <= one.finished_at < end + 60
        until = datetime.fromisoformat(one.summary["window"]["end"]).timestamp()
        assert 0 <= end - until < one.summary["window"]["step_seconds"]
    assert incidents
    assert all(ends[0] <= one.standing.opened_at < ends[0] + 60 for one in incidents)


def test_what_was_scanned_already_is_not_scanned_again(demo):
    settings, ends, now = demo
    replay(settings, ends, now)
    replay(settings, [*ends, ends[1] + 1800], now)
    assert len(_kept(settings)[0]) == 3
