"""Annotations come to be in Grafana, once each, whatever happens on the way."""

import threading

import pytest
import structlog

from app.domain.finding import Severity
from app.domain.lifecycle import IncidentPolicy
from app.errors import StorageError
from app.grafana.client import make_client
from app.grafana.push import GrafanaPusher
from app.grafana.queue import QueueFiller
from app.scanning.record import Recorder
from app.settings import load_settings
from app.storage import grafana as storage
from app.storage.engine import make_engine, reading
from detectors.judgement import Verdict
from tests.support.findings import NOW, finding, report
from tests.support.grafana import TOKEN, FalseGrafana
from tests.support.incidents import HOUR, evidence_of

POLICY = IncidentPolicy(reopen_within=HOUR, resolve_after_scans=1, gone_after=999 * HOUR)
NOTHING = evidence_of(("a", "v1", (5, 5), (), ()))


class World:
    """A database, a false Grafana, and a clock."""

    def __init__(self, engine):
        self.engine, self.grafana, self.hour, self.counted = engine, FalseGrafana(), 0.0, []

    def now(self):
        return NOW + HOUR * self.hour

    def pusher(self, engine=None, **settings):
        given = {"grafana_url": "http://grafana.test", "grafana_token": TOKEN} | settings
        client = make_client(load_settings(**given), self.grafana.transport())
        engine = engine or self.engine
        filler = QueueFiller(engine, "https://leakwatch.test", self.now)
        return GrafanaPusher(engine, client, filler, self.counted.append, self.now, lambda: 1.0)

    def scan(self, *found, hour=0.0, seen=("cart",)):
        self.hour = hour
        recorder = Recorder(self.engine, POLICY, "scan", lambda session: None)
        recorder.record(report(*found, seen=seen, end=self.now()), self.now())

    def waiting(self):
        with reading(self.engine) as session:
            return storage.waiting(session)

    def shown(self):
        """Of each leak: from, to, in hours, and whether it is over."""
        leaks = [one for one in self.grafana.annotations.values() if "leak" in one["tags"]]
        return [
            (round(one["time"] / HOUR / 1000 - NOW / HOUR, 1), round(one["timeEnd"] / HOUR / 1000 - NOW / HOUR, 1))
            for one in leaks
        ]

    def methods(self):
        return [method for method, _ in self.grafana.asked]


def leak(hour=0.0, name="cart", **more):
    return finding(name, **{"onset_at": NOW + HOUR * (hour - 2), "evidence": NOTHING} | more)


@pytest.fixture
def world(engine):
    return World(engine)


@pytest.fixture
def simple(sqlite_engine):
    return World(sqlite_engine)


def test_a_leak_is_created_drawn_on_and_ended(world):
    pusher = world.pusher()
    world.scan(leak())
    pusher.push()
    assert world.shown() == [(-2, 0)]
    world.scan(leak(), hour=3.5)
    pusher.push()
    assert world.shown() == [(-2, 3)]
    world.scan(finding("cart", Verdict.HEALTHY), hour=5)
    pusher.push()
    assert world.shown() == [(-2, 5)]
    (one,) = world.grafana.annotations.values()
    assert "over: healthy in 1 scans" in one["text"]
    assert '<a href="https://leakwatch.test/incidents/' in one["text"]
    assert world.counted == ["created", "changed", "changed"]
    assert world.waiting() == 0


def test_a_leak_that_comes_back_is_another_and_leaves_the_first_as_it_was(world):
    pusher = world.pusher()
    world.scan(leak())
    world.scan(finding("cart", Verdict.HEALTHY), hour=5)
    pusher.push()
    first = dict(next(iter(world.grafana.annotations.values())))
    world.scan(leak(90, growth_bytes_per_hour=1e9), hour=90)
    pusher.push()
    assert world.shown() == [(-2, 5), (88, 90)]
    assert next(iter(world.grafana.annotations.values())) == first


def test_what_did_not_change_is_not_told_again(simple):
    pusher = simple.pusher()
    simple.scan(leak())
    pusher.push()
    for minute in range(1, 5):
        simple.scan(leak(), hour=minute / 60)
        pusher.push()
    assert simple.methods() == ["GET", "POST"]


def test_another_severity_is_told(simple):
    pusher = simple.pusher()
    simple.scan(leak())
    pusher.push()
    simple.scan(leak(severity=Severity.CRITICAL), hour=0.1)
    pusher.push()
    (one,) = simple.grafana.annotations.values()
    assert "critical" in one["tags"]
    assert "<b>critical</b>" in one["text"]


