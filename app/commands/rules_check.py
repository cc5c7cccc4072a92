"""`leakwatch rules check`: our lint, promtool's and amtool's, on what is built or on any files."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from app.commands.rules_options import FOUND_STATUS, SettingsFile, built_of, existing, settings_of
from app.errors import UsageError
from app.output.formats import ExplanationFormat


def command(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="Rule files or folders of anybody's, instead.")
    ] = None,
    settings_file: SettingsFile = None,
    into: Annotated[
        Path | None, typer.Option("--into", metavar="DIR", help="Check this folder, as it was built from the settings.")
    ] = None,
    output: Annotated[
        ExplanationFormat, typer.Option("--output", "-o", help="How to write what was found.")
    ] = ExplanationFormat.TABLE,
) -> None:
    """Check rules: those that the settings choose, those in a folder, or any files. Exit status 3 if not all is well.

    Every alert must have a runbook, a severity, a `for`, a summary that never changes, a description that says which,
    and labels that never change; no container is counted twice; names are unique; every alert is tested both ways.
    Then promtool checks the rules, and amtool any configuration of Alertmanager, where they are installed.
    """
    from app.output.checks import write_checked
    from app.rules.checking import check, read_of
    from app.rules.reading import read

    if files and into is not None:
        raise UsageError("--into: give it or FILE, one of them", "such as --into rules")
    if files:
        checked = check(read(files))
    else:
        settings, _ = settings_of(settings_file)
        built = built_of(settings)
        checked = check(read_of(built) if into is None else read([existing(into)]), built)
    write_checked(checked, output, sys.stdout)
    if not checked.ok:
        raise typer.Exit(FOUND_STATUS)
