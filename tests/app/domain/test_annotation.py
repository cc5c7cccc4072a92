"""What is drawn of an incident."""

import re
from dataclasses import asdict, replace

import pytest

from app.domain.annotation import AnnotationKind, annotations_of, deploys
from app.domain.annotation_filter import AnnotationFilter, parse_filter
from app.domain.finding import Severity
from app.domain.incident import IncidentState
from app.domain.occurrence import occurrences
from app.output.document import finding_document
from tests.support.findings import NOW, finding
from tests.support.incidents import HOUR, evidence_of, incident_of, lines
from tests.support.suspects import suspected

HOSTILE = "<img src=x onerror=alert(1)>,b:c"
OPEN, OVER = IncidentState.OPEN, IncidentState.RESOLVED


@pytest.mark.parametrize(
    ("state", "timeline", "onset", "spans"),
    [
        (OPEN, [(0, "opened")], -5, [(-5, None)]),
        (OPEN, [(0, "opened")], None, [(0, None)]),
        (OPEN, [(0, "opened")], 2, [(0, None)]),
        (OVER, [(0, "opened"), (4, "resolved")], -5, [(-5, 4)]),
        (OPEN, [(0, "opened"), (4, "resolved"), (5, "reopened")], -5, [(-5, 4), (5, None)]),
        (OPEN, [(0, "opened"), (4, "resolved"), (90, "recurred")], 80, [(0, 4), (80, None)]),
        (OVER, [(0, "opened"), (4, "resolved"), (90, "recurred"), (95, "resolved")], 80, [(0, 4), (80, 95)]),
        (OPEN, [(0, "opened"), (1, "acknowledged"), (2, "severity_changed")], -5, [(-5, None)]),
        # What nobody's timeline should say is drawn once, not twice and not endlessly.
        (OPEN, [(0, "opened"), (1, "reopened"), (2, "recurred")], None, [(0, None)]),
        (OVER, [(0, "opened"), (4, "resolved"), (5, "resolved")], None, [(0, 4)]),
        (OPEN, [(3, "resolved"), (5, "reopened")], None, [(5, None)]),
        # A timeline that was let go: what the incident itself says.
        (OPEN, [], None, [(0, None)]),
    ],
)
def test_a_leak_is_a_span_from_its_onset_to_its_end(state, timeline, onset, spans):
    onset_at = None if onset is None else NOW + HOUR * onset
    found = occurrences(incident_of(state=state, onset_at=onset_at, resolved_at=NOW + HOUR), lines(*timeline))
    assert [((one.start - NOW) / HOUR, None if one.end is None else (one.end - NOW) / HOUR) for one in found] == spans


def test_an_earlier_occurrence_has_the_severity_that_it_had():
    timeline = lines(
        (0, "opened"),
        (1, "severity_changed", "info", "critical", ""),
        (2, "resolved"),
        (90, "recurred"),
        (91, "severity_changed", "critical", "warning", ""),
    )
    found = occurrences(incident_of(severity=Severity.WARNING), timeline)
    assert [one.severity for one in found] == [Severity.CRITICAL, Severity.WARNING]


def test_points_are_drawn_of_the_evidence_and_of_who_acknowledged_it():
    evidence = evidence_of(
        ("cart-1", "v1", (5, 5, 5, None), (-2,), ()),
        ("cart-2", "v2", (None, None, 5, 6), (), (-1.5, -0.5)),
    )
    found = annotations_of(incident_of(), lines((0, "opened"), (1, "acknowledged")), [asdict(evidence)])
    assert sorted((one.kind.value, (one.start - NOW) / HOUR) for one in found) == [
        ("acknowledged", 1),
        ("deploy", -1),
        ("leak", -1),
        ("oom", -1.5),
        ("oom", -0.5),
        ("restart", -2),
    ]


