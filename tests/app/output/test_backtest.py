"""How a backtest is written."""

import csv
import io
import json

import pytest
import yaml
from rich.console import Console

from app.domain.backtest import Evaluation, course_of
from app.domain.backtest_report import BacktestReport
from app.domain.finding import Identity, Severity, Workload
from app.domain.lifecycle import IncidentPolicy
from app.domain.scan import Problem, Seconds, Window
from app.output.backtest_table import print_backtest, timeline
from app.output.backtest_write import write_backtest
from app.output.formats import Format
from detectors.judgement import Verdict

START, HOUR = 1_800_000_000.0, 3600.0
POLICY = IncidentPolicy(86_400, 3, 21_600)
MEANING = {"L": Verdict.LEAK, "h": Verdict.HEALTHY, "?": Verdict.INSUFFICIENT_DATA, " ": None}


def course(name, letters, kills=()):
    evaluations = [
        Evaluation(START + hour * HOUR, MEANING[letter], 0.9, Severity.WARNING if letter == "L" else Severity.INFO)
        for hour, letter in enumerate(letters)
    ]
    told = [(START + hour * HOUR, f"{name}-1") for hour in kills]
    identity = Identity("", "shop", name, "app")
    return course_of(identity, Workload("Deployment", name), evaluations, told, POLICY, Window(0.0, 86_400.0, 300.0))


def report(*courses, labels=None, complete=True):
    scans = len(courses[0].verdicts) if courses else 12
    end = START + (scans - 1) * HOUR
    return BacktestReport(
        started_at=end,
        source="query_range",
        cluster="",
        period=Window(START, end, HOUR),
        window=Window(end - 86_400, end, 300.0),
        history_seconds=604_800.0,
        scans=scans,
        containers=len(courses),
        samples=1000,
        evaluations=scans * len(courses),
        judged=scans,
        complete=complete,
        problems=(Problem("windows_cut_short", "the first scans see less"),),
        seconds=Seconds(0.1, 0.2, 0.3),
        courses=courses,
        labels=labels,
    )


CART = course("cart", "?hhLLhLLLLLL", [2.5, 8.5])
QUIET = course("quiet", "h" * 12)
KILLED = course("killed", "h" * 12, [4.0])
FADES = course("fades", "LLh" + "h" * 9)
ALL = report(CART, QUIET, KILLED, FADES, labels={("shop", "cart"): True, ("shop", "fades"): False})


def _written(form, one=ALL):
    out = io.StringIO()
    write_backtest(one, form, out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("letters", "kills", "width", "bar"),
    [
        ("hhLL", (), 4, "··██"),
        ("?? h", (), 4, "   ·"),
        ("hhLL", (1,), 4, "·x██"),
        ("hhLL", (3,), 4, "··█x"),
        ("hhhhhhLh", (), 4, "···█"),
        ("?hhhhhhh", (), 2, "··"),
        ("hh", (), 60, "··"),
    ],
)
def test_the_bar_shows_the_gravest_of_each_part(letters, kills, width, bar):
    one = course("cart", letters, kills)
    assert timeline(one, report(one), width) == bar


def test_the_document():
    document = json.loads(_written(Format.JSON))
    assert list(document) == ["backtest", "summary", "workloads"]
    looked = document["backtest"]
    assert looked["period"] == {
        "start": "2027-01-15T08:00:00Z",
        "end": "2027-01-15T19:00:00Z",
        "every_seconds": HOUR,
    }
    assert looked["window"] == {"lookback_seconds": 86_400.0, "step_seconds": 300.0, "history_seconds": 604_800.0}
    assert set(document["summary"]) == {
        *("workloads", "workload_weeks", "flagged_workloads", "faded_workloads", "flagged_spans", "flaps"),
        *("incidents", "incidents_per_workload_week", "oom_kills", "truth"),
    }
    assert document["summary"]["oom_kills"] == {"total": 3, "warned": 1, "median_lead_seconds": 9000}
    assert document["summary"]["truth"]["wrongly_flagged"] == ["shop/fades"]


def test_workloads_are_in_order_of_time_and_those_that_nobody_was_warned_of_come_last():
    document = json.loads(_written(Format.JSON))
    assert [one["workload"]["name"] for one in document["workloads"]] == ["fades", "cart", "killed"]
    cart = document["workloads"][1]
    assert cart["first_flagged_at"] == "2027-01-15T11:00:00Z"
    assert cart["spans"] == [
        {"from": "2027-01-15T11:00:00Z", "to": "2027-01-15T12:00:00Z", "until": "2027-01-15T13:00:00Z"},
        {"from": "2027-01-15T14:00:00Z", "to": "2027-01-15T19:00:00Z", "until": None},
    ]
    assert (cart["flaps"], cart["flagged_at_end"], cart["faded"], cart["severity"]) == (1, True, False, "warning")
    assert cart["incidents"] == [{"opened_at": "2027-01-15T11:00:00Z", "resolved_at": None}]
    assert [(one["warned"], one["lead_seconds"]) for one in cart["oom_kills"]] == [(False, None), (True, 9000)]
    assert cart["verdicts"][:2] == ["insufficient_data", "healthy"]
    assert [one["label"] for one in document["workloads"]] == ["no_leak", "leak", None]


def test_yaml_says_what_json_says():
    assert yaml.safe_load(_written(Format.YAML)) == json.loads(_written(Format.JSON))


def test_csv_has_a_line_a_workload():
    rows = list(csv.DictReader(io.StringIO(_written(Format.CSV))))
    assert [row["workload_name"] for row in rows] == ["fades", "cart", "killed"]
    assert (rows[1]["oom_kills"], rows[1]["oom_kills_warned"], rows[1]["shortest_lead_seconds"]) == ("2", "1", "9000")


def test_the_table_in_a_pipe_is_plain_and_whole():
    text = _written(Format.TABLE)
    assert "\x1b" not in text
    assert " ·x██·██x███" in text
    assert "1/2 warned" in text
    assert "precision 0.50, recall 1.00; 1 false incident" in text
    assert "wrongly flagged: shop/fades" in text
    assert "note: the first scans see less" in text


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_the_table_fits_a_terminal(width):
    out = io.StringIO()
    long = [course(f"some-{letter}", "hL" * 200, [20]) for letter in "ab"]
    print_backtest(Console(file=out, force_terminal=True, width=width, color_system=None), report(*long))
    head, *rows = out.getvalue().splitlines()[:3]
    assert max(map(len, (head, *rows))) <= width
    assert [row.split()[0] for row in rows] == ["shop/some-a", "shop/some-b"]
    assert all("█" * 8 in row for row in rows)


def test_nothing_flagged_is_said_too():
    text = _written(Format.TABLE, report(QUIET))
    assert "0 workloads flagged" in text
    assert "no OOM kills in that time" in text


def test_what_was_not_seen_whole_is_said():
    assert "incomplete" in _written(Format.TABLE, report(QUIET, complete=False))
