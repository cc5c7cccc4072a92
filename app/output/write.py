"""Puts a rendered report where it was asked for, whole or not at all."""

import json
import os
import tempfile
from pathlib import Path
from typing import TextIO

import yaml
from rich.console import Console

from app.domain.finding import Finding
from app.domain.scan import ScanReport
from app.errors import UsageError
from app.output.document import document_of
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
    elif form is Format.YAML:
        yaml.safe_dump(document_of(report, ordered), out, sort_keys=False, allow_unicode=True)
    else:
        json.dump(document_of(report, ordered), out, indent=2, ensure_ascii=False)
        out.write("\n")


def write_report_file(report: ScanReport, findings: list[Finding], form: Format, path: Path) -> None:
    """The same into a file, which has the old content or the new, never a part. Raises UsageError."""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", text=True)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                write_report(report, findings, form, out)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageError(
            f"--output-file: cannot write {path}: {error.strerror}", "name a file in a folder you own"
        ) from error
