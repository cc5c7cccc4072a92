"""A verification of rules: as a table for people, as documents for programs."""

import csv
from typing import TextIO

from rich.console import Console
from rich.text import Text

from app.domain.verification import Nearness, RuleVerdict, State, Verification
from app.output.document import rfc3339
from app.output.dump import dump
from app.output.fitted import Column, fitted_table, plain_console
from app.output.flat import safe_cell
from app.output.formats import Format
from app.output.verification import rule_document, verification_document

_COLUMNS = (
    Column("RULE"),
    Column("STATE"),
    Column("VALUE", right=True, leave_out=1),
    Column("FIRES AT", right=True, leave_out=1),
    Column("KIND", leave_out=3),
    Column("GROUP", leave_out=2),
)
# Of rules that have the same reason, so many are named; the machine formats name all.
_NAMES = 4
_STYLES = {
    State.ARMED: "green",
    State.NO_CASE: "green",
    State.UNKNOWN: "magenta",
    State.BLIND: "red",
    State.MISSING: "yellow",
}
_CSV_COLUMNS = (
    *("kind", "name", "group", "state", "data", "value", "op", "threshold", "health", "last_evaluation_at"),
    *("firing", "pending", "reasons", "notes"),
)


def write_verification(verification: Verification, form: Format, out: TextIO) -> None:
    """Write it, the rules that need work first."""
    if form is Format.TABLE:
        _print(plain_console(Console(file=out)), verification)
    elif form is Format.CSV:
        _write_csv(verification, out)
    else:
        dump(verification_document(verification), form, out)


def _print(console: Console, verification: Verification) -> None:
    rules = verification.worst_first
    console.print(fitted_table(console, _COLUMNS, [_cells(rule) for rule in rules]))
    _print_why(console, [rule for rule in rules if not rule.state.armed], "Not armed")
    _print_why(console, [rule for rule in rules if rule.state is State.NO_CASE], "Armed, and no case of it just now")
    noted = [rule for rule in rules if rule.notes]
    if noted:
        console.print(Text("\nNotes", style="bold"))
        _print_lines(console, [(rule.name, note) for rule in noted for note in rule.notes])
    for problem in verification.problems:
        console.print(Text(f"note: {problem}", style="yellow"), soft_wrap=True)
    told = "; ".join(f"{verification.count(state)} {state.words}" for state in State if verification.count(state))
    console.print(
        Text(f"\n{told} ({len(rules)} rules at {verification.source}, {rfc3339(verification.at)})"), soft_wrap=True
    )


def _print_why(console: Console, rules: list[RuleVerdict], title: str) -> None:
    if rules:
        console.print(Text(f"\n{title}", style="bold"))
        _print_lines(console, [(rule.name, reason) for rule in rules for reason in rule.reasons])


def _print_lines(console: Console, lines: list[tuple[str, str]]) -> None:
    """Each reason once, with the rules that have it: one metric that is absent blinds many."""
    names: dict[str, list[str]] = {}
    for name, text in lines:
        names.setdefault(text, []).append(name)
    for text, who in names.items():
        distinct = list(dict.fromkeys(who))
        more = f" and {len(distinct) - _NAMES} more" if len(distinct) > _NAMES else ""
        console.print(Text(f"  {', '.join(distinct[:_NAMES])}{more}: {text}"), soft_wrap=True)


def _cells(rule: RuleVerdict) -> list[Text]:
    firing = f", {rule.loading.firing} firing" if rule.loading is not None and rule.loading.firing else ""
    return [
        Text(rule.name),
        Text(f"{rule.state.words}{firing}", style=_STYLES[rule.state]),
        Text("" if rule.nearness is None else f"{rule.nearness.value:.6g}"),
        Text("" if rule.nearness is None else _threshold(rule.nearness)),
        Text(rule.kind),
        Text(rule.group),
    ]


def _threshold(nearness: Nearness) -> str:
    return f"{nearness.op} {nearness.threshold:.6g}"


def _write_csv(verification: Verification, out: TextIO) -> None:
    writer = csv.DictWriter(out, _CSV_COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for rule in verification.worst_first:
        document = rule_document(rule)
        row = document | (document["loaded"] or {}) | (document["nearest"] or {})
        row |= {"group": rule.group, "reasons": "; ".join(rule.reasons), "notes": "; ".join(rule.notes)}
        writer.writerow({name: safe_cell(row.get(name)) for name in _CSV_COLUMNS})