def test_what_two_scans_saw_is_drawn_once():
    first = asdict(evidence_of(("cart-1", "v1", (5, 5, 5), (), (-2.0, -1.0))))
    second = asdict(evidence_of(("cart-1", "v1", (5, 5, 5), (), (-1.9, -1.1))))
    found = annotations_of(incident_of(), lines((0, "opened")), [first, second])
    assert [(one.start - NOW) / HOUR for one in found if one.kind is AnnotationKind.OOM] == [-2.0, -1.0]


def test_kills_that_one_scan_tells_apart_stay_apart():
    kills = asdict(evidence_of(("cart-1", "v1", (5, 5, 5), (), (-1.0, -0.9))))
    found = annotations_of(incident_of(), lines((0, "opened")), [kills])
    assert sum(one.kind is AnnotationKind.OOM for one in found) == 2


@pytest.mark.parametrize(
    ("pods", "seen"),
    [
        ([("a", "v1", (1, 1, 1), (), ())], []),
        ([("a", "v1", (None, 1, 1), (), ())], []),
        ([("a", "v1", (1, 1, None), (), ()), ("b", "v2", (None, None, 1), (), ())], [(0, "v2")]),
        ([("a", "v1", (1, 1, 1), (), ()), ("b", "v2", (1, 1, 1), (), ())], []),
        ([("a", "v1", (1, 1, 1), (), ()), ("b", "v1", (None, 1, 1), (), ())], []),
        ([("a", None, (1, 1, 1), (), ()), ("b", None, (None, 1, 1), (), ())], []),
        ([("a", "v1", (None, None, None), (), ())], []),
    ],
)
def test_a_deploy_is_a_revision_that_was_not_there_at_first(pods, seen):
    assert deploys(asdict(evidence_of(*pods))) == [(NOW + HOUR * hour, revision) for hour, revision in seen]


def test_a_key_stays_while_its_leak_goes_on():
    before = annotations_of(incident_of(onset_at=NOW - HOUR), lines((0, "opened")))
    after = annotations_of(incident_of(onset_at=NOW - 2 * HOUR, state=OVER), lines((0, "opened"), (9, "resolved")))
    assert [one.key for one in before] == [one.key for one in after]
    assert re.fullmatch(r"[a-z0-9-]{1,80}", before[0].key)


def test_keys_tell_all_apart():
    evidence = asdict(evidence_of(("a", "v1", (1, 1), (-1,), (-1,)), ("b", "v2", (None, 1), (-1,), (-1,))))
    timeline = lines((0, "opened"), (1, "acknowledged"), (2, "resolved"), (90, "recurred"))
    keys = [one.key for one in annotations_of(incident_of(), timeline, [evidence])]
    assert len(keys) == len(set(keys)) == 8


def with_rollout(**more):
    """An incident whose cluster told what rollout 4, of v2, changed."""
    return replace(incident_of(suspect="v2"), finding=finding_document(suspected(finding(), **more)))


def text_of(incident, kind):
    evidence = asdict(evidence_of(("a", "v1", (1, 1, 1), (), ()), ("b", "v2", (None, 1, 1), (), ())))
    (one,) = (one for one in annotations_of(incident, lines((0, "opened")), [evidence]) if one.kind is kind)
    return one.text.split("<br>")


CHANGED = (
    "rollout 4 changed image of app: registry.example.org/cart:v1 → registry.example.org/cart:v2; "
    "env CACHE_ITEMS of app: 1000 → unbounded; env DB_PASSWORD of app: none → (hidden)"
)


