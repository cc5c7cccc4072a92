"""A scan as a table: coloured on a terminal, plain in a pipe."""

import time

from rich.console import Console
from rich.text import Text

from app.domain.cost import Cost
from app.domain.finding import Evidence, Finding
from app.domain.scan import ScanReport
from app.durations import format_duration
from app.output.fitted import Column, fitted_table
from app.output.urgency import STYLES, by_urgency
from detectors.judgement import Verdict
from detectors.words import amount

_BARS = "▁▂▃▄▅▆▇█"
_SPARK_POINTS = 16
_COLUMNS = (
    Column("WORKLOAD"),
    Column("CONTAINER", leave_out=1),
    Column("VERDICT"),
    Column("PROB", right=True, leave_out=3),
    Column("GROWTH", right=True),
    Column("LIMIT IN", right=True),
    Column("SINCE", right=True, leave_out=4),
    Column("SUSPECT", leave_out=2),
    Column("PODS", right=True, leave_out=5),
    Column("FLOOR", leave_out=6),
)


def print_report(console: Console, report: ScanReport, findings: list[Finding]) -> None:
    """The table of the findings, most urgent first, and a closing line with what was looked at and what went wrong."""
    if findings:
        rows = [_cells(finding, report.window.end, several=bool(report.shards)) for finding in by_urgency(findings)]
        console.print(fitted_table(console, _COLUMNS, rows))
        console.print()
    console.print(Text(_closing(report, findings)), soft_wrap=True)
    if report.cost.queries:
        console.print(Text(_cost(report.cost), style="dim"), soft_wrap=True)
    for problem in report.problems:
        console.print(Text(f"note: {problem.text}", style="yellow"), soft_wrap=True)
    if not report.complete:
        console.print(
            Text("The scan is incomplete: what is not listed is not known to be healthy.", style="bold yellow")
        )


def sparkline(evidence: Evidence) -> str:
    """The floor of the first pod, which is the most telling one, in sixteen bars; spaces where it did not run."""
    if not evidence.pods:
        return ""
    floor = evidence.pods[0].floor
    width = max(-(-len(floor) // _SPARK_POINTS), 1)
    groups = [[v for v in floor[i : i + width] if v is not None] for i in range(0, len(floor), width)]
    lows = [min(group) if group else None for group in groups]
    known = [low for low in lows if low is not None]
    if not known:
        return ""
    bottom, reach = min(known), max(max(known) - min(known), 1)
    return "".join(" " if low is None else _BARS[(low - bottom) * (len(_BARS) - 1) // reach] for low in lows)


def _cells(finding: Finding, now: float, *, several: bool) -> list[Text]:
    leaks = finding.verdict is Verdict.LEAK
    style = STYLES[finding.severity] if leaks else ("dim" if finding.verdict is Verdict.HEALTHY else "magenta")
    until = finding.time_to_limit
    since = "" if finding.onset_at is None else f"{format_duration(now - finding.onset_at)} ago"
    told = finding.verdict is not Verdict.INSUFFICIENT_DATA
    name = f"{finding.identity.namespace}/{finding.workload.name}"
    return [
        Text(f"{finding.identity.cluster}: {name}" if several else name),
        Text(finding.identity.container),
        Text(f"{finding.verdict.value} ({finding.severity.value})" if leaks else finding.verdict.value, style=style),
        Text(f"{finding.probability:.2f}" if told else "", style=style),
        Text(f"{amount(finding.growth_bytes_per_hour)}/h" if told else ""),
        Text(format_duration(until.p50) if until else ("no limit" if leaks and not finding.limit_bytes else "")),
        Text(since),
        Text(finding.revisions.suspect or ""),
        Text(f"{finding.pods_leaking}/{finding.pods_observed}"),
        Text(sparkline(finding.evidence), style=style),
    ]


def _closing(report: ScanReport, findings: list[Finding]) -> str:
    leaks = sum(finding.verdict is Verdict.LEAK for finding in findings)
    untold = sum(finding.verdict is Verdict.INSUFFICIENT_DATA for finding in report.findings)
    span = format_duration(report.window.end - report.window.start)
    end = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(report.window.end))
    return (
        f"{leaks} {'leak' if leaks == 1 else 'leaks'} in {report.workloads} workloads "
        f"({report.containers} containers of pods, {report.samples} samples, {span} up to {end}, by {report.source}); "
        f"{untold} with too little data to tell"
    )


def _cost(cost: Cost) -> str:
    return (
        f"cost to the server: {cost.queries} {'query' if cost.queries == 1 else 'queries'}, {cost.samples} samples, "
        f"{amount(cost.bytes)}, {cost.seconds:.1f} s"
    )
