"""What a person sees while a scan works: on a terminal only, and on standard error."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.prometheus.source import Control


@contextmanager
def shown_progress(
    control: Control, *, quiet: bool, words: tuple[str, str, str] = ("Planning", "Scanning", "containers")
) -> Iterator[None]:
    """Let the control's progress be seen: things done, rate, time left.

    words: what is done before the first of them, what is done then, and what they are.
    """
    before, then, things = words
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(f"{things}  {{task.fields[rate]}}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(before, total=None, rate="")

        def update(done: int, total: int) -> None:
            speed = progress.tasks[0].finished_speed or progress.tasks[0].speed
            rate = f"{speed:.0f}/s" if speed else ""
            progress.update(task, description=then, completed=done, total=total, rate=rate)

        control.progress = update
        yield