def test_kills_and_deploys_are_told_once_although_each_scan_sees_them(simple):
    pusher = simple.pusher()
    for minute in (0, 10, 20):
        kills = evidence_of(
            ("a", "v1", (5, 5, None), (), (-1.0 + minute / 600,)), ("b", "v2", (None, 5, 5), (-0.5,), ())
        )
        simple.scan(leak(evidence=kills), hour=minute / 60)
        pusher.push()
    kinds = sorted(one["tags"][1] for one in simple.grafana.annotations.values())
    assert kinds == ["deploy", "leak", "oom"]


def test_a_pod_that_is_killed_for_ever_does_not_fill_grafana(simple, monkeypatch):
    monkeypatch.setattr("app.grafana.queue._MOST_POINTS", 5)
    pusher = simple.pusher()
    for day in (0, 1):
        kills = evidence_of(("a", "v1", (5, 5), (), tuple(24 * day - one for one in range(1, 20))))
        simple.scan(leak(evidence=kills), hour=24 * day)
        pusher.push()
    assert sum("oom" in one["tags"] for one in simple.grafana.annotations.values()) == 5


def test_tags_stay_apart_in_what_grafana_keeps_of_them(simple):
    pusher = simple.pusher()
    simple.scan(*(leak(name=name) for name in ("cart", "web", "mail")), seen=("cart", "web", "mail"))
    pusher.push()
    assert list(simple.grafana.tagged().values()) == [1, 1, 1]


@pytest.mark.parametrize(
    "fault",
    [
        ("GET", 500),
        ("GET", "cut before"),
        ("POST", 500),
        ("POST", 429),
        ("POST", 400),
        ("POST", "cut before"),
        ("POST", "cut after"),
        ("POST", 302),
    ],
)
def test_a_fault_when_it_is_created_leaves_one(world, fault):
    pusher = world.pusher()
    world.grafana.faults.append(fault)
    world.scan(leak())
    pusher.push()
    assert world.counted == ["failed"]
    assert world.waiting() == 1
    world.hour += 0.1
    pusher.push()
    assert world.counted[1:] == ["recovered" if fault[1] == "cut after" else "created"]
    assert list(world.grafana.tagged().values()) == [1]


@pytest.mark.parametrize("fault", [("PATCH", 500), ("PATCH", "cut before"), ("PATCH", "cut after")])
def test_a_fault_when_it_is_ended_is_made_good(simple, fault):
    pusher = simple.pusher()
    simple.scan(leak())
    pusher.push()
    simple.grafana.faults.append(fault)
    simple.scan(finding("cart", Verdict.HEALTHY), hour=5)
    pusher.push()
    simple.hour += 0.1
    pusher.push()
    assert simple.shown() == [(-2, 5)]
    assert simple.waiting() == 0


def test_tries_come_ever_more_seldom(simple):
    pusher = simple.pusher()
    simple.grafana.faults += [("GET", 500)] * 1000
    simple.scan(leak())
    tries = []
    for minute in range(24 * 60):
        simple.hour = minute / 60
        before = len(simple.grafana.asked)
        pusher.push()
        tries += [minute] * (len(simple.grafana.asked) - before)
    assert tries[:5] == [0, 1, 2, 3, 5]
    assert tries[-1] - tries[-2] == 32


def test_one_that_grafana_will_not_take_keeps_nothing_from_the_others(simple):
    pusher = simple.pusher()
    simple.grafana.faults.append(("POST", 400))
    simple.scan(leak(), leak(name="web"), seen=("cart", "web"))
    pusher.push()
    assert sorted(simple.counted) == ["created", "failed"]


def test_when_grafana_is_away_it_is_asked_but_once_a_time(simple):
    pusher = simple.pusher()
    simple.grafana.faults += [("GET", "cut before")] * 99
    simple.scan(*(leak(name=name) for name in "abcdef"), seen="abcdef")
    pusher.push()
    assert simple.methods() == ["GET"]
    assert simple.waiting() == 6


