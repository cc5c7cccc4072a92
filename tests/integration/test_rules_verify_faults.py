"""A Prometheus that fails or answers in part, and others of its kind: nothing is armed that is not known to be."""

import json
import threading
import urllib.parse
from datetime import UTC, datetime

import pytest

from app.errors import SourceRefused, SourceUnreachable, SourceUnusable
from app.prometheus.source import Control
from app.rules.verify.run import verify
from app.settings import load_settings
from tests.support.servers import false_prometheus, free_port

JSON = "application/json"
NOW = 1_790_000_000.0
RULE = {"alert": "Rss", "expr": "rss > 5", "for": "10m", "labels": {"severity": "info"}}
RULE_AS_LOADED = {
    "type": "alerting",
    "name": "Rss",
    "query": "rss > 5",
    "duration": 600,
    "labels": {"severity": "info"},
    "health": "ok",
    "evaluationTime": 0.01,
    "alerts": [],
}
OURS = [{"groups": [{"name": "ours", "rules": [RULE]}]}]


def _good(data, **more):
    return 200, JSON, json.dumps({"status": "success", "data": data} | more).encode()


def _error(status, text):
    return status, JSON, json.dumps({"status": "error", "errorType": "execution", "error": text}).encode()


def _rfc3339(seconds):
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _loaded(**changes):
    rule = RULE_AS_LOADED | {"lastEvaluation": _rfc3339(NOW - 10)}
    return {"groups": [{"name": "ours", "file": "ours.yml", "interval": 30, "rules": [rule | changes]}]}


def _vector(query):
    """A server on which every count is 3, and every value 4."""
    value = "3" if query.startswith("count(") else "4"
    return {"resultType": "vector", "result": [{"metric": {}, "value": [NOW, value]}]}


class Server:
    """Answers as a good one would, but for what a test changes."""

    def __init__(self, rules=None, query=None, metadata=None):
        self.rules = rules or (lambda: _good(_loaded()))
        self.query = query or (lambda query: _good(_vector(query)))
        self.metadata = metadata or (lambda: _good({}))
        self.queries = []

    def __call__(self, path, form):
        kind = path.partition("?")[0].rpartition("/")[2]
        if kind == "rules":
            return self.rules()
        if kind == "metadata":
            return self.metadata()
        query = urllib.parse.parse_qs(form)["query"][0]
        if query == "time()":
            return _good({"resultType": "scalar", "result": [NOW, str(NOW)]})
        self.queries.append(query)
        return self.query(query)


def _verify(server, documents=OURS, control=None, **settings):
    with false_prometheus(server) as running:
        given = {"prometheus_url": running.url, "prometheus_retries": 0} | settings
        return verify(documents, load_settings(**given), control or Control()).rules


def test_all_is_well():
    (rule,) = _verify(Server())
    assert (rule.state.value, rule.reasons, rule.notes) == ("armed", (), ())
    assert (rule.nearness.value, rule.nearness.threshold) == (4.0, 5.0)


NOTHING = {"resultType": "vector", "result": []}
PARTIAL = "a store is down"


@pytest.mark.parametrize(
    ("server", "state", "reason"),
    [
        (Server(query=lambda _: _error(503, "overloaded")), "unknown", "overloaded"),
        (Server(query=lambda _: _error(422, "too many samples")), "unknown", "too many samples"),
        (Server(query=lambda _: (502, "text/html", b"")), "unknown", "502"),
        (Server(query=lambda _: (403, "text/html", b"")), "unknown", "403"),
        (Server(query=lambda _: None), "unknown", "cut"),
        (Server(query=lambda _: _good({"resultType": "vector", "result": [{}]})), "unknown", "no series"),
        (Server(query=lambda _: _good({"resultType": "vector", "result": {"a": 1}})), "unknown", "no series"),
        (Server(query=lambda _: _good({"resultType": "vector"})), "unknown", "no series"),
        (Server(query=lambda query: _good(_vector(query), warnings=[PARTIAL])), "unknown", f"in part: {PARTIAL}"),
        (Server(query=lambda query: _good(_vector(query), isPartial=True)), "unknown", "in part"),
        (Server(query=lambda query: _good(NOTHING, warnings=[PARTIAL])), "unknown", f"in part: {PARTIAL}"),
        (Server(query=lambda query: _good(_vector(query), warnings=["PromQL warning: odd"])), "armed", ""),
        (Server(query=lambda _: _good(NOTHING)), "blind", "no series of `rss`"),
        (Server(query=lambda _: _good(NOTHING), metadata=lambda: (404, "text/plain", b"")), "blind", "no series"),
        (Server(query=lambda _: _good(NOTHING), metadata=lambda: _error(503, "busy")), "blind", "no series"),
        (Server(query=lambda _: _good(NOTHING), metadata=lambda: None), "unknown", "cut"),
        (Server(query=lambda _: _good(NOTHING), metadata=lambda: _good({"rss": [{}]})), "armed_no_case", "announces"),
    ],
    ids=[
        *("overloaded", "too many samples", "bad gateway", "refused", "cut", "no values", "no vector", "no result"),
        *("warning", "partial", "nothing, with a warning", "a remark on the query", "nothing", "no metadata"),
        *("metadata overloaded", "metadata cut", "announced"),
    ],
)
def test_what_a_query_brings(server, state, reason):
    (rule,) = _verify(server)
    assert rule.state.value == state, rule.reasons
    assert reason in " ".join(rule.reasons)


