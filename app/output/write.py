"""Puts a rendered report where it was asked for, whole or not at all."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from rich.console import Console

from app.domain.finding import Finding
from app.domain.scan import ScanReport
from app.errors import UsageError
from app.output.document import document_of
from app.output.dump import dump
from app.output.fitted import plain_console
from app.output.flat import csv_of
from app.output.formats import Format
from app.output.table import print_report
from app.output.urgency import by_urgency


def write_report(report: ScanReport, findings: list[Finding], form: Format, out: TextIO) -> None:
    """Write the findings of a report, most urgent first, to a stream."""
    ordered = by_urgency(findings)
    if form is Format.TABLE:
        print_report(plain_console(Console(file=out)), report, ordered)
    elif form is Format.CSV:
        out.write(csv_of(ordered))
    else:
        dump(document_of(report, ordered), form, out)


def write_report_file(report: ScanReport, findings: list[Finding], form: Format, path: Path) -> None:
    """The same into a file. Raises UsageError."""
    write_file(path, lambda out: write_report(report, findings, form, out))


def write_file(path: Path, write: Callable[[TextIO], None]) -> None:
    """Let it write a file, which has the old content or the new, never a part. Raises UsageError.

    What is no regular file (a device, a pipe) is written to as it is; a link stays, and what it leads to is replaced.
    """
    try:
        if path.exists() and not path.is_file():
            with path.open("w", encoding="utf-8") as out:
                write(out)
            return
        _replace(path.resolve(), write)
    except OSError as error:
        raise _unwritable(path, error.strerror) from error


def check_writable(path: Path) -> None:
    """Raise UsageError where a report could not be written there: better before a scan than after it."""
    target = path.resolve()
    if path.is_dir():
        raise _unwritable(path, "it is a folder")
    if not os.access(target if path.exists() and not path.is_file() else target.parent, os.W_OK):
        raise _unwritable(path, "no such folder, or not allowed")


def _replace(path: Path, write: Callable[[TextIO], None]) -> None:
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", text=True)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            write(out)
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    """The process's mask; there is no way to read it but to set it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _unwritable(path: Path, why: str | None) -> UsageError:
    return UsageError(f"--output-file: cannot write {path}: {why}", "name a file in a folder you own")
