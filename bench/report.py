"""What the measurements print, as Markdown, and where it is kept."""

import os
import platform
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"
ACCURACY = Path(__file__).parent / "ACCURACY.md"


def machine() -> str:
    """What it was measured on, in a few words."""
    return f"Python {platform.python_version()}, {len(os.sched_getaffinity(0))} cores."


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def times(rows: Iterable[tuple[str, float, str]]) -> str:
    """A table of (what, seconds, remark); the first row is ours, the others are told as a ratio of it."""
    found = list(rows)
    if not found:
        return "Not measured: prometheus is not installed."
    ours = found[0][1]
    cells = ([name, f"{seconds:.2f}", f"{seconds / ours:.2f}", remark] for name, seconds, remark in found)
    return table(["what", "seconds", "of ours", ""], cells)


def keep(file: Path, heading: str, body: str) -> None:
    """Print a section, and put it into a file of sections in place of the one with that heading, or at the end."""
    section = f"## {heading}\n\n{body}\n"
    print(f"\n{section}", flush=True)
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    file.write_text(with_section(text, heading, section), encoding="utf-8")


def with_section(text: str, heading: str, section: str) -> str:
    """A text of sections in which that of the heading is as given; at the end where there was none."""
    pieces = [piece for piece in re.split(r"(?m)^(?=## )", text) if piece.strip()]
    replaced = [section if piece.splitlines()[0] == f"## {heading}" else piece.strip() + "\n" for piece in pieces]
    if section not in replaced:
        replaced.append(section)
    return "\n".join(replaced)
