"""Scans heed what people said of leaks: from a recording to incidents, in a real database of each kind."""

from dataclasses import replace

import numpy as np
import pytest

from app.domain.feedback import Feedback, Figures
from app.domain.finding import Identity
from app.domain.fingerprint import fingerprint
from app.domain.incident import EventKind, IncidentState
from app.prometheus.source import Control, ScanRequest
from app.scanning.accepted import with_accepted
from app.scanning.once import scan_once
from app.services.feedback import FeedbackService
from app.services.incidents import IncidentService
from detectors.judgement import Verdict
from tests.support.panels import MIB, hours, noise
from tests.support.sources import FakeSource

BEGAN = 1_750_000_000
T = hours(48)


def _write(path, *, per_hour=3.0, limit=2000):
    """A recording of one pod that grows by so many MiB an hour, and one that does not."""
    lines = ["namespace,pod,container,workload,metric,timestamp,value"]
    pods = {"cart": 100 * MIB + per_hour * MIB * T + noise(T.size, MIB), "web": 100 * MIB + noise(T.size, MIB, 2)}
    for name, memory in pods.items():
        for at, value in zip(BEGAN + T * 3600, memory, strict=True):
            lines.append(f"shop,{name}-0,app,{name},rss,{at:.0f},{value:.0f}")
            lines.append(f"shop,{name}-0,app,{name},limit,{at:.0f},{limit * MIB:.0f}")
            lines.append(f"shop,{name}-0,app,{name},start_time,{at:.0f},{BEGAN - 86_400}")
    path.write_text("\n".join(lines))


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "recording.csv"
    _write(path)
    return path


@pytest.fixture
def look(engine, database, recording):
    """Scan the recording; the verdict on the workload that grows."""

    def scan(*, store=True, **settings):
        report = scan_once(
            database.model_copy(update={"recording": recording, **settings}), Control(), end=None, store=store
        )
        return next(one for one in report.findings if one.workload.name == "cart")

    return scan


def _detail(engine):
    return IncidentService(engine).detail(1)


def test_what_was_said_is_honoured_until_it_is_clearly_exceeded(engine, look, recording):
    assert look().verdict is Verdict.LEAK
    FeedbackService(engine).not_a_leak(1, "ann", "a cache that fills")

    again = look()
    assert (again.verdict, [one.code for one in again.reasons]) == (Verdict.HEALTHY, ["accepted"])
    assert _detail(engine).incident.standing.state is IncidentState.RESOLVED

    _write(recording, per_hour=6.0)
    doubled = look()
    assert (doubled.verdict, doubled.reasons[0].code) == (Verdict.LEAK, "exceeds_accepted")
    detail = _detail(engine)
    assert detail.incident.standing.state is IncidentState.OPEN
    reopened = next(entry for entry in detail.timeline if entry.event.kind is EventKind.REOPENED)
    assert "it exceeds what a person said is no leak" in reopened.event.text


def test_a_little_more_does_not_exceed_it(engine, look, recording):
    look()
    FeedbackService(engine).not_a_leak(1, "ann", "a cache that fills")
    _write(recording, per_hour=3.6)
    assert look().verdict is Verdict.HEALTHY


def test_taken_back_it_leaks_again(engine, look):
    look()
    FeedbackService(engine).not_a_leak(1, "ann", "a cache that fills")
    FeedbackService(engine).is_a_leak(1, "ann")
    assert look().verdict is Verdict.LEAK
    assert _detail(engine).incident.standing.state is IncidentState.OPEN


def test_without_the_database_it_is_not_known(engine, look):
    look()
    FeedbackService(engine).not_a_leak(1, "ann", "a cache that fills")
    assert look(store=False).verdict is Verdict.LEAK


def test_it_is_of_one_cluster(engine, look):
    look()
    FeedbackService(engine).not_a_leak(1, "ann", "a cache that fills")
    assert look(cluster="eu-1").verdict is Verdict.LEAK


def test_it_goes_to_the_subject_of_that_name():
    request = ScanRequest(BEGAN, BEGAN + 48 * 3600, 300.0)
    source = FakeSource({"cart": np.full(request.grid.steps, MIB)})
    plan = source.plan(request, Control())
    reading = source.read(plan, plan.batches[0], Control())
    (namespace, workload, container) = reading.subjects[0]
    two = replace(reading, subjects=((namespace, replace(workload, name="web"), container), reading.subjects[0]))
    mark = fingerprint(Identity("eu-1", "shop", "cart", "app"))
    said = {mark: Feedback(1, mark, Figures(5.0, 7.0), "a cache", "ann", 0.0)}
    accepted = with_accepted(two, "eu-1", said).panel.accepted
    np.testing.assert_equal(accepted.growth, [np.nan, 5.0])
    np.testing.assert_equal(accepted.level, [np.nan, 7.0])
    assert with_accepted(reading, "eu-1", {}) is reading
