"""What the address of the list asks for."""

import pytest
from starlette.datastructures import QueryParams

from app.domain.incident import IncidentFilter
from app.web.incident_query import IncidentQuery


def query(text=""):
    return IncidentQuery.of(QueryParams(text))


def test_at_first_all_that_is_not_over():
    assert query().wanted == IncidentFilter(states=("open", "acknowledged"))


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("state=resolved", "states", ("resolved",)),
        ("state=all", "states", ("open", "acknowledged", "resolved")),
        ("severity=critical", "severities", ("critical",)),
        ("q=+cart+", "text", "cart"),
        ("namespace=shop", "namespace", "shop"),
        ("revision=v2", "revision", "v2"),
        ("q=%00%1b", "text", None),
    ],
)
def test_what_is_asked_for(text, name, value):
    assert getattr(query(text).wanted, name) == value


@pytest.mark.parametrize("text", ["state=nosuch", "severity=x", "sort=; drop", "silenced=maybe", "nosuch=1"])
def test_what_cannot_be_is_the_usual(text):
    assert query(text) == query()


def test_a_link_changes_one_thing_and_begins_anew():
    assert query("state=all&q=a b&cursor=xyz").but(sort="-growth") == "/?state=all&q=a+b&sort=-growth"


def test_the_usual_is_not_written_out():
    assert query("state=all").but(state="active") == "/"


def test_chips_are_taken_away_one_by_one():
    assert list(query("namespace=shop&revision=v2").chips()) == [
        ("namespace", "shop", "/?revision=v2"),
        ("revision", "v2", "/?namespace=shop"),
    ]
