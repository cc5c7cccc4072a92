"""Reports for people and for spreadsheets."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from app.domain.finding import Evidence, PodEvidence, Severity
from app.domain.scan import Problem
from app.output.flat import csv_of
from app.output.formats import Format
from app.output.table import print_report, sparkline
from app.output.urgency import by_urgency
from app.output.write import write_report
from detectors.judgement import Quantiles, Reason, Verdict
from tests.support.findings import finding, report


def _table(scan, findings, width=300):
    out = io.StringIO()
    print_report(Console(file=out, width=width, color_system=None), scan, findings)
    return out.getvalue()


def _evidence(*floor):
    pod = PodEvidence("p", None, True, floor, floor, (), ())
    return Evidence(tuple(float(i) for i in range(len(floor))), (pod,))


@pytest.mark.parametrize(
    ("floor", "bars"),
    [((0, 7), "▁█"), ((3, 3, 3), "▁▁▁"), ((0, None, 7), "▁ █"), ((None, None), ""), ((), "")],
    ids=["rises", "flat", "a gap", "nothing", "empty"],
)
def test_sparkline(floor, bars):
    assert sparkline(_evidence(*floor)) == bars


def test_a_long_series_has_sixteen_bars_at_most():
    assert len(sparkline(_evidence(*range(240)))) <= 16


def test_most_urgent_first():
    later = finding("later", time_to_limit=Quantiles(9e5, 9e5, 9e5))
    sooner = finding("sooner", time_to_limit=Quantiles(1e5, 1e5, 1e5))
    unlimited = finding("unlimited", time_to_limit=None)
    critical = finding("critical", severity=Severity.CRITICAL)
    healthy, untold = finding("h", Verdict.HEALTHY), finding("u", Verdict.INSUFFICIENT_DATA)
    ordered = by_urgency([healthy, untold, unlimited, later, sooner, critical])
    assert [one.workload.name for one in ordered] == ["critical", "sooner", "later", "unlimited", "u", "h"]


def test_a_leak_without_a_limit_says_so():
    leak = finding(time_to_limit=None, limit_bytes=None)
    assert "no limit" in _table(report(leak), [leak])


def test_what_cannot_be_told_shows_no_figures():
    untold = finding("web", Verdict.INSUFFICIENT_DATA)
    row = next(line for line in _table(report(untold), [untold]).splitlines() if line.startswith("shop/web"))
    assert "MiB" not in row


def test_an_incomplete_scan_says_that_silence_is_no_news():
    scan = report(complete=False, problems=(Problem("batch_unread", "3 containers could not be read"),))
    shown = _table(scan, [])
    assert "note: 3 containers could not be read" in shown
    assert "not known to be healthy" in shown


@pytest.mark.parametrize(
    ("width", "header"),
    [
        (130, "WORKLOAD CONTAINER VERDICT PROB GROWTH LIMIT IN SINCE SUSPECT PODS FLOOR"),
        (80, "WORKLOAD CONTAINER VERDICT PROB GROWTH LIMIT IN SUSPECT"),
        (60, "WORKLOAD VERDICT GROWTH LIMIT IN"),
    ],
)
def test_a_narrow_terminal_shows_what_matters_and_cuts_nothing(width, header):
    leak = finding("a-long-name", suspect="v2")
    lines = _table(report(leak), [leak], width).splitlines()
    assert " ".join(lines[0].split()) == header
    assert lines[1].startswith("shop/a-long-name")
    assert len(lines[1]) <= width


def test_a_name_that_is_too_long_is_folded_and_not_cut():
    leak = finding("x" * 100)
    shown = _table(report(leak), [leak], 60)
    assert shown.count("x") == 100


def test_markup_in_names_is_shown_as_it_is():
    leak = finding("[red]x[/red]")
    assert "shop/[red]x[/red]" in _table(report(leak), [leak])


def test_a_cell_is_never_a_formula():
    leak = finding("=1+1", reasons=(Reason("rising_floor", "+1 MiB"),))
    text = csv_of([leak])
    assert "'=1+1" in text
    assert "'+1 MiB" in text


@pytest.mark.parametrize("form", list(Format))
def test_every_form_writes_a_report_without_findings(form):
    out = io.StringIO()
    write_report(report(), [], form, out)
    assert out.getvalue()


def test_numbers_below_zero_stay_numbers_in_csv():
    assert ",-5.0," in csv_of([replace(finding(), growth_bytes_per_hour=-5.0)])
