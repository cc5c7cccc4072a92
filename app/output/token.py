"""API tokens as tables and documents; never with their secret."""

import csv
from typing import TextIO

from rich.console import Console
from rich.text import Text

from app.domain.token import Token
from app.durations import format_duration
from app.output.document import Document, rfc3339
from app.output.dump import dump
from app.output.fitted import Column, fitted_table, plain_console
from app.output.flat import safe_cell
from app.output.formats import Format

_COLUMNS = (
    Column("ID", right=True),
    Column("KEY ID"),
    Column("NAME"),
    Column("ROLE"),
    Column("STATE"),
    Column("EXPIRES", right=True, leave_out=2),
    Column("LAST USED", right=True, leave_out=1),
)


def token_document(token: Token, now: float) -> Document:
    """One token as it stands now (unix seconds)."""
    return {
        "id": token.id,
        "key_id": token.key_id,
        "name": token.name,
        "role": token.role.value,
        "state": token.standing(now).value,
        "created_at": rfc3339(token.created_at),
        "created_by": token.created_by,
        "expires_at": _time(token.expires_at),
        "revoked_at": _time(token.revoked_at),
        "revoked_by": token.revoked_by,
        "last_used_at": _time(token.last_used_at),
    }


def write_tokens(tokens: list[Token], form: Format, out: TextIO, now: float) -> None:
    """Write a list. now: unix seconds, against which states and ages are told."""
    documents = [token_document(token, now) for token in tokens]
    if form is Format.TABLE:
        _print(plain_console(Console(file=out)), tokens, now)
    elif form is Format.CSV:
        names = list(_EMPTY)
        writer = csv.DictWriter(out, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: safe_cell(value) for name, value in document.items()} for document in documents)
    else:
        dump({"tokens": documents}, form, out)


_EMPTY = (
    *("id", "key_id", "name", "role", "state", "created_at", "created_by"),
    *("expires_at", "revoked_at", "revoked_by", "last_used_at"),
)


def _print(console: Console, tokens: list[Token], now: float) -> None:
    if not tokens:
        console.print("No tokens. `leakwatch token create` makes one.")
        return
    rows = [
        (
            str(token.id),
            token.key_id,
            token.name,
            token.role.value,
            token.standing(now).value,
            "never" if token.expires_at is None else _relative(token.expires_at, now),
            "never" if token.last_used_at is None else _relative(token.last_used_at, now),
        )
        for token in tokens
    ]
    console.print(fitted_table(console, _COLUMNS, [tuple(Text(cell) for cell in row) for row in rows]))


def _relative(at: float, now: float) -> str:
    return f"in {format_duration(at - now)}" if at > now else f"{format_duration(now - at)} ago"


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else rfc3339(seconds)
