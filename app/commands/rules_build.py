"""`leakwatch rules build`: rule files, or manifests, and their unit tests."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from app.commands.rules_options import SettingsFile, built_of, note, settings_of
from app.errors import UsageError
from app.rules.forms import RuleFormat

Form = Annotated[
    RuleFormat, typer.Option("--format", help="Files for Prometheus, or manifests for the Prometheus Operator.")
]


def command(
    settings_file: SettingsFile = None,
    form: Form = RuleFormat.RULES,
    into: Annotated[
        Path | None,
        typer.Option("--into", metavar="DIR", help="The folder; without it all rules are printed as one document."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be written, and write nothing.")] = False,
) -> None:
    """Write the rules of each pack, and promtool's tests of them, into a folder.

    The same settings give the same files. Files that leakwatch did not write are left alone; those that it wrote for
    packs that are chosen no more are removed.
    """
    from app.output.files import print_changes
    from app.rules.folder import changes, write
    from app.rules.generate import files_of, one_document
    from app.rules.settings_model import PAGES
    from app.rules.text import RULES

    if into is None and dry_run:
        raise UsageError("--dry-run: nothing is written without --into", "give the folder, or leave it out")
    settings, source = settings_of(settings_file)
    built = built_of(settings)
    if settings.runbook_url == PAGES:
        note("runbook_url is not set: alerts name their pages in leakwatch's own docs/runbooks")
    if into is None:
        sys.stdout.write(RULES.written(one_document(built, form, settings), source))
        return
    planned = changes(into, files_of(built, form, settings, source), RULES.wrote)
    if not dry_run:
        write(into, planned)
    print_changes(sys.stdout, into, planned, dry_run)
