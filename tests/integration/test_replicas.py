"""Two replicas on one PostgreSQL, each killed again and again in whatever it does: nothing lost, doubled, or wrong.

LEAKWATCH_KILLS sets how often; `make test-replicas` does it 200 times.
"""

import contextlib
import itertools
import os
import random
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.domain.incident import EventKind, IncidentState
from app.domain.scan import ScanState
from app.settings import load_settings
from app.storage import leases
from app.storage.engine import make_engine, reading
from app.storage.schema import upgrade
from app.storage.tables import EventRow, EvidenceRow, IncidentRow, ScanRow
from tests.support import world
from tests.support.replicas import replica_maker
from tests.support.servers import wait_until

_KILLS = int(os.environ.get("LEAKWATCH_KILLS", "12"))
_KILLS_A_PHASE = 4
_RESOLVE_AFTER = 2
# What begins and ends an occurrence: the state before, and after.
_TURNS = {
    EventKind.OPENED.value: (None, "open"),
    EventKind.REOPENED.value: ("resolved", "open"),
    EventKind.RECURRED.value: ("resolved", "open"),
    EventKind.RESOLVED.value: ("open", "resolved"),
}

# Of each write to an incident, whether it was made by the replica that has the lease as the writer sees it.
_WATCH = """
CREATE TABLE trespasses (incident bigint, who text, holder text);
CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    who text := current_setting('application_name');
    has text := (SELECT holder FROM leases WHERE name = 'scan');
BEGIN
    IF strpos(has, '/' || who || '/') = 0 THEN
        INSERT INTO trespasses VALUES (NEW.id, who, has);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER watch AFTER INSERT OR UPDATE ON incidents FOR EACH ROW EXECUTE FUNCTION watch();
"""


@dataclass
class _Fleet:
    """The replicas, what there is for them to see, and what was seen of the database so far."""

    engine: sa.Engine
    file: Path
    make: object
    folder: Path
    chance: random.Random
    alive: list[int] = field(default_factory=list)
    logs: dict[int, Path] = field(default_factory=dict)
    # (begin, end, phase): a phase may be seen from its begin until the next has been written.
    phases: list[list[float]] = field(default_factory=list)
    versions: dict[int, int] = field(default_factory=dict)
    timelines: dict[int, list[int]] = field(default_factory=dict)
    tally: Counter = field(default_factory=Counter)

    def add(self):
        """One more replica; of the same host or of another, by chance."""
        elsewhere = self.chance.random() < 0.5
        self.tally["of another host"] += elsewhere
        log = self.folder / f"log-{len(self.logs)}"
        number = self.make(log, elsewhere)
        self.alive.append(number)
        self.logs[number] = log

    def begin_phase(self):
        began = time.time()
        world.write_phase(self.file, len(self.phases))
        if self.phases:
            self.phases[-1][1] = time.time()
        self.phases.append([began, float("inf")])

    def holder(self):
        """The process that has the lease, if it lives."""
        with reading(self.engine) as session:
            told = leases.holder(session, "scan")
        number = int(told.rsplit("/", 2)[1]) if told else 0
        return number if number in self.alive else None

    def is_scanning(self):
        with reading(self.engine) as session:
            query = sa.select(ScanRow.id).where(ScanRow.state == ScanState.RUNNING.value)
            return session.scalars(query).first()

    def succeeded_since(self, began):
        with reading(self.engine) as session:
            query = sa.select(sa.func.count()).where(
                ScanRow.state == ScanState.SUCCEEDED.value, ScanRow.started_at > began
            )
            return session.scalar(query)

    def kill(self, number):
        os.kill(number, signal.SIGKILL)
        self.alive.remove(number)
        wait_until(lambda: not Path(f"/proc/{number}").exists(), "the killed one is gone")

    def could_be_in(self, began, ended):
        """The phases that something may have seen which lasted from then to then."""
        return [number for number, (first, last) in enumerate(self.phases) if first <= ended and began <= last]


