"""What scans say after an act."""

import pytest

from app.domain.finding import Evidence, Revisions
from app.domain.mitigation.model import MitigationState
from app.mitigating.judging import EffectRecorder
from app.services.incidents import IncidentService
from app.storage import mitigations
from app.storage.engine import reading
from detectors.judgement import Verdict
from tests.support.findings import MIB, finding, report
from tests.support.incident_rows import keep, leak
from tests.support.mitigation_rows import keep_mitigation

S = MitigationState
T = 1_800_000_000.0
HOUR = 3600.0
NOTHING = Evidence((), ())


class _Acted:
    """A rollback whose new pods run since T, and the scans after it."""

    def __init__(self, engine):
        self.engine = engine
        self.incident = keep(engine, leak("cart"))
        self.id = keep_mitigation(engine, self.incident, S.WATCHING, applied_at=T - 60, rolled_out_at=T)

    def scan(self, hours, level, verdict=Verdict.HEALTHY, *, current="v1", **more):
        shown = _finding(verdict, level, current, more)
        EffectRecorder(self.engine, "scan 7", lambda session: None).record(report(shown, end=T + hours * HOUR))

    @property
    def now(self):
        with reading(self.engine) as session:
            return mitigations.get(session, self.id)


def _finding(verdict, level, current, more):
    shown = finding("cart", verdict, current_bytes=level * MIB, evidence=NOTHING, **more)
    object.__setattr__(shown, "revisions", Revisions(current, None, None))
    return shown


@pytest.fixture
def acted(sqlite_engine):
    return _Acted(sqlite_engine)


def test_it_cannot_be_told_while_the_new_pods_are_young(acted):
    for half in range(1, 4):
        acted.scan(half / 2, 200)
    assert acted.now.state is S.WATCHING
    assert acted.now.note.startswith("cannot tell yet: pods since then are 2 h old, and must be")


def test_a_leak_that_is_gone_is_told_in_the_timeline(acted):
    for half in range(1, 25):
        acted.scan(half / 2, 200)
    assert acted.now.state is S.SUCCEEDED
    assert "the leak is gone" in acted.now.outcome
    last = IncidentService(acted.engine).detail(acted.incident).timeline[-1]
    assert (last.event.kind.value, last.event.after, last.actor) == ("mitigation_ended", "succeeded", "scan 7")


def test_a_leak_that_is_still_there_is_told(acted):
    for half in range(1, 25):
        acted.scan(half / 2, 200 + 5 * half, Verdict.LEAK)
    assert acted.now.state is S.NO_EFFECT
    assert "still there" in acted.now.outcome


def test_the_outcome_has_the_figures_at_the_same_age(acted):
    for half in range(1, 25):
        acted.scan(half / 2, 200)
    # The lives before grew by 10 MiB/h; nothing of a healthy workload's single pods is kept, and nothing needs to be.
    assert acted.now.outcome == (
        "the leak is gone: from an age of 1 h to 4 h it grew by 0 B, where it was 26.7 MiB before"
    )


def test_pods_that_were_restarted_since_are_as_old_as_they_are(acted):
    """A leak that is sawn off by kills every two hours looks flat to whoever counts from the act."""
    for half in range(1, 49):
        hours = half / 2
        life = (hours // 2) * 2
        began = {"current_began_at": T + life * HOUR}
        acted.scan(hours, 200 + 10 * (hours - life), **began)
    assert acted.now.state is S.WATCHING
    assert acted.now.note.startswith("cannot tell yet: pods since then are 2 h old, and must be 4 h")


def test_a_pod_that_began_before_the_act_is_judged_from_the_act_on(acted):
    for half in range(1, 4):
        acted.scan(half / 2, 200, current_began_at=T - 90 * HOUR)
    assert acted.now.note.startswith("cannot tell yet: pods since then are 2 h old")


def test_another_revision_ends_it_without_a_word_on_whether_it_helped(acted):
    acted.scan(1, 200)
    acted.scan(2, 200, current="v3")
    assert acted.now.state is S.INCONCLUSIVE
    assert "another revision, v3, runs by now" in acted.now.outcome


@pytest.mark.parametrize(
    ("hours", "more"),
    [
        pytest.param(0.1, {}, id="so soon that an old pod may be meant"),
        pytest.param(-1, {}, id="before the act"),
        pytest.param(20, {"fully_read": False}, id="not all was read"),
        pytest.param(20, {"unseen_seconds": 7200.0}, id="its pods were seen long ago"),
    ],
)
def test_what_tells_nothing_is_not_counted(acted, hours, more):
    acted.scan(hours, 200, **more)
    assert (acted.now.state, acted.now.note, acted.now.version) == (S.WATCHING, "", 1)


def test_a_scan_that_did_not_see_it_tells_nothing(acted):
    EffectRecorder(acted.engine, "scan 7", lambda session: None).record(report(end=T + 20 * HOUR))
    assert acted.now.version == 1


def test_the_same_scan_twice_is_counted_once(acted):
    for _ in range(30):
        acted.scan(12, 200)
    assert acted.now.state is S.WATCHING


def test_a_scan_that_may_not_write_any_more_writes_nothing(acted):
    def lost(session):
        raise RuntimeError("the lease is lost")

    with pytest.raises(RuntimeError):
        EffectRecorder(acted.engine, "scan 7", lost).record(
            report(_finding(Verdict.HEALTHY, 200, "v1", {}), end=T + HOUR)
        )
    assert acted.now.version == 1


@pytest.mark.parametrize("state", [S.PROPOSED, S.APPLYING, S.FAILED])
def test_only_what_was_rolled_out_is_judged(sqlite_engine, state):
    incident = keep(sqlite_engine, leak("cart"))
    number = keep_mitigation(sqlite_engine, incident, state, rolled_out_at=None)
    shown = _finding(Verdict.HEALTHY, 200, "v1", {})
    EffectRecorder(sqlite_engine, "scan 7", lambda session: None).record(report(shown, end=T + 20 * HOUR))
    with reading(sqlite_engine) as session:
        assert mitigations.get(session, number).version == 1


def test_very_many_scans_keep_a_bounded_course(acted):
    for number in range(1, 700):
        acted.scan(0.2 + number / 500, 200)
    with reading(acted.engine) as session:
        [row] = mitigations.rolled_out(session, "")
        assert len(row.course["sightings"]) <= 400
