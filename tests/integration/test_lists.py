"""`leakwatch incidents list` and `leakwatch workloads`, as their user meets them: what is chosen, in which order."""

import csv
import io

import pytest
import yaml

from app.prometheus.recording.demo import demo_recording


@pytest.fixture
def kept(leakwatch):
    """The command, once it has scanned two namespaces of the demo cluster: 15 workloads, of which five leak."""
    demo = ("--recording", demo_recording(), "--namespace", "shop", "--namespace", "data", "--cluster", "eu-1")
    assert leakwatch("scan", *demo, "--output", "json").status == 0
    return leakwatch


def _names(kept, what, *options):
    listed = kept(what, "list", *options, "-o", "json").document[what]
    return [one["workload"] for one in listed]


def test_incidents_are_chosen_by_what_they_are(kept):
    everything = {"session-cache", "cart", "catalogue", "image-resizer", "notifications"}
    for options, names in (
        ((), everything),
        (("--severity", "critical"), {"cart", "image-resizer"}),
        (("--severity", "critical", "--severity", "info"), {"cart", "image-resizer", "notifications"}),
        (("--namespace", "data"), {"session-cache"}),
        (("--cluster", "eu-1"), everything),
        (("--cluster", ""), set()),
        (("--revision", "v2"), {"cart"}),
        (("--text", "CAT"), {"catalogue", "notifications"}),
        (("--text", "V2"), {"cart"}),
        (("--text", "%"), set()),
        (("--text", ""), everything),
    ):
        assert set(_names(kept, "incidents", *options)) == names, options


def test_incidents_are_listed_in_the_order_asked_for(kept):
    growth = _names(kept, "incidents", "--sort", "-growth")
    assert growth[:2] == ["image-resizer", "cart"]
    assert _names(kept, "incidents", "--sort", "growth") == growth[::-1]
    assert _names(kept, "incidents") == _names(kept, "incidents", "--sort", "limit_at")


def test_incidents_that_are_over_are_listed_when_asked_for(kept):
    kept("incidents", "resolve", "1", "--comment", "rolled back")
    kept("incidents", "acknowledge", "2")
    for options, states in (
        ((), ["acknowledged", "open"]),
        (("--all",), ["acknowledged", "open", "resolved"]),
        (("--state", "resolved"), ["resolved"]),
        (("--state", "resolved", "--state", "acknowledged"), ["acknowledged", "resolved"]),
    ):
        listed = kept("incidents", "list", *options, "-o", "json").document["incidents"]
        assert sorted({one["state"] for one in listed}) == states, options


@pytest.mark.parametrize("what", ["incidents", "workloads"])
def test_what_a_limit_cuts_off_is_said(kept, what):
    done = kept(what, "list", "--limit", "2", "-o", "json")
    assert len(done.document[what]) == 2
    assert done.err == "leakwatch: there are more than 2; raise --limit to see them\n"


def test_workloads_are_chosen_and_put_in_order(kept):
    every = _names(kept, "workloads")
    leaks = {"session-cache", "cart", "catalogue", "image-resizer", "notifications"}
    assert set(every[:5]) == leaks
    assert len(every) > 5
    for options, names in (
        (("--verdict", "leak"), leaks),
        (("--verdict", "leak", "--verdict", "healthy"), set(every)),
        (("--verdict", "leak", "--namespace", "data"), {"session-cache"}),
        (("--cluster", "us-1"), set()),
        (("--text", "cAr"), {"cart"}),
    ):
        assert set(_names(kept, "workloads", *options)) == names, options
    assert _names(kept, "workloads", "--sort", "probability") == every[::-1]


def test_workloads_as_table_and_documents(kept):
    table = kept("workloads", "list").out.splitlines()
    assert table[0].split() == ["FINGERPRINT", "WORKLOAD", "CONTAINER", "VERDICT", "PROB", "GROWTH", "JUDGED"]
    assert any("eu-1/shop/cart" in line and " leak " in line for line in table)
    listed = kept("workloads", "list", "-o", "json").document["workloads"]
    assert yaml.safe_load(kept("workloads", "list", "-o", "yaml").out) == {"workloads": listed}
    rows = list(csv.DictReader(io.StringIO(kept("workloads", "list", "-o", "csv").out)))
    assert [row["fingerprint"] for row in rows] == [one["fingerprint"] for one in listed]
    assert kept("workloads", "list", "--text", "nothing-like-it").out == "No workloads of that kind.\n"


def test_one_workload_with_its_history(kept):
    (cart,) = kept("workloads", "list", "--text", "cart", "-o", "json").document["workloads"]
    shown = kept("workloads", "show", cart["fingerprint"]).out
    assert "shop/cart, container app: leak" in shown
    assert "[rising_floor]" in shown
    document = kept("workloads", "show", cart["fingerprint"], "-o", "json").document
    assert [past["verdict"] for past in document.pop("history")] == ["leak"]
    assert document == cart
    (row,) = csv.DictReader(io.StringIO(kept("workloads", "show", cart["fingerprint"], "-o", "csv").out))
    assert row["verdict"] == "leak"


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("workloads", "show", "0123"), 1, "no workload with the fingerprint 0123 was ever scanned"),
        (("workloads", "list", "--verdict", "maybe"), 2, "--verdict"),
        (("workloads", "list", "--sort", "name"), 2, "--sort"),
        (("workloads", "list", "--limit", "0"), 2, "--limit"),
        (("workloads", "show", "\udcff"), 2, "a text holds what is not UTF-8"),
        (("incidents", "list", "--text", "\udcff"), 2, "a text holds what is not UTF-8"),
        (("incidents", "list", "--severity", "fatal"), 2, "--severity"),
        (("incidents", "list", "--sort", "name"), 2, "--sort"),
    ],
)
def test_what_cannot_be_asked_for_is_named(leakwatch, arguments, status, says):
    assert leakwatch("db", "upgrade").status == 0
    done = leakwatch(*arguments)
    assert (done.status, done.out) == (status, "")
    assert says in done.err
