"""Grafana's document of a dashboard: what the SDK leaves out is there, and all of it in its place."""

import pytest

from dashboards.builder import document
from dashboards.model import (
    Column,
    Dashboard,
    DashboardKind,
    FeedAnnotation,
    Line,
    Link,
    MetricAnnotation,
    Options,
    Panel,
    Query,
    Row,
    Shape,
    Step,
    Unit,
    Variable,
)

FEED = Options(feed_url="http://leakwatch:8080/", infinity_uid="leaks")
PLAIN = Options()
PROMETHEUS = {"type": "prometheus", "uid": "${datasource}"}


def panel(title="Memory", shape=Shape.TIMESERIES, **more):
    queries = (Query("up", "{{pod}}"), Query("sum(up)"))
    return Panel(**{"title": title, "description": "d", "shape": shape, "queries": queries, "unit": Unit.BYTES} | more)


def built(*rows, options=PLAIN, **more):
    dashboard = Dashboard("some-uid", "Some", "d", rows, variables=more.pop("variables", ()), **more)
    return document(DashboardKind("some", "some-uid", "", lambda _: dashboard), options)


def one(**more):
    return built(Row("Row", (panel(**more),)))["panels"][1]


def test_the_head():
    found = built(options=Options(title_prefix="Team: ", tags=("a", "b")), since="now-7d", refresh="5m")
    assert (found["uid"], found["title"], found["tags"]) == ("some-uid", "Team: Some", ["a", "b"])
    assert (found["schemaVersion"], found["time"], found["refresh"]) == (42, {"from": "now-7d", "to": "now"}, "5m")


def test_panels_have_ids_sources_and_names_of_queries():
    found = built(Row("One", (panel(), panel())), Row("Two", (panel(),), collapsed=True))
    inside = [*found["panels"], *found["panels"][-1]["panels"]]
    assert sorted(one["id"] for one in inside) == [1, 2, 3, 4, 5]
    for each in inside:
        if each["type"] != "row":
            assert each["datasource"] == PROMETHEUS
            assert [(target["refId"], target["datasource"]) for target in each["targets"]] == [
                ("A", PROMETHEUS),
                ("B", PROMETHEUS),
            ]


def test_panels_go_from_left_to_right_and_wrap():
    sizes = [(12, 8), (12, 4), (8, 5), (24, 3)]
    found = built(
        Row("One", tuple(panel(width=width, height=height) for width, height in sizes)), Row("Two", (panel(),))
    )
    places = [tuple(one["gridPos"][side] for side in "xywh") for one in found["panels"]]
    assert places == [
        (0, 0, 24, 1),
        (0, 1, 12, 8),
        (12, 1, 12, 4),
        (0, 9, 8, 5),
        (0, 14, 24, 3),
        (0, 17, 24, 1),
        (0, 18, 12, 8),
    ]


def test_a_row_that_is_shut_holds_its_panels_and_takes_one_line():
    found = built(Row("Shut", (panel(height=20),), collapsed=True), Row("Open", (panel(),)))
    assert [one["gridPos"]["y"] for one in found["panels"]] == [0, 1, 2]
    assert [one["title"] for one in found["panels"][0]["panels"]] == ["Memory"]
    assert found["panels"][1]["panels"] == []


def test_the_legend_is_shown_as_a_list_or_with_figures_as_a_table():
    assert one()["options"]["legend"] == {
        "showLegend": True,
        "displayMode": "list",
        "placement": "bottom",
        "calcs": [],
    }
    assert one(legend_values=("max",))["options"]["legend"]["displayMode"] == "table"


def test_annotations_begin_with_those_built_in_and_stand_above_the_graph():
    drawn = MetricAnnotation("Leaks", "red", "up", "title")
    found = built(annotations=(drawn,), links=(Link("There", "/d/x"),))
    assert [entry["name"] for entry in found["annotations"]["list"]] == ["Annotations & Alerts", "Leaks"]
    assert not any("placement" in entry for entry in (*found["annotations"]["list"], *found["links"]))


def test_without_annotations_those_built_in_are_there():
    assert [entry.get("builtIn") for entry in built()["annotations"]["list"]] == [1]


def test_an_annotation_of_prometheus_asks_the_chosen_source():
    entry = built(annotations=(MetricAnnotation("Leaks", "red", "up", "t", "x", ("a", "b")),))["annotations"]["list"][1]
    assert (entry["datasource"], entry["target"]["expr"]) == (PROMETHEUS, "up")
    assert (entry["titleFormat"], entry["textFormat"], entry["tagKeys"]) == ("t", "x", "a,b")


