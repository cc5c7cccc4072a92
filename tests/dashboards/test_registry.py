"""What holds of every dashboard, whatever the options."""

import json
from collections import Counter
from pathlib import Path

import pytest

from dashboards import interpolation
from dashboards.builder import document
from dashboards.model import FeedAnnotation, MetricAnnotation, Options
from dashboards.registry import DASHBOARDS

GUIDE = Path(__file__).resolve().parents[2] / "docs/dashboards.md"
PLAIN = Options()
WHOLE = Options(
    public_url="https://leakwatch.example.org",
    feed_url="https://leakwatch.example.org",
    infinity_uid="leakwatch",
    cadvisor='job="kubelet",container!=""',
    kube_state_metrics='job="ksm"',
)


@pytest.fixture(params=DASHBOARDS, ids=lambda kind: kind.name)
def kind(request):
    return request.param


def test_names_and_uids_are_unique():
    assert len({one.name for one in DASHBOARDS}) == len({one.uid for one in DASHBOARDS}) == len(DASHBOARDS)


def test_links_that_people_keep_stay_good(kind):
    """A uid never changes: bookmarks and links of alerts have it."""
    assert kind.uid == f"leakwatch-{kind.name}"
    assert kind.build(PLAIN).uid == kind.uid


@pytest.mark.parametrize("options", [PLAIN, WHOLE], ids=["plain", "whole"])
def test_the_same_options_give_the_same_document(kind, options):
    assert json.dumps(document(kind, options)) == json.dumps(document(kind, options))


def test_titles_of_panels_are_unique(kind):
    count = Counter(panel.title for panel in kind.build(PLAIN).panels)
    assert [title for title, times in count.items() if times > 1] == []


def test_every_panel_says_what_it_shows(kind):
    for panel in kind.build(PLAIN).panels:
        assert panel.description.endswith("."), panel.title
        assert panel.description != panel.title


def test_queries_use_the_variables_that_there_are(kind):
    dashboard = kind.build(PLAIN)
    known = {variable.name for variable in dashboard.variables} | set(interpolation.BUILT_IN)
    for where, query in dashboard.queries():
        assert interpolation.used(query) <= known, where


def test_a_feed_that_is_known_is_drawn_and_prometheus_otherwise(kind):
    with_feed, without = kind.build(WHOLE).annotations, kind.build(PLAIN).annotations
    assert all(isinstance(one, FeedAnnotation) for one in with_feed)
    assert all(isinstance(one, MetricAnnotation) for one in without)
    assert [one.name for one in with_feed] == [one.name for one in without]


def test_incidents_are_linked_where_their_pages_are_known():
    fleet = next(one for one in DASHBOARDS if one.name == "fleet")
    page = "https://leakwatch.example.org/incidents/${__data.fields.incident_id}"
    assert page in json.dumps(document(fleet, WHOLE))
    assert "/incidents/" not in json.dumps(document(fleet, PLAIN))


def test_the_guide_tells_of_it(kind):
    assert f"## {kind.build(PLAIN).title}\n" in GUIDE.read_text(encoding="utf-8")
