"""Writes an explanation to a terminal, a pipe or a file."""

import json
from dataclasses import dataclass
from typing import TextIO

import yaml
from rich.console import Console

from app.domain.explanation import Explained
from app.output.canvas import ASCII, UNICODE
from app.output.explanation import Look, print_explained
from app.output.explanation_document import explained_document
from app.output.fitted import plain_console
from app.output.formats import ExplanationFormat
from app.output.plot import Size

_PLAIN_WIDTH = 80
_LEAST_WIDTH = 40
# A terminal's lines less those of a pod's name, of the legend and of the prompt; enough to see, not so many as to seek.
_OTHER_LINES = 6
_FEWEST_LINES, _MOST_LINES = 12, 24
_PODS = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for. None: what fits the terminal, else 80 by 24 characters; three pods, all in a document."""

    width: int | None = None
    height: int | None = None
    ascii_only: bool = False
    most_pods: int | None = None


def write_explained(explained: Explained, form: ExplanationFormat, wanted: Wanted, out: TextIO) -> None:
    """Write it to a stream: plots and words for people, one document for programs."""
    if form is ExplanationFormat.TABLE:
        console = Console(file=out)
        print_explained(plain_console(console), explained, _look(console, wanted))
    elif form is ExplanationFormat.YAML:
        document = explained_document(explained, wanted.most_pods)
        yaml.safe_dump(document, out, sort_keys=False, allow_unicode=True, default_flow_style=None)
    else:
        json.dump(explained_document(explained, wanted.most_pods), out, ensure_ascii=False)
        out.write("\n")


def _look(console: Console, wanted: Wanted) -> Look:
    width, lines = (console.width, console.height) if console.is_terminal else (_PLAIN_WIDTH, 24)
    height = min(max(lines - _OTHER_LINES, _FEWEST_LINES), _MOST_LINES)
    takes_unicode = console.encoding.lower().startswith("utf") and not wanted.ascii_only
    return Look(
        Size(wanted.width or max(width, _LEAST_WIDTH), wanted.height or height),
        UNICODE if takes_unicode else ASCII,
        wanted.most_pods or _PODS,
    )