def test_an_annotation_of_the_feed_asks_infinity():
    drawn = FeedAnnotation("Leaks", "red", ("leak", "oom"), {"namespace": "${namespace:percentencode}"})
    entry = built(annotations=(drawn,), options=FEED)["annotations"]["list"][1]
    assert entry["datasource"] == {"type": "yesoreyeram-infinity-datasource", "uid": "leaks"}
    assert entry["target"]["url"] == (
        "http://leakwatch:8080/grafana/annotations?from=${__timeFrom}&to=${__timeTo}&kind=leak,oom"
        "&namespace=${namespace:percentencode}"
    )
    assert [column["selector"] for column in entry["target"]["columns"]] == ["time", "timeEnd", "title", "text", "tags"]


def test_variables_have_what_their_kind_has_and_no_more():
    source, chosen, single = built(
        variables=(
            Variable("datasource", "Data source", None),
            Variable("pod", "Pod", "label_values(up, pod)", multi=True, whole=True, every=".*"),
            Variable("workload", "Workload", "query_result(up)", regex="/x/"),
        )
    )["templating"]["list"]
    assert (source["type"], source["query"]) == ("datasource", "prometheus")
    assert (chosen["query"]["query"], chosen["query"]["qryType"]) == ("label_values(up, pod)", 1)
    assert (chosen["allValue"], chosen["current"]["value"]) == (".*", ["$__all"])
    assert (single["query"]["qryType"], single["regex"], single["includeAll"]) == (3, "/x/", False)
    assert not {"auto", "auto_min", "auto_count"} & {*source, *chosen}


def test_a_table_keeps_its_columns_in_order_and_no_other():
    link = Link("Open", "/there", new_tab=True)
    columns = (
        Column("namespace", "Namespace", link=link),
        Column("Value #A", "Left", Unit.SECONDS, (Step(None, "red"), Step(60, "green"))),
    )
    found = one(shape=Shape.TABLE, columns=columns, sort_by="-Left")
    assert [target["format"] for target in found["targets"]] == ["table", "table"]
    merge, keep, order = found["transformations"]
    assert (merge["id"], keep["options"]) == ("merge", {"include": {"names": ["namespace", "Value #A"]}})
    assert order["options"]["renameByName"] == {"namespace": "Namespace", "Value #A": "Left"}
    assert found["options"]["sortBy"] == [{"displayName": "Left", "desc": True}]
    properties = {
        rule["matcher"]["options"]: {one["id"]: one.get("value") for one in rule["properties"]}
        for rule in found["fieldConfig"]["overrides"]
    }
    assert properties["Namespace"]["links"] == [{"title": "Open", "url": "/there", "targetBlank": True}]
    assert (properties["Left"]["unit"], properties["Left"]["thresholds"]["steps"][0]["value"]) == ("s", None)


def test_a_heat_map_shows_what_shrinks_too():
    assert one(shape=Shape.HEATMAP)["options"]["filterValues"] == {}


def test_a_link_of_a_series_is_a_data_link():
    found = one(series_link=Link("Open", "/there"))
    assert found["fieldConfig"]["defaults"]["links"] == [{"title": "Open", "url": "/there", "targetBlank": False}]


def test_lines_are_drawn_as_they_are_told_to_be():
    rule = one(lines=(Line(1, "red", dashed=True, filled=False),))["fieldConfig"]["overrides"][0]
    assert rule["matcher"] == {"id": "byFrameRefID", "options": "B"}
    properties = {one["id"]: one["value"] for one in rule["properties"]}
    assert properties["color"] == {"mode": "fixed", "fixedColor": "red"}
    assert (properties["custom.lineStyle"]["fill"], properties["custom.fillOpacity"]) == ("dash", 0)


def test_words_take_the_place_of_values():
    mappings = one(shape=Shape.STAT, values={1: ("yes", "green"), 0: ("no", "red")})["fieldConfig"]["defaults"][
        "mappings"
    ]
    assert mappings[0]["type"] == "value"
    assert {value: result["text"] for value, result in mappings[0]["options"].items()} == {"1": "yes", "0": "no"}


def test_what_the_model_has_no_word_for_is_laid_over():
    found = one(extra={"options": {"tooltip": {"mode": "none"}}, "interval": "5m"})
    assert (found["options"]["tooltip"]["mode"], found["options"]["tooltip"]["sort"]) == ("none", "desc")
    assert found["interval"] == "5m"


@pytest.mark.parametrize("shape", Shape)
def test_every_shape_is_made(shape):
    assert one(shape=shape)["type"] == shape.value
