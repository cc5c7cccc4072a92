"""What was done to the files of a folder, or would be."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.text import Text

from app.output.fitted import plain_console
from app.rules.folder import Change

_STYLES = {"new": "green", "changed": "yellow", "removed": "red", "unchanged": "dim"}


def print_changes(out: TextIO, folder: Path, changes: Sequence[Change], dry_run: bool) -> None:
    """A line for each file that is not as it was, and how many are."""
    console = plain_console(Console(file=out))
    for one in changes:
        if one.verb != "unchanged":
            console.print(Text(f"{one.verb:<8} {folder / one.name}", style=_STYLES[one.verb]), soft_wrap=True)
    counts = Counter(one.verb for one in changes)
    told = ", ".join(f"{counts[verb]} {verb}" for verb in _STYLES if counts[verb])
    console.print(Text(f"{told or 'nothing to write'}{' (nothing was written)' if dry_run else ''}"), soft_wrap=True)