@pytest.mark.parametrize(
    ("changes", "state", "reason"),
    [
        ({"health": "err", "lastError": "found duplicate series"}, "blind", "its evaluation fails: found duplicate"),
        ({"health": "unknown"}, "blind", "not yet evaluated"),
        ({"lastEvaluation": "0001-01-01T00:00:00Z"}, "blind", "not yet evaluated"),
        ({"lastEvaluation": "yesterday"}, "blind", "not yet evaluated"),
        ({"lastEvaluation": _rfc3339(NOW - 149)}, "armed", ""),
        ({"lastEvaluation": _rfc3339(NOW - 7200)}, "blind", "last evaluated 2h ago"),
        ({"lastEvaluation": "2026-09-21T14:13:10.123456789Z"}, "armed", ""),
        ({"health": "no match", "id": "7", "state": "inactive", "lastSamples": 0, "query": "rss   > 5"}, "armed", ""),
        ({"query": "rss > 6"}, "missing", "another expression"),
        ({"name": "Other"}, "missing", "not loaded"),
        ({"type": "recording"}, "missing", "not loaded"),
    ],
    ids=[
        *("fails", "new", "never", "no time", "a little late", "long ago", "nanoseconds", "vmalert"),
        *("another expression", "another name", "another kind"),
    ],
)
def test_how_a_rule_is_loaded(changes, state, reason):
    (rule,) = _verify(Server(rules=lambda: _good(_loaded(**changes))))
    assert rule.state.value == state, rule.reasons
    assert reason in " ".join(rule.reasons)


def test_a_list_of_rules_that_is_not_whole_makes_none_missing():
    (rule,) = _verify(Server(rules=lambda: _good({"groups": []}, warnings=["a ruler is down"])))
    assert (rule.state.value, rule.reasons) == ("unknown", ("the list of loaded rules is not whole: a ruler is down",))


def test_an_evaluation_longer_than_the_interval_is_noted():
    (rule,) = _verify(Server(rules=lambda: _good(_loaded(evaluationTime=31.5))))
    assert rule.notes == ("its evaluation takes 31.5 s, longer than the 30 s from one to the next",)


def test_a_label_that_differs_is_noted():
    (rule,) = _verify(Server(rules=lambda: _good(_loaded(labels={"severity": "critical"}))))
    assert rule.notes == ("label severity: 'critical' is loaded, 'info' is ours",)


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        ((404, "text/plain", b"404 page not found"), SourceUnusable),
        ((401, "text/plain", b""), SourceRefused),
        (_good({"groups": [{"rules": [{"type": "alerting"}]}]}), SourceUnusable),
        (_good({"groups": 5}), SourceUnusable),
        (_good([]), SourceUnusable),
        (None, SourceUnreachable),
    ],
    ids=["404", "401", "a rule without a name", "no groups", "no data", "cut"],
)
def test_without_a_list_of_rules_nothing_is_said(reply, error):
    with pytest.raises(error):
        _verify(Server(rules=lambda: reply))


def test_nobody_there():
    settings = load_settings(prometheus_url=f"http://127.0.0.1:{free_port()}", prometheus_retries=0)
    with pytest.raises(SourceUnreachable, match="cannot connect"):
        verify(OURS, settings, Control())


def _many(expr):
    return [{"groups": [{"name": "g", "rules": [RULE | {"expr": expr.format(n=n)} for n in range(40)]}]}]


def test_a_server_that_has_gone_is_not_asked_for_every_rule():
    server = Server(query=lambda _: None)
    assert {rule.data.value for rule in _verify(server, _many("m{n} > 1"))} == {"unknown"}
    assert len(server.queries) < 15


def test_when_there_is_no_time_left_the_rest_is_unknown():
    control = Control()

    def late(query):
        control.cancelled.set()
        return _good(_vector(query))

    rules = _verify(Server(query=late), _many("m{n} > 1"), control, prometheus_concurrency=1)
    assert {rule.data.value for rule in rules[1:]} == {"unknown"}
    assert "no time left" in " ".join(rules[-1].reasons)


def test_what_many_rules_ask_is_asked_once():
    server = Server()
    _verify(server, _many("rss > {n}"))
    assert server.queries.count("count(rss)") == 1


def test_no_more_is_under_way_at_once_than_is_set():
    lock, under_way, most = threading.Lock(), [0], [0]

    def slow(query):
        with lock:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
        threading.Event().wait(0.005)
        with lock:
            under_way[0] -= 1
        return _good(_vector(query))

    _verify(Server(query=slow), _many("m{n} > 1"), prometheus_concurrency=2)
    assert most[0] == 2
