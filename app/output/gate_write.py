"""A gate's answer on the command line: words and a table for people, one document for programs."""

from typing import TextIO

import yaml
from rich.console import Console
from rich.text import Text

from app.domain.gate import Answer, ContainerGate
from app.durations import format_duration
from app.output.dump import dump
from app.output.fitted import Column, fitted_table, plain_console
from app.output.formats import ExplanationFormat, Format
from app.output.gate_document import answer_document
from app.text import printable
from detectors.canary.outcome import Basis, Outcome, Side
from detectors.judgement import Reason
from detectors.words import amount

STYLES = {Outcome.PASS: "bold green", Outcome.FAIL: "bold red", Outcome.INCONCLUSIVE: "bold yellow"}
_COLUMNS = (
    Column(""),
    Column("REVISION"),
    Column("PODS", right=True),
    Column("AGE", right=True),
    Column("MEMORY", right=True),
    Column("GROWTH", right=True),
    Column("CPU", right=True, leave_out=1),
    Column("LIMIT", right=True, leave_out=2),
    Column("OOM KILLS", right=True, leave_out=3),
)


def write_answer(answer: Answer, form: ExplanationFormat, out: TextIO) -> None:
    """Write it to a stream."""
    if form is ExplanationFormat.TABLE:
        _print(plain_console(Console(file=out)), answer)
    elif form is ExplanationFormat.YAML:
        yaml.safe_dump(answer_document(answer), out, sort_keys=False, allow_unicode=True)
    else:
        dump(answer_document(answer), Format.JSON, out)


def in_short(answer: Answer) -> str:
    """The verdict and the first reason, in a line."""
    why = f": {answer.reasons[0].text}" if answer.reasons else ""
    return printable(f"{answer.outcome.value}{why}", 200)


def _print(console: Console, answer: Answer) -> None:
    question = answer.question
    headline = Text(f"{printable(question.namespace)}/{printable(question.workload)}  ")
    headline.append(answer.outcome.value, style=STYLES[answer.outcome])
    console.print(headline)
    if not answer.containers:
        _reasons(console, answer.reasons)
    for one in answer.containers:
        _container(console, one, alone=len(answer.containers) == 1)
    for problem in answer.problems:
        console.print(Text(f"note: {problem.text}", style="yellow"), soft_wrap=True)
    if answer.outcome is Outcome.INCONCLUSIVE and answer.seconds_until_more is not None:
        text = f"It may be told in {format_duration(answer.seconds_until_more)}."
        console.print(Text(text, style="dim"), soft_wrap=True)


def _container(console: Console, one: ContainerGate, *, alone: bool) -> None:
    comparison = one.comparison
    console.print()
    if not alone:
        line = Text(f"{printable(one.container)}  ")
        line.append(comparison.outcome.value, style=STYLES[comparison.outcome])
        console.print(line)
    rows = [_cells("stable", one.stable, comparison.stable), _cells("canary", one.canary, comparison.canary)]
    console.print(fitted_table(console, _COLUMNS, rows))
    if comparison.stable.basis is Basis.LAST_HOUR:
        text = "the stable's figures are those of the last hour it was seen"
        console.print(Text(text, style="dim"), soft_wrap=True)
    if comparison.excess_bytes_per_hour is not None and comparison.interval is not None:
        low, high = comparison.interval
        text = f"beyond the stable: {amount(comparison.excess_bytes_per_hour)}/h ({amount(low)}/h to {amount(high)}/h, "
        text += f"80 %); probability that it grows where the stable did not: {comparison.probability:.3f}"
        console.print(Text(text), soft_wrap=True)
    _reasons(console, comparison.reasons)


def _reasons(console: Console, reasons: tuple[Reason, ...]) -> None:
    for reason in reasons:
        console.print(Text(f"  - {reason.text}"), soft_wrap=True)


def _cells(name: str, revision: str | None, side: Side) -> list[Text]:
    return [
        Text(name),
        Text(printable(revision) if revision else "?"),
        Text(str(side.pods)),
        Text(format_duration(side.age_seconds)),
        Text("" if side.level_bytes is None else amount(side.level_bytes)),
        Text("" if side.growth_bytes_per_hour is None else f"{amount(side.growth_bytes_per_hour)}/h"),
        Text("" if side.cores is None else f"{side.cores:.3g}"),
        Text("none" if side.limit_bytes is None else amount(side.limit_bytes)),
        Text(str(side.oom_kills)),
    ]