@pytest.mark.parametrize(
    ("incident", "kind", "line"),
    [
        (with_rollout(), AnnotationKind.LEAK, ["revision v2 is suspected to have brought it", CHANGED]),
        (with_rollout(), AnnotationKind.DEPLOY, ["revision v2 was first seen", CHANGED]),
        (incident_of(suspect="v2"), AnnotationKind.DEPLOY, ["revision v2 was first seen"]),
        (
            with_rollout(fields=({"image": "cart:v1"}, {"image": "cart:v3"})),
            AnnotationKind.DEPLOY,
            ["revision v2 was first seen"],
        ),
        (with_rollout(fields=({}, {})), AnnotationKind.DEPLOY, ["revision v2 was first seen"]),
    ],
    ids=["a leak", "its deploy", "no cluster was asked", "the deploy of another revision", "nothing that is looked at"],
)
def test_what_a_rollout_changed_is_told_in_one_line(incident, kind, line):
    told = text_of(incident, kind)
    assert told[2:4] == line if kind is AnnotationKind.LEAK else told == line


@pytest.mark.parametrize("where", ["name", "suspect", "text", "actor", "pod", "revision", "change"])
def test_nothing_is_html_but_what_we_wrote(where):
    of = incident_of(**({where: HOSTILE} if where in {"name", "suspect"} else {}))
    of = with_rollout(fields=({}, {"image": HOSTILE})) if where == "change" else of
    timeline = lines((0, "opened"), (1, "acknowledged"), (2, "resolved"))
    if where in {"text", "actor"}:
        timeline = lines((0, "opened"), (1, "acknowledged", None, None, HOSTILE), (2, "resolved", None, None, HOSTILE))
        timeline = [type(one)(one.id, one.at, HOSTILE if where == "actor" else "a", one.event) for one in timeline]
    pod, revision = (HOSTILE if where == name else "x" for name in ("pod", "revision"))
    evidence = asdict(evidence_of(("a", "v0", (1, 1), (), ()), (pod, revision, (None, 1), (-1,), (-1,))))
    found = annotations_of(of, timeline, [evidence], "https://leakwatch.example.org")
    for one in found:
        assert set(re.findall(r"<[^>]*>", one.title + one.text)) <= {
            "<b>",
            "</b>",
            "<br>",
            "</a>",
            '<a href="https://leakwatch.example.org/incidents/7">',
        }
        assert not any(sign in tag for tag in one.tags for sign in "<>,&\"'")
        assert all(tag.count(":") <= 1 for tag in one.tags)
    assert any("&lt;img" in one.title + one.text for one in found)


def test_tags_fit_where_grafana_keeps_them():
    (one,) = annotations_of(incident_of("é" * 250), lines((0, "opened")))
    assert max(len(tag.partition(":")[2].encode()) for tag in one.tags) <= 100


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", AnnotationFilter()),
        ("  namespace=shop   workload=cart ", AnnotationFilter(namespace=("shop",), workload=("cart",))),
        ("kind=oom,leak", AnnotationFilter(kind=("oom", "leak"))),
        ("workload={cart,web}", AnnotationFilter(workload=("cart", "web"))),
        ("workload=(cart|web\\.v2)", AnnotationFilter(workload=("cart", "web.v2"))),
        ("workload=web\\.v2", AnnotationFilter(workload=("web.v2",))),
        ("namespace=a namespace=b", AnnotationFilter(namespace=("a", "b"))),
        ('namespace="shop"', AnnotationFilter(namespace=("shop",))),
        ("namespace=$__all kind=leak", AnnotationFilter(kind=("leak",))),
        ("namespace=.* state= severity=*", AnnotationFilter()),
    ],
)
def test_a_filter_is_written_as_grafana_writes_it(text, wanted):
    assert parse_filter(text) == wanted


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("shop", "not of the form key=value"),
        ("pod=a", "'pod' is no filter: there are cluster, namespace"),
        ("kind=crash", "kind: 'crash' is none of leak, oom"),
        ("state=firing", "state: 'firing' is none of open"),
        ("workload=" + "a" * 256, "workload: a value is longer than 255"),
        ("workload=" + ",".join(map(str, range(201))), "workload: more than 200"),
    ],
)
def test_a_filter_that_is_none_says_what_it_may_be(text, told):
    with pytest.raises(ValueError, match=re.escape(told)):
        parse_filter(text)