@pytest.fixture
def fleet(tmp_path, postgresql_url):
    engine = make_engine(load_settings(database_url=postgresql_url))
    upgrade(engine)
    with engine.begin() as connection:
        connection.connection.driver_connection.execute(_WATCH)
    settings = {
        "database_url": postgresql_url,
        "recording": "none",
        "port": 0,
        "insecure_no_auth": True,
        "scan_interval": "50ms",
        "scan_jitter": 0,
        "resolve_after_scans": _RESOLVE_AFTER,
        "gone_after": "1h",
    }
    file, folder = tmp_path / "world.json", tmp_path / "logs"
    folder.mkdir()
    with replica_maker(settings, file) as make:
        fleet = _Fleet(engine, file, make, folder, random.Random(20_261_124))
        try:
            yield fleet
        finally:
            for number in fleet.alive:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
            engine.dispose()


def test_replicas_that_are_killed_lose_nothing_double_nothing_and_close_nothing_wrongly(fleet, capsys):
    fleet.begin_phase()
    fleet.add()
    fleet.add()
    began = time.monotonic()
    for number in range(_KILLS):
        _kill_somebody(fleet)
        _check(fleet)
        fleet.add()
        if number % _KILLS_A_PHASE == _KILLS_A_PHASE - 1:
            _check_the_phase(fleet)
            fleet.begin_phase()
    _check_the_phase(fleet)
    _check_scans(fleet)
    for log in fleet.logs.values():
        assert "Traceback" not in log.read_text(), f"{log.name}: {log.read_text()}"
    with capsys.disabled():
        took = time.monotonic() - began
        print(f"\n{_KILLS} kills in {took:.0f} s, {len(fleet.phases)} phases: {dict(fleet.tally)}")  # noqa: T201 (what was tried)


def _kill_somebody(fleet):
    """At a moment of a scan, mostly, and mostly the one who scans; at times one that was paused until it lost it."""
    chance = fleet.chance
    wait_until(fleet.is_scanning, "a scan has begun")
    _pass(chance.uniform(0.0, 0.45))
    holder = fleet.holder()
    number = holder if holder is not None and chance.random() < 0.8 else chance.choice(fleet.alive)
    if chance.random() < 0.15:
        fleet.tally["paused before"] += 1
        _pause(fleet, number)
        _pass(chance.uniform(0.0, 0.2))
    running = fleet.is_scanning()
    fleet.tally["in a scan"] += running is not None and number == fleet.holder()
    fleet.tally["in recording"] += running is not None and number == fleet.holder() and _has_recorded(fleet, running)
    killed_at = time.time()
    fleet.kill(number)
    _wait_for_another(fleet, killed_at)


def _pause(fleet, number):
    """Stop it, let another take over, and let it go on, believing what it believed."""
    os.kill(number, signal.SIGSTOP)
    try:
        stopped_at = time.time()
        _wait_for_another(fleet, stopped_at)
    finally:
        os.kill(number, signal.SIGCONT)


def _wait_for_another(fleet, since):
    """The next scan begins in time; where it does not, what the living say is of interest."""
    try:
        wait_until(lambda: _begun_since(fleet, since), "another scan has begun", seconds=20)
    except pytest.fail.Exception as error:
        said = [f"{log.name}: {log.read_text()[-1000:]}" for log in (fleet.logs[number] for number in fleet.alive)]
        there = {number: Path(f"/proc/{number}").exists() for number in fleet.alive}
        raise AssertionError(f"{error.msg}; alive: {there}; they said:\n" + "\n".join(said)) from error


def _pass(seconds):
    threading.Event().wait(seconds)


def _begun_since(fleet, at):
    with reading(fleet.engine) as session:
        return session.scalars(sa.select(ScanRow.id).where(ScanRow.started_at > at).limit(1)).first()


