"""What the lint and amtool say of configurations of Alertmanager, and where their alerts go."""

from collections.abc import Sequence
from typing import TextIO

from rich.console import Console
from rich.text import Text

from app.output.dump import dump
from app.output.fitted import Column, fitted_table, plain_console
from app.output.formats import ExplanationFormat, Format
from app.rules.route_check import CheckedRoutes, TriedRow

_FAULTS = (Column("FILE"), Column("WHERE"), Column("WHAT"), Column("TO MEND"))
_ROWS = (Column("ALERT"), Column("GOES TO"), Column("SHOULD GO TO"))


def write_checked_routes(checked: Sequence[CheckedRoutes], form: ExplanationFormat, out: TextIO) -> None:
    """Write what was found."""
    if form is not ExplanationFormat.TABLE:
        dump({"configurations": [_checked(one) for one in checked]}, Format(form), out)
        return
    console = plain_console(Console(file=out))
    rows = [
        [Text(one.name), Text(fault.place), Text(fault.what), Text(fault.fix)]
        for one in checked
        for fault in one.faults
    ]
    if rows:
        console.print(fitted_table(console, _FAULTS, rows))
        console.print()
    for one in checked:
        if one.amtool is None:
            console.print(Text(f"amtool is not installed: {one.name} was checked by our own lint only"), soft_wrap=True)
        elif not one.amtool.ok:
            console.print(Text(one.amtool.text), soft_wrap=True)
    bad = sum(not one.ok for one in checked)
    console.print(Text(f"{len(checked)} checked, {f'{bad} to mend' if bad else 'nothing to mend'}"), soft_wrap=True)


def write_tried(tried: Sequence[TriedRow], form: ExplanationFormat, out: TextIO) -> None:
    """Write where the alerts of a table go: on a terminal or as text, those that go wrong."""
    if form is not ExplanationFormat.TABLE:
        dump({"alerts": [_tried(one) for one in tried]}, Format(form), out)
        return
    console = plain_console(Console(file=out))
    wrong = [one for one in tried if not one.ok]
    if wrong:
        rows = [
            [
                Text(", ".join(f"{name}={value}" for name, value in one.labels.items())),
                Text(", ".join(one.told)),
                Text(", ".join(one.wanted)),
            ]
            for one in wrong
        ]
        console.print(fitted_table(console, _ROWS, rows))
        console.print()
    told = f"{len(wrong)} go to the wrong place" if wrong else "each goes where it should"
    console.print(Text(f"{len(tried)} alerts: {told}"), soft_wrap=True)


def _checked(one: CheckedRoutes) -> dict[str, object]:
    return {
        "name": one.name,
        "ok": one.ok,
        "faults": [{"place": fault.place, "what": fault.what, "fix": fault.fix} for fault in one.faults],
        "amtool": None if one.amtool is None else {"ok": one.amtool.ok, "text": one.amtool.text},
    }


def _tried(one: TriedRow) -> dict[str, object]:
    return {"labels": dict(one.labels), "wanted": list(one.wanted), "told": list(one.told), "ok": one.ok}
