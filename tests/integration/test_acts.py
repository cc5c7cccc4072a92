"""`leakwatch incidents acknowledge` and its kin, and `leakwatch silences`, as their user meets them."""

import pytest

from app.prometheus.recording.demo import demo_recording

SCAN = ("scan", "--recording", demo_recording(), "--namespace", "data", "--output", "json")


@pytest.fixture
def kept(leakwatch):
    """The command, once it has kept the one leak there is as incident 1."""
    assert leakwatch(*SCAN).status == 0
    return leakwatch


def test_the_life_of_an_incident(kept):
    for arguments, says in (
        (("acknowledge", "1", "--by", "ann"), "incident 1: acknowledged\n"),
        (("acknowledge", "1", "--by", "bob"), "incident 1: it was so already: acknowledged\n"),
        (("assign", "1", "--to", "bob"), "incident 1: acknowledged, assigned to bob\n"),
        (("comment", "1", "it is the new cache", "--by", "bob"), "incident 1: acknowledged, assigned to bob\n"),
        (("unacknowledge", "1"), "incident 1: open, assigned to bob\n"),
        (("assign", "1", "--nobody"), "incident 1: open\n"),
        (("resolve", "1", "--comment", "rolled back"), "incident 1: resolved\n"),
        (("reopen", "1"), "incident 1: open\n"),
    ):
        assert kept("incidents", *arguments).out == says
    shown = kept("incidents", "show", "1").out
    assert "acknowledged by ann: somebody deals with it" in shown
    assert "commented by bob: it is the new cache" in shown


def test_one_incident_silenced_and_told_again(kept):
    said = kept("incidents", "silence", "1", "--for", "2h", "--comment", "deploying", "-o", "json").document
    assert said["silenced_until"].endswith("Z")
    assert "incident 1" in kept("silences", "list").out
    assert kept("incidents", "unsilence", "1").out == "incident 1: open\n"
    assert kept("silences", "list").out == "No silences of that kind.\n"


def test_silences_are_added_listed_and_ended(kept):
    kept("silences", "add", "namespace=shop", "workload=~ca.*", "--for", "1d", "--comment", "batch", "--by", "ann")
    (silence,) = kept("silences", "list", "-o", "json").document["silences"]
    assert (silence["state"], silence["author"], silence["matchers"][1]["op"]) == ("active", "ann", "=~")
    assert kept("silences", "end", "1").out == "silence 1: ended\n"
    assert kept("silences", "end", "1").out == "silence 1: was over already\n"
    assert kept("silences", "list", "--all", "-o", "json").document["silences"][0]["state"] == "expired"


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("incidents", "acknowledge", "99"), 1, "there is no incident 99"),
        (("incidents", "resolve", "1", "--comment", ""), 2, "comment: must not be empty"),
        (("incidents", "assign", "1"), 2, "--to: give it or --nobody"),
        (("incidents", "silence", "1", "--comment", "x"), 2, "--for: give it or --until"),
        (("incidents", "silence", "1", "--until", "nan", "--comment", "x"), 2, "--until: 'nan' is no time"),
        (("incidents", "silence", "1", "--until", "2001-01-01T00:00:00Z", "--comment", "x"), 2, "later than now"),
        (("silences", "add", "pod=x", "--for", "1h", "--comment", "x"), 2, "MATCHER: 'pod=x' is no matcher"),
        (("silences", "add", "workload=~(", "--for", "1h", "--comment", "x"), 2, "has a ( without its )"),
        (("silences", "end", "9"), 1, "there is no silence 9"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(kept, arguments, status, says):
    done = kept(*arguments)
    assert (done.status, done.out) == (status, "")
    assert says in done.err
