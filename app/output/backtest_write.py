"""A backtest in the forms that there are."""

import csv
from typing import TextIO

from rich.console import Console

from app.domain.backtest import Course
from app.domain.backtest_report import BacktestReport
from app.output.backtest import backtest_document, course_document, notable
from app.output.backtest_table import print_backtest
from app.output.document import Document
from app.output.dump import dump
from app.output.fitted import plain_console
from app.output.flat import safe_cell
from app.output.formats import Format

_COLUMNS = (
    *("fingerprint", "cluster", "namespace", "workload_kind", "workload_name", "container", "severity"),
    *("first_flagged_at", "flagged_at_end", "faded", "probability", "flaps", "spans", "incidents"),
    *("oom_kills", "oom_kills_warned", "shortest_lead_seconds", "label"),
)


def write_backtest(report: BacktestReport, form: Format, out: TextIO) -> None:
    """Write a report to a stream."""
    if form is Format.TABLE:
        print_backtest(plain_console(Console(file=out)), report)
    elif form is Format.CSV:
        writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        for course in notable(report):
            writer.writerow({name: safe_cell(value) for name, value in _flat(report, course).items()})
    else:
        dump(backtest_document(report), form, out)


def _flat(report: BacktestReport, course: Course) -> Document:
    document = course_document(report, course)
    leads = [kill.lead_seconds for kill in course.oom_kills if kill.lead_seconds is not None]
    counted = {
        "workload_kind": course.workload.kind,
        "workload_name": course.workload.name,
        "spans": len(course.spans),
        "incidents": len(course.incidents),
        "oom_kills": len(course.oom_kills),
        "oom_kills_warned": len(leads),
        "shortest_lead_seconds": round(min(leads)) if leads else None,
    }
    return {name: counted[name] if name in counted else document[name] for name in _COLUMNS}
