"""`leakwatch incidents not-a-leak` and `is-a-leak`, as their user meets them."""

import csv
import getpass
import io

import pytest

from app.prometheus.recording.demo import demo_recording

SCAN = ("scan", "--recording", demo_recording(), "--namespace", "data", "--output", "json", "--fail-on-leak")
SAY = ("incidents", "not-a-leak", "1", "--comment", "it fills up to maxmemory")
TAKE_BACK = ("incidents", "is-a-leak", "1")


@pytest.fixture
def kept(leakwatch):
    """The command, once it has kept the one leak there is as incident 1."""
    assert leakwatch(*SCAN).status == 3
    return leakwatch


def test_said_it_is_told_no_more_until_it_is_taken_back(kept):
    said = kept(*SAY, "--by", "ann")
    assert said.status == 0, said.err
    assert said.out.startswith("incident 1: accepted, up to ")
    assert ", by ann at " in said.out
    assert said.out.endswith(": it fills up to maxmemory\n")

    again = kept(*SCAN, "--all")
    assert (again.status, again.leaks) == (0, set())
    assert again.findings["data/session-cache"]["reasons"][0]["code"] == "accepted"
    assert kept("incidents", "list", "-o", "json").document == {"incidents": []}

    assert "nothing is accepted any more" in kept(*TAKE_BACK).out
    assert kept(*SCAN).leaks == {"data/session-cache"}


def test_show_tells_what_is_accepted(kept):
    kept(*SAY, "--by", "ann")
    shown = kept("incidents", "show", "1").out
    assert "  accepted     up to " in shown
    assert "not_a_leak by ann: accepted up to " in shown
    kept(*TAKE_BACK, "--by", "bob")
    shown = kept("incidents", "show", "1").out
    assert "  accepted " not in shown
    assert "is_a_leak by bob: " in shown


def test_said_twice_it_was_said_once(kept):
    kept(*SAY, "--by", "ann")
    again = kept(*SAY, "--by", "bob")
    assert (again.status, again.out.split(",")[0]) == (0, "incident 1: was accepted already")
    assert ", by ann at " in again.out


def test_taken_back_where_nobody_said_it(kept):
    done = kept(*TAKE_BACK)
    assert (done.status, done.out) == (0, "incident 1: nobody has said that it is no leak\n")


def test_who_says_it_is_who_is_logged_in(kept):
    assert kept(*SAY, "-o", "json").document["feedback"]["actor"] == getpass.getuser()


def test_json_is_the_incident_as_it_is_now(kept):
    said = kept(*SAY, "--by", "ann", "-o", "json").document
    shown = kept("incidents", "show", "1", "-o", "json").document
    assert said == shown
    assert (said["state"], said["feedback"]["comment"]) == ("resolved", "it fills up to maxmemory")
    assert said["feedback"]["level_bytes"] == said["finding"]["floor_bytes"]
    assert kept(*TAKE_BACK, "-o", "json").document["feedback"] is None


def test_csv_is_the_incident_as_it_is_now(kept):
    (row,) = csv.DictReader(io.StringIO(kept(*SAY, "-o", "csv").out))
    assert (row["id"], row["state"]) == ("1", "resolved")


def test_a_scan_that_keeps_nothing_heeds_nothing_and_says_so(kept):
    kept(*SAY)
    assert kept(*SCAN, "--no-store").leaks == {"data/session-cache"}
    assert "heed" in kept("scan", "--help").out


def test_an_explanation_heeds_it_unless_it_is_told_to_read_no_database(kept):
    kept(*SAY)
    explain = ("explain", "data/session-cache", "--recording", demo_recording(), "-o", "json")
    assert kept(*explain).findings["data/session-cache"]["reasons"][0]["code"] == "accepted"
    assert kept(*explain, "--no-store").leaks == {"data/session-cache"}


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["not-a-leak", "1"], 2, "--comment"),
        (["not-a-leak", "1", "--comment", ""], 2, "comment: must not be empty"),
        (["not-a-leak", "1", "--comment", "x", "--by", ""], 2, "by: must not be empty"),
        (["not-a-leak", "0", "--comment", "x"], 2, "ID"),
        (["not-a-leak", "9", "--comment", "x"], 1, "there is no incident 9"),
        (["is-a-leak", "9"], 1, "there is no incident 9"),
        (["is-a-leak", "9223372036854775808"], 2, "ID"),
    ],
)
def test_what_is_said_wrongly_is_named(kept, arguments, status, says):
    done = kept("incidents", *arguments)
    assert done.status == status
    assert says in done.err
    assert "Traceback" not in done.err