def test_a_refused_token_is_told_once_and_tried_seldom(simple):
    pusher = simple.pusher(grafana_token="glsa_other")
    simple.scan(leak())
    with structlog.testing.capture_logs() as logs:
        for minute in range(11):
            simple.hour = minute / 60
            pusher.push()
    assert len(simple.grafana.asked) == 3
    errors = [one for one in logs if one["log_level"] == "error"]
    assert len(errors) == 1
    assert "LEAKWATCH_GRAFANA_TOKEN" in errors[0]["hint"]
    assert "glsa_other" not in str(logs)
    simple.grafana.token = "glsa_other"
    simple.hour += 1
    pusher.push()
    assert simple.counted == ["refused", "refused", "refused", "created"]


def test_what_a_person_removed_stays_removed(world):
    pusher = world.pusher()
    world.scan(leak())
    pusher.push()
    world.grafana.annotations.clear()
    world.scan(leak(severity=Severity.CRITICAL), hour=3)
    pusher.push()
    world.scan(finding("cart", Verdict.HEALTHY), hour=5)
    pusher.push()
    assert world.grafana.annotations == {}
    assert world.counted == ["created", "removed"]
    assert world.waiting() == 0


def test_an_address_that_is_wrong_is_no_removal(simple):
    pusher = simple.pusher()
    simple.scan(leak())
    pusher.push()
    simple.grafana.prefix = "/grafana"
    simple.scan(finding("cart", Verdict.HEALTHY), hour=5)
    pusher.push()
    assert simple.counted == ["created", "failed"]
    simple.grafana.prefix = ""
    simple.hour += 1
    pusher.push()
    assert simple.shown() == [(-2, 5)]


def test_a_queue_outlives_the_service(world):
    world.grafana.faults += [("GET", "cut before")]
    world.scan(leak())
    world.pusher().push()
    world.hour = 1
    world.pusher().push()
    assert list(world.grafana.tagged().values()) == [1]
    # It ends while nobody pushes, long before the next push.
    world.scan(finding("cart", Verdict.HEALTHY), hour=5)
    world.hour = 24 * 30
    world.pusher().push()
    assert world.shown() == [(-2, 5)]


class Killed(BaseException):
    """The process is no more."""


def test_a_process_that_dies_when_it_has_created_leaves_one(world, monkeypatch):
    def die(*_):
        raise Killed

    world.scan(leak())
    with monkeypatch.context() as patched:
        patched.setattr(storage, "settle", die)
        with pytest.raises(Killed):
            world.pusher().push()
    other = world.pusher()
    other.push()
    assert world.methods() == ["GET", "POST"]
    world.hour = 0.1
    other.push()
    assert world.counted == ["recovered"]
    assert list(world.grafana.tagged().values()) == [1]
    assert world.waiting() == 0


def test_a_database_that_goes_when_it_has_created_leaves_one(simple, monkeypatch):
    def fail(*_):
        raise StorageError("the database failed")

    pusher = simple.pusher()
    simple.scan(leak())
    with monkeypatch.context() as patched:
        patched.setattr(storage, "settle", fail)
        with pytest.raises(StorageError):
            pusher.push()
    simple.hour = 0.1
    pusher.push()
    assert simple.counted == ["recovered"]


def test_what_changes_while_it_is_pushed_is_pushed_again(simple):
    simple.scan(leak())
    pusher = simple.pusher()
    told = simple.grafana.handle
    done = []

    def handle(method, *rest):
        if method == "POST" and not done:
            done.append(True)
            simple.scan(finding("cart", Verdict.HEALTHY), hour=0.01)
            simple.pusher().filler.fill()
        return told(method, *rest)

    simple.grafana.handle = handle
    pusher.push()
    pusher.push()
    assert simple.counted == ["created", "changed"]
    assert simple.shown() == [(-2, 0)]
    assert "over:" in next(iter(simple.grafana.annotations.values()))["text"]


def test_two_side_by_side_create_each_once(world, database):
    names = [f"w{number}" for number in range(25)]
    world.scan(*(leak(name=name) for name in names), seen=names)
    engines = [make_engine(database) for _ in range(2)]
    ready = threading.Barrier(2)
    failed = []

    def run(engine):
        try:
            pusher = world.pusher(engine)
            ready.wait()
            for _ in range(3):
                pusher.push()
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for engine in engines:
        engine.dispose()
    assert failed == []
    assert list(world.grafana.tagged().values()) == [1] * 25
    assert world.counted == ["created"] * 25
    assert world.methods().count("POST") == 25


def test_without_a_grafana_there_is_no_client():
    assert make_client(load_settings()) is None
