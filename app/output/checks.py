"""What the lint and the tools say of rules, and what came of promtool's tests: tables and documents."""

from collections.abc import Sequence
from typing import TextIO

from rich.console import Console
from rich.text import Text

from app.output.document import Document
from app.output.dump import dump
from app.output.fitted import Column, fitted_table, plain_console
from app.output.formats import ExplanationFormat, Format
from app.rules.checking import Asked, Checked
from app.rules.testing import Outcome

_COMPLAINTS = (Column("FILE"), Column("RULE"), Column("CHECK", leave_out=1), Column("TO MEND"))
_OUTCOMES = (
    Column("PACK"),
    Column("ALERTS", right=True, leave_out=1),
    Column("SITUATIONS", right=True),
    Column("FAILED", right=True),
    Column("RESULT"),
)


def write_checked(checked: Checked, form: ExplanationFormat, out: TextIO) -> None:
    """Write what was found."""
    if form is not ExplanationFormat.TABLE:
        dump(_checked_document(checked), Format(form), out)
        return
    console = plain_console(Console(file=out))
    if checked.complaints:
        rows = [[Text(one.file), Text(one.rule), Text(one.code), Text(one.text)] for one in checked.complaints]
        console.print(fitted_table(console, _COMPLAINTS, rows))
        console.print()
    for asked in checked.tools:
        console.print(_told(asked), soft_wrap=True)
        if asked.ok is False:
            console.print(Text(asked.text), soft_wrap=True)
    found, files = len(checked.complaints), checked.files
    console.print(
        Text(
            f"{files} {'file' if files == 1 else 'files'}: {found or 'nothing'} to mend"
            f"{'' if checked.ok or found else ' of our own, see above'}"
        ),
        soft_wrap=True,
    )


def write_outcomes(outcomes: Sequence[Outcome], form: ExplanationFormat, out: TextIO) -> None:
    """Write what came of the tests, and promtool's words on those that failed."""
    if form is not ExplanationFormat.TABLE:
        dump({"tests": [_outcome_document(one) for one in outcomes]}, Format(form), out)
        return
    console = plain_console(Console(file=out))
    rows = [
        [
            Text(one.name),
            Text(str(one.alerts)),
            Text(str(one.situations)),
            Text(str(len(one.failed))),
            Text("ok", style="green") if one.ok else Text("FAILED", style="bold red"),
        ]
        for one in outcomes
    ]
    console.print(fitted_table(console, _OUTCOMES, rows))
    for one in outcomes:
        if not one.ok:
            console.print(Text(f"\n{one.name}: {', '.join(one.failed)}", style="bold"), soft_wrap=True)
            console.print(Text(one.said), soft_wrap=True)


def _told(asked: Asked) -> Text:
    if asked.ok is None:
        return Text(f"{asked.tool}: not asked: {asked.text.removeprefix('is ')}", style="dim")
    return Text(f"{asked.tool}: ok", style="green") if asked.ok else Text(f"{asked.tool}: FAILED", style="bold red")


def _checked_document(checked: Checked) -> Document:
    return {
        "ok": checked.ok,
        "files": checked.files,
        "complaints": [
            {"file": one.file, "rule": one.rule or None, "check": one.code, "text": one.text}
            for one in checked.complaints
        ],
        "tools": [{"tool": one.tool, "ok": one.ok, "text": one.text} for one in checked.tools],
    }


def _outcome_document(one: Outcome) -> Document:
    return {
        "name": one.name,
        "ok": one.ok,
        "alerts": one.alerts,
        "situations": one.situations,
        "failed": list(one.failed),
        "said": one.said or None,
    }
