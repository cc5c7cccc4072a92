"""Silences as documents for programs and as a table for people."""

import csv
from typing import TextIO

from rich.console import Console
from rich.text import Text

from app.domain.silence import Silence
from app.durations import format_duration
from app.output.document import Document, rfc3339
from app.output.dump import dump
from app.output.fitted import Column, fitted_table, plain_console
from app.output.flat import safe_cell
from app.output.formats import Format

_COLUMNS = (
    Column("ID", right=True),
    Column("STATE"),
    Column("SILENCES"),
    Column("ENDS", right=True),
    Column("AUTHOR", leave_out=1),
    Column("COMMENT", leave_out=2),
)
_CSV_COLUMNS = (
    *("id", "state", "matchers", "incident_id", "author", "comment"),
    *("created_at", "starts_at", "ends_at", "ended_by", "version"),
)


def silence_document(silence: Silence, now: float) -> Document:
    """A silence as a JSON document. now: unix seconds, against which its state is told."""
    return {
        "id": silence.id,
        "state": silence.state(now).value,
        "matchers": [{"name": one.name.value, "op": one.op.value, "value": one.value} for one in silence.matchers],
        "incident_id": silence.incident_id,
        "author": silence.author,
        "comment": silence.comment,
        "created_at": rfc3339(silence.created_at),
        "starts_at": rfc3339(silence.starts_at),
        "ends_at": rfc3339(silence.ends_at),
        "ended_by": silence.ended_by,
        "version": silence.version,
    }


def write_silences(silences: list[Silence], form: Format, out: TextIO, now: float) -> None:
    """Write a list. now: unix seconds."""
    documents = [silence_document(one, now) for one in silences]
    if form is Format.TABLE:
        _print(plain_console(Console(file=out)), silences, now)
    elif form is Format.CSV:
        writer = csv.DictWriter(out, _CSV_COLUMNS, lineterminator="\n")
        writer.writeheader()
        for document, silence in zip(documents, silences, strict=True):
            flat = {**document, "matchers": _matchers(silence)}
            writer.writerow({name: safe_cell(value) for name, value in flat.items()})
    else:
        dump({"silences": documents}, form, out)


def _print(console: Console, silences: list[Silence], now: float) -> None:
    if not silences:
        console.print("No silences of that kind.")
        return
    rows = [
        [
            Text(str(one.id)),
            Text(one.state(now).value),
            Text(_matchers(one) or f"incident {one.incident_id}"),
            Text(_ends(one, now)),
            Text(one.author),
            Text(one.comment),
        ]
        for one in silences
    ]
    console.print(fitted_table(console, _COLUMNS, rows))


def _matchers(silence: Silence) -> str:
    return ", ".join(str(one) for one in silence.matchers)


def _ends(silence: Silence, now: float) -> str:
    left = silence.ends_at - now
    return f"in {format_duration(left)}" if left > 0 else f"{format_duration(-left)} ago"
