"""What is to be seen while a canary is watched: a line that changes on a terminal, a line now and then in a log."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.text import Text

from app.domain.gate import Answer
from app.durations import format_duration
from app.output.gate_write import in_short
from app.text import printable

# CI ends what says nothing for long.
_EVERY_SECONDS = 300.0


@contextmanager
def told_on(out: TextIO, *, quiet: bool) -> Iterator[Callable[[Answer | None, str, float], None]]:
    """What to tell of each look: the answer, or why there was none, and the seconds that are left."""
    console = Console(file=out)
    if quiet:
        yield lambda answer, why, left: None
    elif console.is_terminal:
        with console.status("looking at the canary") as status:
            yield lambda answer, why, left: status.update(Text(_line(answer, why, left)))
    else:
        yield _Log(console)


class _Log:
    """Says what is new, and that it goes on."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._said = ""
        self._at = 0.0

    def __call__(self, answer: Answer | None, why: str, left: float) -> None:
        said = why or (answer.outcome.value if answer else "")
        # A single look, and the last one, end in the answer itself.
        if left > 0 and (said != self._said or time.monotonic() - self._at >= _EVERY_SECONDS):
            self._said, self._at = said, time.monotonic()
            self._console.print(Text(_line(answer, why, left)), soft_wrap=True)


def _line(answer: Answer | None, why: str, left: float) -> str:
    said = in_short(answer) if answer is not None else printable(why)
    return f"{said} ({format_duration(left)} left)"
