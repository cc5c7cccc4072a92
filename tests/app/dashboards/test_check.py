"""The check of dashboards: ours pass it, and each thing that can be wrong is told."""

import copy

import pytest

from app.dashboards.check import problems
from app.dashboards.made import made
from dashboards.model import Options

OPTIONS = Options(public_url="http://leak.example", feed_url="http://leak.example", infinity_uid="leakwatch")
MADE = {one.uid: one.document for one in made(OPTIONS)}


def fault(change):
    """Messages about one dashboard of ours after a change to it."""
    document = copy.deepcopy(MADE["leakwatch-fleet"])
    change(document)
    return [str(one) for one in problems({**MADE, "leakwatch-fleet": document})]


def put(*path):
    """A change: the last of `path` is put at the place that the others name; without it, the place is removed."""
    *place, last, value = path

    def change(document):
        for step in place:
            document = document[step]
        if value is REMOVED:
            del document[last]
        else:
            document[last] = value

    return change


def again(key):
    def change(document):
        document[key] = MADE["leakwatch-service"][key]

    return change


REMOVED = object()
CRITICAL = "leakwatch-fleet: panel 'Leaks: critical': "

FAULTS = {
    "a key that is no part of the schema": (put("panels", 1, "bogus", 3), "panels[1].bogus: is no part of the schema"),
    "a value of the wrong type": (put("panels", 1, "gridPos", "w", "x"), "panels[1].gridPos.w: 'x' is not int"),
    "a word that the schema does not know": (
        put("panels", 1, "options", "graphMode", "zigzag"),
        "panels[1].options.graphMode: 'zigzag' is not BigValueGraphMode",
    ),
    "a key of a transformation that is no part of it": (
        put("panels", 7, "transformations", 0, "bogus", 3),
        "panels[7].transformations[0].bogus: is no part of the schema",
    ),
    "a panel of no kind": (put("panels", 1, "type", REMOVED), "is not in the form of a dashboard: KeyError 'type'"),
    "a variable without a name": (put("templating", "list", 1, "name", REMOVED), "templating.list[1]: has no name"),
    "no list of panels": (put("panels", 3), "is not in the form of a dashboard: "),
    "another version of the schema": (put("schemaVersion", 39), "schemaVersion is 39; write 42"),
    "no uid": (put("uid", REMOVED), "has no uid: each import would make another"),
    "no title": (put("title", REMOVED), "leakwatch-fleet: has no title"),
    "no built-in annotations": (put("annotations", "list", []), "has no entry for the annotations that are built in"),
    "a panel without an id": (put("panels", 1, "id", REMOVED), CRITICAL + "has no id"),
    "two panels with one id": (put("panels", 1, "id", 3), CRITICAL + "has the same id as another, 3"),
    "no unit": (put("panels", 1, "fieldConfig", "defaults", "unit", REMOVED), CRITICAL + "has no unit"),
    "no description": (put("panels", 1, "description", REMOVED), CRITICAL + "has no description"),
    "no query": (put("panels", 1, "targets", []), CRITICAL + "asks nothing"),
    "a data source that is no variable": (
        put("panels", 1, "targets", 0, "datasource", "uid", "${ds}"),
        CRITICAL + "its data source ${ds} is no variable of the dashboard",
    ),
    "a query without a name": (put("panels", 1, "targets", 0, "refId", REMOVED), CRITICAL + "a query has no refId"),
    "two queries with one name": (
        put("panels", 7, "targets", 1, "refId", "A"),
        "panel 'Leaks by urgency': two queries have the same refId",
    ),
    "a query that does not parse": (
        put("panels", 1, "targets", 0, "expr", "sum("),
        CRITICAL + "the query is not PromQL: ",
    ),
    "a query that is empty": (put("panels", 1, "targets", 0, "expr", " "), CRITICAL + "the query is empty"),
    "a query of a gauge where a range is wanted": (
        put("panels", 1, "targets", 0, "expr", "rate(up)"),
        CRITICAL + "the query is not PromQL: ",
    ),
    "an unknown variable": (
        put("panels", 1, "targets", 0, "expr", 'up{pod="$pod"}'),
        CRITICAL + "$pod is no variable of the dashboard",
    ),
    "a variable that is asked in no words of Grafana": (
        put("templating", "list", 2, "query", "query", "up"),
        "variable 'namespace': is neither query_result(...) nor label_values(...)",
    ),
    "a variable that uses one after it": (
        put("templating", "list", 1, "query", "query", 'label_values(up{a="$namespace"}, cluster)'),
        "variable 'cluster': $namespace is no variable of the dashboard",
    ),
    "two variables with one name": (
        put("templating", "list", 1, "name", "namespace"),
        "variable 'namespace': stands more than once",
    ),
    "a panel over another": (put("panels", 2, "gridPos", "x", 1), "lies over panel 'Leaks: critical'"),
    "a panel beyond the edge": (put("panels", 1, "gridPos", "x", 22), "reaches beyond the grid's 24 columns"),
    "a panel without a place": (put("panels", 1, "gridPos", REMOVED), CRITICAL + "has no place"),
    "the uid of another": (again("uid"), "leakwatch-fleet: another dashboard has the same uid, 'leakwatch-service'"),
    "the title of another": (again("title"), "another dashboard has the same title"),
    "a link to nowhere": (
        put("links", 0, "url", "/d/leakwatch-attic?x=1"),
        "leakwatch-fleet: a link leads to 'leakwatch-attic', which is no dashboard here",
    ),
}


def test_ours_have_no_problem():
    assert [str(one) for one in problems(MADE)] == []


@pytest.mark.parametrize("situation", FAULTS)
def test_is_told(situation):
    change, message = FAULTS[situation]
    assert any(message in one for one in fault(change)), fault(change)


def test_a_null_of_grafana_is_as_what_is_not_there():
    assert fault(put("panels", 1, "libraryPanel", None)) == fault(lambda _: None)


def test_no_data_source_at_all():
    def change(document):
        del document["panels"][1]["datasource"]
        del document["panels"][1]["targets"][0]["datasource"]

    assert CRITICAL + "has no data source" in fault(change)


@pytest.mark.parametrize("document", [{}, {"panels": "x"}, {"templating": []}, {"panels": [{"type": "table"}]}])
def test_what_is_no_dashboard_is_told_and_not_fallen_over(document):
    assert problems({"x": document})
