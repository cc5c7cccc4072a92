"""`leakwatch rules list`: the packs, what each needs, and its alerts."""

import sys
from typing import Annotated

import typer

from app.commands.rules_options import SettingsFile, settings_of
from app.output.formats import ExplanationFormat


def command(
    settings_file: SettingsFile = None,
    output: Annotated[
        ExplanationFormat, typer.Option("--output", "-o", help="How to write them.")
    ] = ExplanationFormat.TABLE,
) -> None:
    """List every pack that can be chosen, whether the settings choose it, what it needs, and its alerts."""
    from alert_rules.registry import PACKS
    from app.output.packs import write_packs
    from app.rules.chosen import chosen_packs, options_of

    settings, _ = settings_of(settings_file)
    chosen = frozenset(one.name for one in chosen_packs(settings))
    write_packs(PACKS, chosen, options_of(settings), frozenset(settings.disable), output, sys.stdout)
