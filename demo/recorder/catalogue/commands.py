"""How programs of each runtime are started."""

import sys
from collections.abc import Sequence

from demo.recorder.program import Command


def node(source: str, *arguments: str, options: Sequence[str] = ()) -> Command:
    """A source that Node.js runs."""
    return lambda at: ["node", *options, str(at.sources / source), *arguments]


def python(source: str, folder: str | None = None) -> Command:
    """A source that Python runs; with a folder of the recording's data as its argument, or without one."""
    return lambda at: [sys.executable, "-B", str(at.sources / source), *([str(at.data / folder)] if folder else [])]


def java(name: str, *options: str, arguments: Sequence[str] = ()) -> Command:
    """A class that was built."""
    return lambda at: ["java", *options, "-XX:+ExitOnOutOfMemoryError", "-cp", str(at.built), name, *arguments]


def built(name: str) -> Command:
    """A binary that was built."""
    return lambda at: [str(at.built / name)]


def script(interpreter: Sequence[str], source: str) -> Command:
    """A source that another interpreter runs."""
    return lambda at: [*interpreter, str(at.sources / source)]
