"""Tables that fit: on a narrow terminal the columns that matter least are left out, rather than all of them cut."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

_GAP = 2
_PLAIN_WIDTH = 10_000


@dataclass(frozen=True, slots=True)
class Column:
    """A column; of those with a rank the highest is left out first, and one without is always shown."""

    name: str
    right: bool = False
    leave_out: int | None = None


def fitted_table(console: Console, columns: Sequence[Column], rows: Sequence[Sequence[Text]]) -> Table:
    """The rows, with as many of the columns as the console is wide enough for."""
    kept, _ = _fitting(columns, rows, console.width)
    table = Table(box=None, pad_edge=False, header_style="bold" if console.is_terminal else "", padding=(0, _GAP, 0, 0))
    for index in kept:
        column = columns[index]
        # What is always shown may still be too wide: it is folded then, never cut.
        table.add_column(column.name, justify="right" if column.right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(row[index] for index in kept))
    return table


def fitted_width(console: Console, columns: Sequence[Column], rows: Sequence[Sequence[Text]], spare: int) -> int:
    """How wide the table gets, the gap after it included, where a further column of `spare` characters is to fit."""
    return _fitting(columns, rows, console.width - spare - _GAP)[1] + _GAP


def _fitting(columns: Sequence[Column], rows: Sequence[Sequence[Text]], width: int) -> tuple[list[int], int]:
    """The columns that are shown in so much width, and how wide they are together."""
    widths = [
        max([len(column.name), *(row[index].cell_len for row in rows)]) + _GAP for index, column in enumerate(columns)
    ]
    shown = set(range(len(columns)))
    expendable = [index for index in shown if columns[index].leave_out is not None]
    for index in sorted(expendable, key=lambda index: -(columns[index].leave_out or 0)):
        if sum(widths[one] for one in shown) - _GAP <= width:
            break
        shown.remove(index)
    return sorted(shown), sum(widths[one] for one in shown) - _GAP


def plain_console(console: Console) -> Console:
    """The console itself on a terminal; in a pipe one that neither wraps, cuts nor leaves anything out."""
    return console if console.is_terminal else Console(file=console.file, width=_PLAIN_WIDTH, color_system=None)
