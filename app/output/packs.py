"""Packs of rules, as tables and as a document."""

from collections.abc import Sequence
from typing import TextIO

from rich.console import Console
from rich.text import Text

from alert_rules.pack import Options, PackKind
from alert_rules.rule import Alert
from app.output.document import Document
from app.output.dump import dump
from app.output.fitted import Column, fitted_table, plain_console
from app.output.formats import ExplanationFormat, Format
from app.rules.units import format_value

_PACKS = (Column("PACK"), Column("CHOSEN"), Column("ALERTS", right=True), Column("NEEDS"))
_ALERTS = (
    Column("PACK", leave_out=2),
    Column("ALERT"),
    Column("SEVERITY"),
    Column("FOR"),
    Column("SUMMARY", leave_out=1),
)
_STYLES = {"critical": "bold red", "warning": "yellow", "info": "cyan"}


def write_packs(
    packs: Sequence[PackKind],
    chosen: frozenset[str],
    options: Options,
    disabled: frozenset[str],
    form: ExplanationFormat,
    out: TextIO,
) -> None:
    """Write them. chosen: names of those that are built; disabled: alerts that are left out."""
    if form is not ExplanationFormat.TABLE:
        documents = [_document(one, one.name in chosen, options, disabled) for one in packs]
        dump({"packs": documents}, Format(form), out)
        return
    console = plain_console(Console(file=out))
    alerts = {one.name: one.build(options).alerts for one in packs}
    rows = [
        [Text(one.name), Text("yes" if one.name in chosen else ""), Text(str(len(alerts[one.name]))), Text(one.needs)]
        for one in packs
    ]
    console.print(fitted_table(console, _PACKS, rows))
    console.print()
    lines = [_cells(one.name, alert, alert.name in disabled) for one in packs for alert in alerts[one.name]]
    console.print(fitted_table(console, _ALERTS, lines))


def _cells(pack: str, alert: Alert, disabled: bool) -> list[Text]:
    severity = (
        Text("disabled", style="dim") if disabled else Text(alert.severity, style=_STYLES.get(alert.severity, ""))
    )
    return [Text(pack), Text(alert.name), severity, Text(alert.hold), Text(alert.summary)]


def _document(kind: PackKind, chosen: bool, options: Options, disabled: frozenset[str]) -> Document:
    return {
        "name": kind.name,
        "title": kind.title,
        "needs": kind.needs,
        "chosen": chosen,
        "thresholds": [
            {
                "name": one.name,
                "unit": one.unit.value,
                "usual": format_value(one.default, one.unit),
                "value": format_value(options.value(one), one.unit),
                "per_workload": one.per_workload,
                "help": one.help,
            }
            for one in kind.thresholds
        ],
        "alerts": [
            {
                "name": one.name,
                "severity": one.severity,
                "for": one.hold,
                "summary": one.summary,
                "disabled": one.name in disabled,
            }
            for one in kind.build(options).alerts
        ],
    }