def _has_recorded(fleet, scan):
    """Whether the scan has written a part: some incidents were judged later than others that it will get to."""
    with reading(fleet.engine) as session:
        judged = set(session.scalars(sa.select(IncidentRow.judged_until)))
    return len(judged) > 1


def _check(fleet):
    """What must be true at each moment, be a scan under way or not."""
    assert [number for number in fleet.alive if not Path(f"/proc/{number}").exists()] == [], "one ended by itself"
    with reading(fleet.engine.execution_options(isolation_level="REPEATABLE READ")) as session:
        trespasses = session.execute(sa.text("SELECT * FROM trespasses")).all()
        rows = session.scalars(sa.select(IncidentRow)).all()
        events = session.scalars(sa.select(EventRow).order_by(EventRow.id)).all()
        scans = {f"scan {one.id}": one for one in session.scalars(sa.select(ScanRow))}
        evidence = Counter(session.execute(sa.select(EvidenceRow.incident_id, EvidenceRow.moment)))
    assert trespasses == [], "a replica wrote that did not have the lease"
    assert len({row.fingerprint for row in rows}) == len({row.workload for row in rows}) == len(rows)
    assert sum(one.state == ScanState.RUNNING.value for one in scans.values()) <= 1
    assert set(fleet.versions) <= {row.id for row in rows}, "an incident is lost"
    for row in rows:
        assert row.version >= fleet.versions.get(row.id, 1)
        fleet.versions[row.id] = row.version
        assert evidence[row.id, "opened"] == evidence[row.id, "latest"] == 1
        timeline = [one for one in events if one.incident_id == row.id]
        _check_timeline(fleet, row, timeline, scans)


def _check_timeline(fleet, row, timeline, scans):
    known = fleet.timelines.get(row.id, [])
    assert [one.id for one in timeline][: len(known)] == known, "what was in the timeline stays there"
    fleet.timelines[row.id] = [one.id for one in timeline]
    state, occurrences = None, 0
    for one in timeline:
        if one.kind not in _TURNS:
            continue
        before, after = _TURNS[one.kind]
        assert (one.before, one.after) == (before, after)
        assert before == state, f"{row.workload}: {one.kind} when it was {state}"
        state = after
        occurrences += one.kind in {EventKind.OPENED.value, EventKind.RECURRED.value}
        truths = {world.leaks(row.workload, phase) for phase in fleet.could_be_in(scans[one.actor].started_at, one.at)}
        assert (after == "open") in truths, f"{row.workload}: {one.kind} wrongly by {one.actor}"
    assert (row.state, row.occurrences) == (state, occurrences)


def _check_the_phase(fleet):
    """Once scans have had their time, what is kept is what is so."""
    phase = len(fleet.phases) - 1
    began = fleet.phases[-1][0]
    wait_until(lambda: fleet.succeeded_since(began) > _RESOLVE_AFTER, "scans have seen the phase")
    _check(fleet)
    with reading(fleet.engine) as session:
        states = dict(session.execute(sa.select(IncidentRow.workload, IncidentRow.state)).all())
    leaked = {name for name in world.ALL if any(world.leaks(name, past) for past in range(phase + 1))}
    wanted = IncidentState.OPEN.value, IncidentState.RESOLVED.value
    assert states == {name: wanted[0 if world.leaks(name, phase) else 1] for name in leaked}


def _check_scans(fleet):
    """Never two at once, and what was killed was written off."""
    with reading(fleet.engine) as session:
        scans = session.scalars(sa.select(ScanRow).order_by(ScanRow.id)).all()
    fleet.tally["scans"], fleet.tally["abandoned"] = len(scans), sum(one.state == "abandoned" for one in scans)
    assert {one.state for one in scans} <= {"succeeded", "abandoned", "running"}
    spans = [(one.started_at, one.finished_at) for one in scans if one.finished_at is not None]
    assert [(one, other) for one, other in itertools.pairwise(spans) if one[1] > other[0]] == []
