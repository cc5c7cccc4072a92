"""A backtest for people: a line a workload with a bar of its time, and what it comes to in all."""

from rich.console import Console
from rich.text import Text

from app.domain.backtest import Course
from app.domain.backtest_report import BacktestReport, Summary, Truth
from app.durations import format_duration
from app.output.backtest import notable
from app.output.document import rfc3339
from app.output.fitted import Column, fitted_table, fitted_width
from app.output.urgency import STYLES
from detectors.judgement import Verdict

KILLED, FLAGGED, HEALTHY, UNTOLD = "x", "█", "·", " "
_PLAIN_BAR = 60
_LEAST_BAR, _LONGEST_BAR = 24, 168
_COLUMNS = (
    Column("WORKLOAD"),
    Column("CONTAINER", leave_out=2),
    Column("SEVERITY", leave_out=3),
    Column("FIRST FLAGGED"),
    Column("FLAPS", right=True, leave_out=4),
    Column("INCIDENTS", right=True, leave_out=5),
    Column("OOM KILLS", right=True),
    Column("LEAST LEAD", right=True, leave_out=1),
)


def print_backtest(console: Console, report: BacktestReport) -> None:
    """The table, with bars as long as the console leaves room for, and the closing lines."""
    courses = notable(report)
    if courses:
        rows = [_cells(course) for course in courses]
        room = console.width - fitted_width(console, _COLUMNS, rows, _LEAST_BAR) if console.is_terminal else _PLAIN_BAR
        width = max(min(room, _LONGEST_BAR, report.scans), 1)
        columns = (*_COLUMNS, Column(f"{'TIME':<{width}}"))
        bars = [Text(timeline(course, report, width), style=_style(course)) for course in courses]
        console.print(fitted_table(console, columns, [[*row, bar] for row, bar in zip(rows, bars, strict=True)]))
        legend = f"{FLAGGED} flagged  {HEALTHY} healthy  {KILLED} OOM kill  blank: no data, or too little"
        console.print(Text(legend, style="dim"), soft_wrap=True)
        console.print()
    for line in _closing(report):
        console.print(Text(line), soft_wrap=True)
    for problem in report.problems:
        console.print(Text(f"note: {problem.text}", style="yellow"), soft_wrap=True)
    if not report.complete:
        text = "The backtest is incomplete: what is not listed may have been flagged too."
        console.print(Text(text, style="bold yellow"))


def timeline(course: Course, report: BacktestReport, width: int) -> str:
    """The period as `width` characters, each the gravest of what happened in its part of the time."""
    count = len(course.verdicts)
    width = min(width, count)
    cells = [UNTOLD] * width
    rank = {UNTOLD: 0, HEALTHY: 1, FLAGGED: 2}
    shown = {Verdict.LEAK: FLAGGED, Verdict.HEALTHY: HEALTHY}
    for index, verdict in enumerate(course.verdicts):
        mark = UNTOLD if verdict is None else shown.get(verdict, UNTOLD)
        cell = index * width // count
        cells[cell] = max(cells[cell], mark, key=rank.__getitem__)
    for kill in course.oom_kills:
        scan = min(int((kill.at - report.period.start) // report.period.step_seconds), count - 1)
        cells[scan * width // count] = KILLED
    return "".join(cells)


def _cells(course: Course) -> list[Text]:
    kills = course.oom_kills
    warned = [kill.lead_seconds for kill in kills if kill.lead_seconds is not None]
    name = "/".join(part for part in (course.identity.cluster, course.identity.namespace, course.workload.name) if part)
    lead = f"{format_duration(min(warned))}" if warned else ("not warned" if kills else "")
    return [
        Text(name),
        Text(course.identity.container),
        Text(course.severity.value if course.spans else "", style=_style(course)),
        Text(rfc3339(course.spans[0].begin) if course.spans else "never"),
        Text(str(course.flaps)),
        Text(str(len(course.incidents))),
        Text(f"{len(warned)}/{len(kills)} warned" if kills else ""),
        Text(lead),
    ]


def _style(course: Course) -> str:
    return STYLES[course.severity] if course.spans else "magenta"


def _closing(report: BacktestReport) -> list[str]:
    summary = report.summary
    every, period = format_duration(report.period.step_seconds), format_duration(report.period.seconds)
    lines = [
        f"{report.scans} scans, one each {every} for {period} up to {rfc3339(report.period.end)}, "
        f"{format_duration(report.window.seconds)} each, by {report.source}: {summary.workloads} workloads "
        f"({report.containers} containers of pods, {report.samples} samples), "
        f"{summary.workload_weeks:.1f} workload-weeks",
        f"{_count(summary.flagged, 'workload')} flagged, "
        f"{summary.faded} of them neither killed nor still flagged at the end; "
        f"{_count(summary.flaps, 'flap')}; "
        f"{_count(summary.incidents, 'incident')}{_rate(summary.incidents_per_workload_week)}",
        _kills(summary),
    ]
    return [*lines, *_truth(summary.truth)] if summary.truth else lines


def _kills(summary: Summary) -> str:
    if not summary.oom_kills:
        return "no OOM kills in that time"
    lead = summary.median_lead_seconds
    warned = f"{summary.oom_kills_warned} of {summary.oom_kills} OOM kills warned of before"
    return warned if lead is None else f"{warned}, {format_duration(lead)} before in the median"


def _truth(truth: Truth) -> list[str]:
    def share(value: float | None) -> str:
        return "none" if value is None else f"{value:.2f}"

    lines = [
        f"against the labels of {truth.labelled} workloads: precision {share(truth.precision)}, "
        f"recall {share(truth.recall)}; {_count(truth.false_incidents, 'false incident')}"
        f"{_rate(truth.false_incidents_per_workload_week)} of those that do not leak"
    ]
    for what, names in (("wrongly flagged", truth.wrongly_flagged), ("missed", truth.missed)):
        if names:
            lines.append(f"{what}: {', '.join('/'.join(name) for name in names)}")
    return lines


def _count(number: int, what: str) -> str:
    return f"{number} {what if number == 1 else what + 's'}"


def _rate(value: float | None) -> str:
    return "" if value is None else f", {value:.2f} a workload-week"
