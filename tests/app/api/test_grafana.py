"""`/grafana`: what three data sources of Grafana ask for, and get."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from app.domain.lifecycle import IncidentPolicy
from app.scanning.record import Recorder
from app.services.annotations import AnnotationService
from tests.support.findings import NOW, finding, report

HOUR = 3600.0
DOCS = (Path(__file__).resolve().parents[3] / "docs" / "grafana.md").read_text(encoding="utf-8")
MILLIS = int(NOW * 1000)
RANGE = {"from": "2027-01-15T00:00:00.000Z", "to": "2027-01-16T00:00:00.000Z", "raw": {"from": "now-1d", "to": "now"}}
HOSTILE = "<img src=x onerror=alert(1)>"
WINDOW = f"from={MILLIS - 7_200_000}&to={MILLIS + 7_200_000}"


@pytest.fixture(autouse=True)
def _kept(app, sqlite_engine):
    """Two leaks that began ten hours before NOW, found then; the clock is two hours later."""
    recorder = Recorder(sqlite_engine, IncidentPolicy(60.0, 1, 7200.0), "scan 1", lambda session: None)
    recorder.record(report(finding("cart"), finding("db", namespace="data"), end=NOW), NOW)
    annotations = AnnotationService(sqlite_engine, now=lambda: NOW + 2 * HOUR)
    app.state.services = replace(app.state.services, annotations=annotations)


def asked(client, path, body):
    answer = client.post(f"/grafana/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_infinity_gets_what_it_makes_annotations_of(client):
    found = client.get(f"/grafana/annotations?{WINDOW}&namespace=shop&kind=leak").json()
    assert len(found) == 1
    assert {key: type(value) for key, value in found[0].items()} == {
        "time": int,
        "timeEnd": int,
        "title": str,
        "text": str,
        "tags": str,
    }
    assert found[0]["time"] == MILLIS - 36_000_000
    assert found[0]["timeEnd"] == MILLIS + 7_200_000
    assert found[0]["tags"] == "leakwatch,leak,warning,namespace:shop,workload:cart,container:app"


@pytest.mark.parametrize(
    "window",
    [
        WINDOW,
        "from=2027-01-15T06:00:00Z&to=2027-01-15T10:00:00Z",
        "from=2027-01-15T06:00:00.123Z&to=2027-01-15T10:00:00.123456Z",
        "from=2027-01-15T08:00:00%2B02:00&to=2027-01-15T12:00:00%2B02:00",
        f"from=0&to={MILLIS + 7_200_000}",
        f"to={MILLIS + 7_200_000}",
        f"from={MILLIS}",
        "",
        "from=&to=",
    ],
)
def test_times_are_iso_or_milliseconds_and_need_not_be_given(client, window):
    found = client.get(f"/grafana/annotations?{window}&kind=leak")
    assert sorted(one["title"] for one in found.json()) == ["Memory leak: data/db/app", "Memory leak: shop/cart/app"]


@pytest.mark.parametrize(
    ("window", "told"),
    [
        ("from=1700000000", "from: 1700000000 looks like seconds; give epoch milliseconds (1700000000000)"),
        ("to=1700000000", "to: 1700000000 looks like seconds"),
        ("from=2027-01-15T06:00:00", "from: has no zone"),
        ("from=2027-01-15", "from: not a time"),
        ("from=now-6h", "from: not a time"),
        ("from=-5", "from: not a time"),
        ("to=999999999999999999", "to: 999999999999999999 is after the year 9000"),
        ("to=0001-01-01T00:00:00Z", "to: must be between"),
        (f"from={MILLIS}&to={MILLIS - 1}", "from: is after `to`"),
        ("kind=crash", "filter: kind: 'crash' is none of leak"),
        ("state=firing", "filter: state: 'firing' is none of open"),
    ],
)
def test_what_makes_no_sense_is_told(client, window, told):
    answer = client.get(f"/grafana/annotations?{window}")
    assert answer.status_code == 400
    assert told in answer.json()["detail"]


def test_a_blank_filter_is_none(client):
    assert len(client.get(f"/grafana/annotations?{WINDOW}&namespace=&cluster=&severity=&kind=leak").json()) == 2


def test_what_is_cut_is_told_by_a_last_annotation_and_a_header(client):
    answer = client.get(f"/grafana/annotations?{WINDOW}&limit=1")
    assert [one["tags"].split(",")[1] for one in answer.json()] == ["leak", "cut"]
    assert answer.json()[-1]["time"] == MILLIS + 7_200_000
    assert answer.headers["X-Leakwatch-Left-Out"] == "1 of 6 annotations are drawn"


def test_nothing_is_an_empty_list(client):
    assert client.get("/grafana/annotations?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z").json() == []


def test_names_from_a_cluster_are_no_html(client, sqlite_engine):
    recorder = Recorder(sqlite_engine, IncidentPolicy(60.0, 1, 7200.0), "scan 2", lambda session: None)
    recorder.record(report(finding(HOSTILE), end=NOW), NOW)
    text = client.get(f"/grafana/annotations?{WINDOW}&workload={HOSTILE.replace(' ', '%20')}").text
    assert "<img" not in text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text


@pytest.mark.parametrize("path", ["/grafana", "/grafana/"])
def test_the_test_of_a_data_source_succeeds(client, path):
    assert client.get(path, follow_redirects=False).status_code == 200


def test_simple_json_gets_annotations_with_its_own_in_each(client):
    annotation = {"name": "Leaks", "enable": True, "iconColor": "red", "query": "namespace=shop", "datasource": None}
    found = asked(client, "annotations", {"range": RANGE, "rangeRaw": {}, "annotation": annotation})
    assert all(one["annotation"] == annotation for one in found)
    regions = [one for one in found if one["isRegion"]]
    assert [(one["time"], one["timeEnd"]) for one in regions] == [(MILLIS - 36_000_000, MILLIS + 7_200_000)]
    assert {one["title"] for one in found} == {
        "Memory leak: shop/cart/app",
        "OOM kill: shop/cart/app",
        "Restart: shop/cart/app",
    }
    assert all("timeEnd" not in one for one in found if not one["isRegion"])
    assert regions[0]["tags"] == ["leakwatch", "leak", "warning", "namespace:shop", "workload:cart", "container:app"]


def test_simple_json_is_told_that_a_query_is_none(client):
    answer = client.post("/grafana/annotations", json={"range": RANGE, "annotation": {"query": "#deploy"}})
    assert answer.status_code == 400
    assert "query: '#deploy' is not of the form key=value" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ('"\\ud800"', "holds what is no text"),
        ("[" * 300 + "]" * 300, "nested too deeply"),
        (f'"{"x" * 9000}"', "larger than 8192 bytes"),
    ],
    ids=["no text", "deep", "large"],
)
def test_simple_json_is_not_handed_back_what_no_answer_can_hold(client, more, told):
    body = f'{{"range": {json.dumps(RANGE)}, "annotation": {{"query": "", "more": {more}}}}}'
    answer = client.post("/grafana/annotations", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "annotation")
    assert told in answer.json()["detail"]


def test_search_lists_targets_and_the_values_of_a_variable(client):
    assert asked(client, "search", {"target": ""}) == ["annotations", "incidents", "leaking"]
    assert asked(client, "search", {"target": "namespace"}) == ["data", "shop"]
    assert client.post("/grafana/search").json() == ["annotations", "incidents", "leaking"]


def test_tags_have_keys_and_values(client):
    keys = [one["text"] for one in asked(client, "tag-keys", {})]
    assert keys == ["cluster", "namespace", "workload", "container", "severity", "state", "kind"]
    assert asked(client, "tag-values", {"key": "workload"}) == [{"text": "cart"}, {"text": "db"}]
    assert asked(client, "tag-values", {"key": "nothing"}) == []


def test_simpod_gets_a_table_whose_columns_become_annotations(client):
    (found,) = asked(
        client, "query", {"range": RANGE, "targets": [{"refId": "Anno", "target": "annotations kind=leak"}]}
    )
    assert found["type"] == "table"
    assert [one["text"] for one in found["columns"]] == ["time", "timeEnd", "title", "text", "tags"]
    assert sorted(row[2] for row in found["rows"]) == ["Memory leak: data/db/app", "Memory leak: shop/cart/app"]


def test_simpod_gets_incidents_and_how_many_there_were(client):
    targets = [{"target": "incidents", "refId": "A"}, {"target": "leaking", "refId": "B"}, {"refId": "C"}]
    body = {"range": RANGE, "targets": targets, "maxDataPoints": 25, "panelId": 1, "intervalMs": 30000}
    table, series = asked(client, "query", body)
    assert sorted(row[4] for row in table["rows"]) == ["cart", "db"]
    assert series["target"] == "leaking"
    assert series["datapoints"][0] == [2, 1_800_057_600_000 - 86_400_000]
    assert len(series["datapoints"]) == 25


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ({}, ["data", "shop"]),
        ({"adhocFilters": [{"key": "namespace", "operator": "=", "value": "shop"}]}, ["shop"]),
        ({"targets": [{"target": "annotations", "payload": {"namespace": ["data"], "kind": "leak"}}]}, ["data"]),
        ({"targets": [{"target": "annotations", "payload": {"query": "namespace=shop kind=leak"}}]}, ["shop"]),
        ({"targets": [{"target": "annotations", "payload": "namespace=shop kind=leak"}]}, ["shop"]),
        ({"targets": [{"target": "annotations", "payload": ""}]}, None),
    ],
)
def test_simpod_filters_by_words_payload_and_ad_hoc(client, more, names):
    body = {"range": RANGE, "targets": [{"target": "annotations kind=leak"}]} | more
    (found,) = asked(client, "query", body)
    told = [row[2].split("/")[0].rpartition(" ")[2] for row in found["rows"]]
    assert sorted(told) == names if names else len(told) == 6


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"targets": [{"target": "up"}]}, "targets: there is no 'up'; there are annotations"),
        ({"targets": [], "adhocFilters": [{"key": "namespace", "operator": "=~", "value": "a"}]}, "operator '=~'"),
        ({"targets": [], "adhocFilters": [{"key": "pod", "operator": "=", "value": "a"}]}, "'pod' is no filter"),
        ({"targets": [{"target": "annotations", "payload": {"pod": "a"}}]}, "'pod' is no filter"),
    ],
)
def test_simpod_is_told_what_is_not_there(client, body, told):
    answer = client.post("/grafana/query", json={"range": RANGE} | body)
    assert answer.status_code == 400
    assert told in answer.json()["detail"]


def test_simpods_builder_gets_metrics_options_and_variables(client):
    found = asked(client, "metrics", {"metric": "annotations"})
    assert [one["value"] for one in found] == ["annotations", "incidents", "leaking"]
    assert {"name": "namespace", "label": "Namespace", "type": "multi-select"} in found[0]["payloads"]
    options = asked(client, "metric-payload-options", {"metric": "annotations", "payload": {}, "name": "severity"})
    assert options == [{"label": one, "value": one} for one in ("critical", "warning", "info")]
    named = asked(client, "variable", {"payload": {"target": "namespace"}, "range": RANGE})
    assert named == [{"__text": "data", "__value": "data"}, {"__text": "shop", "__value": "shop"}]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("annotations", {}),
        ("annotations", {"range": RANGE}),
        ("annotations", {"range": {"from": 1}, "annotation": {}}),
        ("query", {"range": RANGE, "targets": [{"target": "a" * 3000}]}),
        ("query", {"range": RANGE, "targets": [{}] * 51}),
        ("tag-values", {}),
        ("tag-values", {"key": "a\u0000"}),
    ],
)
def test_a_body_that_is_none_is_refused(client, path, body):
    assert client.post(f"/grafana/{path}", json=body).status_code == 422


def test_the_dashboard_in_the_documentation_asks_for_what_there_is(client):
    (shown,) = re.findall(r"```json\n(.*?)```", DOCS, re.DOTALL)
    target = json.loads(shown)["target"]
    address = target["url"].removeprefix("https://leakwatch.example.org")
    address = address.replace("${__timeFrom}", RANGE["from"]).replace("${__timeTo}", RANGE["to"])
    found = client.get(address).json()[0]
    assert {one["selector"] for one in target["columns"]} == set(found)
    (source,) = yaml.safe_load(re.findall(r"```yaml\n(.*?)```", DOCS, re.DOTALL)[0])["datasources"]
    assert {"type": source["type"], "uid": source["uid"]} == json.loads(shown)["datasource"]
