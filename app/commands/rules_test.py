"""`leakwatch rules test`: promtool's unit tests of every pack."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from app.commands.rules_options import FOUND_STATUS, SettingsFile, built_of, existing, settings_of
from app.errors import LeakwatchError, UsageError
from app.output.formats import ExplanationFormat


def command(
    settings_file: SettingsFile = None,
    into: Annotated[
        Path | None, typer.Option("--into", metavar="DIR", help="Run the tests that are in this folder, on its rules.")
    ] = None,
    output: Annotated[
        ExplanationFormat, typer.Option("--output", "-o", help="How to write what came of them.")
    ] = ExplanationFormat.TABLE,
) -> None:
    """Run situations through the real promtool: every alert must fire in some, and be quiet in others.

    Without --into, what the settings choose is tested. Exit status 3 if a situation does not end as it should.
    """
    from app.output.checks import write_outcomes
    from app.rules.reading import read
    from app.rules.testing import run_built, run_read
    from app.rules.tools import installed

    if into is not None and settings_file is not None:
        raise UsageError("--settings: a folder is tested as it is", "leave it or --into out")
    if not installed("promtool"):
        raise LeakwatchError("promtool is not installed", "install it; it comes with Prometheus")
    if into is None:
        settings, _ = settings_of(settings_file)
        outcomes = run_built(built_of(settings))
    else:
        outcomes = run_read(read([existing(into)]))
    if not outcomes:
        raise UsageError("there are no tests to run", "build a folder of rules with `leakwatch rules build --into`")
    write_outcomes(outcomes, output, sys.stdout)
    if not all(one.ok for one in outcomes):
        raise typer.Exit(FOUND_STATUS)
