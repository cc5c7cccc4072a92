"""What would change, as a unified diff: coloured on a terminal, plain in a pipe."""

import difflib
from collections.abc import Iterator, Sequence
from typing import TextIO

from rich.console import Console
from rich.text import Text

from app.output.fitted import plain_console
from app.rules.folder import Change

_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def diff_lines(change: Change) -> Iterator[str]:
    """The lines of one diff, as `diff -u` and Git write them; none where nothing changes."""
    old = "/dev/null" if change.before is None else f"a/{change.name}"
    new = "/dev/null" if change.after is None else f"b/{change.name}"
    yield from difflib.unified_diff(
        (change.before or "").splitlines(), (change.after or "").splitlines(), old, new, lineterm=""
    )


def print_diffs(out: TextIO, changes: Sequence[Change]) -> None:
    """Write the diff of each; nothing at all where nothing changes."""
    console = plain_console(Console(file=out))
    for change in changes:
        for number, line in enumerate(diff_lines(change)):
            style = "bold" if number < 2 else _STYLES.get(line[:1], "")
            console.print(Text(line, style=style), soft_wrap=True)
