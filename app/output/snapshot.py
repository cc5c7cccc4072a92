"""Snapshots of the database as tables and documents."""

import csv
from collections.abc import Mapping, Sequence
from typing import TextIO

from rich.console import Console
from rich.text import Text

from app.domain.snapshot import Snapshot
from app.output.document import Document, rfc3339
from app.output.dump import dump
from app.output.fitted import Column, fitted_table, plain_console
from app.output.flat import safe_cell
from app.output.formats import Format
from detectors.words import amount

_COLUMNS = (
    Column("NAME"),
    Column("AT", right=True, leave_out=3),
    Column("SIZE", right=True),
    Column("ROWS", right=True),
    Column("SCHEMA", right=True),
    Column("OF", leave_out=2),
    Column("BY LEAKWATCH", leave_out=1),
)


def snapshot_document(snapshot: Snapshot) -> Document:
    """One snapshot."""
    return {
        "name": snapshot.name,
        "at": rfc3339(snapshot.at),
        "size_bytes": snapshot.size_bytes,
        "sha256": snapshot.sha256,
        "rows": sum(snapshot.rows.values()),
        "schema": snapshot.schema,
        "product": snapshot.product,
        "leakwatch": snapshot.leakwatch,
    }


def write_snapshots(snapshots: Sequence[Snapshot], odd: Mapping[str, str], form: Format, out: TextIO) -> None:
    """Write a list. odd: what is no snapshot that can be restored, and why, by name."""
    documents = [snapshot_document(one) for one in snapshots]
    if form is Format.TABLE:
        _print(plain_console(Console(file=out)), snapshots, odd)
    elif form is Format.CSV:
        writer = csv.DictWriter(out, _NAMES, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: safe_cell(value) for name, value in document.items()} for document in documents)
    else:
        unusable = [{"name": name, "reason": why} for name, why in odd.items()]
        dump({"snapshots": documents, "unusable": unusable}, form, out)


_NAMES = ("name", "at", "size_bytes", "sha256", "rows", "schema", "product", "leakwatch")


def _print(console: Console, snapshots: Sequence[Snapshot], odd: Mapping[str, str]) -> None:
    if not snapshots:
        console.print("No snapshots. `leakwatch db backup` makes one.")
    else:
        rows = [
            (
                one.name,
                rfc3339(one.at),
                amount(one.size_bytes),
                f"{sum(one.rows.values()):,}",
                one.schema,
                one.product,
                one.leakwatch,
            )
            for one in snapshots
        ]
        console.print(fitted_table(console, _COLUMNS, [tuple(Text(cell) for cell in row) for row in rows]))
    for name, why in odd.items():
        console.print(Text(f"{name} cannot be restored: {why}"))
