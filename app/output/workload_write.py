"""Workloads on the command line: as tables for people, as documents for programs."""

import csv
from collections.abc import Sequence
from typing import TextIO

from rich.console import Console
from rich.text import Text

from app.domain.workload import JudgedWorkload, PastVerdict
from app.durations import format_duration
from app.output.document import Document, rfc3339
from app.output.dump import dump
from app.output.facts import facts_told
from app.output.fitted import Column, fitted_table, plain_console
from app.output.flat import safe_cell
from app.output.formats import Format
from app.output.workload import past_document, workload_document
from detectors.judgement import Verdict
from detectors.words import amount, percent

_COLUMNS = (
    Column("FINGERPRINT", leave_out=2),
    Column("WORKLOAD"),
    Column("CONTAINER", leave_out=1),
    Column("VERDICT"),
    Column("PROB", right=True),
    Column("GROWTH", right=True),
    Column("JUDGED", right=True, leave_out=3),
)
_PAST_COLUMNS = (
    Column("AT"),
    Column("VERDICT"),
    Column("PROB", right=True),
    Column("GROWTH", right=True),
    Column("MEMORY", right=True),
    Column("SCAN", right=True, leave_out=1),
)
_CSV_COLUMNS = (
    *("fingerprint", "cluster", "namespace", "workload", "container", "verdict", "probability"),
    *("growth_bytes_per_hour", "judged_at", "scan_id"),
)
_PAST_CSV_COLUMNS = ("at", "scan_id", "verdict", "probability", "growth_bytes_per_hour", "current_bytes")
_STYLES = {Verdict.LEAK: "yellow", Verdict.HEALTHY: "", Verdict.INSUFFICIENT_DATA: "dim"}


def write_workloads(workloads: Sequence[JudgedWorkload], form: Format, out: TextIO, now: float) -> None:
    """Write a list in the order given. now: unix seconds, against which ages are told."""
    documents = [workload_document(one) for one in workloads]
    if form is Format.TABLE:
        console = plain_console(Console(file=out))
        if workloads:
            console.print(fitted_table(console, _COLUMNS, [_cells(one, now) for one in workloads]))
        else:
            console.print("No workloads of that kind.")
    elif form is Format.CSV:
        _write_csv(documents, _CSV_COLUMNS, out)
    else:
        dump({"workloads": documents}, form, out)


def write_workload(
    workload: JudgedWorkload, history: Sequence[PastVerdict], form: Format, out: TextIO, now: float
) -> None:
    """Write one with its history, newest first; as CSV the history alone."""
    past = [past_document(one) for one in history]
    if form is Format.TABLE:
        _print_one(plain_console(Console(file=out)), workload, history, now)
    elif form is Format.CSV:
        _write_csv(past, _PAST_CSV_COLUMNS, out)
    else:
        dump({**workload_document(workload), "history": past}, form, out)


def _cells(workload: JudgedWorkload, now: float) -> list[Text]:
    identity = workload.identity
    return [
        Text(workload.fingerprint),
        Text("/".join(part for part in (identity.cluster, identity.namespace, identity.workload) if part)),
        Text(identity.container),
        Text(workload.verdict.value, style=_STYLES[workload.verdict]),
        Text(percent(workload.probability)),
        Text(f"{amount(workload.growth_bytes_per_hour)}/h"),
        Text(f"{format_duration(max(now - workload.judged_at, 0.0))} ago"),
    ]


def _print_one(console: Console, workload: JudgedWorkload, history: Sequence[PastVerdict], now: float) -> None:
    identity = workload.identity
    head = Text.assemble(
        (f"{identity.namespace}/{identity.workload}", "bold"),
        f", container {identity.container}: ",
        (workload.verdict.value, _STYLES[workload.verdict]),
        f", {percent(workload.probability)}",
    )
    console.print(head, soft_wrap=True)
    facts = {
        "cluster": identity.cluster,
        "growth": f"{amount(workload.growth_bytes_per_hour)}/h",
        "judged": f"{rfc3339(workload.judged_at)} ({format_duration(max(now - workload.judged_at, 0.0))} ago)",
        "by": f"scan {workload.scan_id}",
    }
    for name, value in facts.items():
        if value:
            console.print(Text(f"  {name:<13}{value}"), soft_wrap=True)
    told = workload.finding.get("kubernetes")
    if told is not None:
        console.print(Text("\nIn the cluster", style="bold"))
        for name, value in facts_told(told):
            console.print(Text(f"  {name:<13}{value}"), soft_wrap=True)
    console.print(Text("\nWhy", style="bold"))
    for reason in workload.finding["reasons"]:
        console.print(Text(f"  {reason['text']} [{reason['code']}]"), soft_wrap=True)
    console.print(Text("\nHistory", style="bold"))
    console.print(fitted_table(console, _PAST_COLUMNS, [_past_cells(one) for one in history]))


def _past_cells(past: PastVerdict) -> list[Text]:
    return [
        Text(rfc3339(past.at)),
        Text(past.verdict.value, style=_STYLES[past.verdict]),
        Text(percent(past.probability)),
        Text(f"{amount(past.growth_bytes_per_hour)}/h"),
        Text(amount(past.current_bytes)),
        Text(str(past.scan_id)),
    ]


def _write_csv(documents: Sequence[Document], columns: Sequence[str], out: TextIO) -> None:
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: safe_cell(value) for name, value in document.items()} for document in documents)
