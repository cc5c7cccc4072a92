"""What is drawn of a time, on both databases."""

import pytest

from app.domain.annotation_filter import AnnotationFilter, parse_filter
from app.domain.finding import Severity
from app.domain.incident import Change, Event, EventKind, IncidentState
from app.domain.lifecycle import IncidentPolicy
from app.scanning.record import Recorder
from app.services.annotations import AnnotationService, Span
from app.storage import incidents
from app.storage.engine import transaction
from detectors.judgement import Verdict
from tests.support.findings import NOW, finding, report
from tests.support.incidents import HOUR, evidence_of

SEEN = ("mail", "cart", "web")
POLICY = IncidentPolicy(reopen_within=HOUR, resolve_after_scans=1, gone_after=999 * HOUR)


def at(hour):
    return NOW + HOUR * hour


def leak(name, hour, **more):
    return finding(name, onset_at=at(hour - 1), **more)


@pytest.fixture
def service(engine):
    """mail leaks from hour 0 to 10 and from 100 on; cart from 20 to 30; web from 20 on, and is critical."""
    recorder = Recorder(engine, POLICY, "scan", lambda session: None)
    kills = evidence_of(("web-1", "v1", (5, 5, 5), (), (19.5,)), ("web-2", "v2", (None, 5, 6), (19.2,), ()))

    def scan(hour, *found):
        recorder.record(report(*found, seen=SEEN, end=at(hour)), at(hour))

    scan(0, leak("mail", 0))
    scan(10, finding("mail", Verdict.HEALTHY))
    web = leak("web", 20, namespace="data", severity=Severity.CRITICAL, evidence=kills)
    scan(20, leak("cart", 20), web)
    scan(30, finding("cart", Verdict.HEALTHY))
    scan(100, leak("mail", 100))
    with transaction(engine) as session:
        row = incidents.by_fingerprint(session, web.fingerprint, lock=True)
        standing = incidents.standing_of(row)
        event = Event(EventKind.ACKNOWLEDGED, "open", "acknowledged", "looking at it")
        incidents.save(session, row, Change(standing, (event,), None), "alice", at(21))
    return AnnotationService(engine, now=lambda: at(101))


def drawn(service, text, start, end, limit=100):
    found = service.drawn(parse_filter(text), Span(at(start), at(end)), limit)
    hours = [(one.start, one.ends_at(found.until)) for one in found.annotations]
    words = [f"{one.kind.value} {one.title.split('/')[1]}" for one in found.annotations]
    spans = [(round((a - NOW) / HOUR, 1), round((b - NOW) / HOUR, 1)) for a, b in hours]
    return sorted(((word, *span) for word, span in zip(words, spans, strict=True)), key=lambda one: (one[1], one[0]))


@pytest.mark.parametrize(
    ("start", "end", "leaks"),
    [
        (-9, 200, [("leak mail", 0, 10), ("leak cart", 19, 30), ("leak web", 19, 101), ("leak mail", 99, 101)]),
        (-9, -2, []),
        (2, 5, [("leak mail", 0, 10)]),
        (12, 15, []),
        (15, 19.5, [("leak cart", 19, 30), ("leak web", 19, 19.5)]),
        (35, 40, [("leak web", 19, 40)]),
        (99.5, 100.5, [("leak web", 19, 100.5), ("leak mail", 99, 100.5)]),
    ],
)
def test_a_leak_is_drawn_while_it_went_on(service, start, end, leaks):
    assert drawn(service, "kind=leak", start, end) == leaks


def test_a_leak_is_drawn_before_it_was_found_back_to_its_onset(service):
    assert drawn(service, "workload=cart kind=leak", 19.2, 19.8) == [("leak cart", 19, 30)]
    assert drawn(service, "workload=cart kind=leak", 18, 18.9) == []


def test_points_are_drawn_where_they_lie_in_the_time(service):
    assert drawn(service, "kind=oom,restart,deploy,acknowledged", 19.3, 25) == [
        ("oom web", 19.5, 19.5),
        ("acknowledged web", 21, 21),
    ]


@pytest.mark.parametrize(
    ("text", "leaks"),
    [
        ("namespace=data", ["web"]),
        ("workload=cart,mail", ["mail", "cart", "mail"]),
        ("severity=critical", ["web"]),
        ("state=resolved", ["cart"]),
        ("state=open container=app", ["mail", "web", "mail"]),
        ("cluster=eu", []),
        ("workload=' OR 1=1 --".replace(" ", "_"), []),
    ],
)
def test_a_filter_chooses_incidents(service, text, leaks):
    found = drawn(service, f"{text} kind=leak", -9, 200)
    assert [word.split()[1] for word, _, _ in found] == leaks


def test_what_is_too_much_is_cut_and_said_to_be(service):
    found = service.drawn(AnnotationFilter(), Span(at(-9), at(200)), 2)
    assert [round((one.start - NOW) / HOUR) for one in found.annotations] == [19, 99]
    assert found.left_out == ("2 of 12 annotations are drawn",)


@pytest.mark.parametrize(
    ("limit", "told"), [("_MOST_INCIDENTS", "only the 1 incidents"), ("_MOST_EVIDENCE", "deploys")]
)
def test_incidents_and_evidence_are_read_up_to_a_number_and_said_to_be(service, monkeypatch, limit, told):
    monkeypatch.setattr(f"app.services.annotations.{limit}", 1)
    assert told in service.drawn(AnnotationFilter(), Span(at(-9), at(200)), 100).left_out[0]


def test_leaks_are_counted_over_time(service):
    counted = service.leaking(AnnotationFilter(), Span(at(-5), at(95)), 11)
    assert [number for _, number in counted] == [0, 1, 0, 2, 1, 1, 1, 1, 1, 1, 1]


def test_incidents_of_a_time_come_with_the_most_severe_first(service):
    names = [one.identity.workload for one in service.incidents(AnnotationFilter(), Span(at(25), at(28)), 9)]
    assert names == ["web", "cart"]


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("namespace", ["data", "shop"]),
        ("cluster", []),
        ("state", [one.value for one in IncidentState]),
        ("password", []),
    ],
)
def test_a_key_has_the_values_that_incidents_have(service, key, values):
    assert service.values(key) == values
