"""promtool and amtool, where they are installed."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.errors import LeakwatchError
from app.rules.text import yaml_text

_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class Said:
    """What a tool made of files. text: its words, without the names of the folder that it looked into."""

    ok: bool
    text: str


def installed(tool: str) -> bool:
    """Whether the tool is there to be run."""
    return shutil.which(tool) is not None


def check_rules(files: Mapping[str, Any]) -> Said:
    """`promtool check rules` with all its lints. files: rule documents by name."""
    with _folder(files) as folder:
        return _run(folder, "promtool", "check", "rules", "--lint=all", "--lint-fatal", *files)


def check_alertmanager(name: str, text: str) -> Said:
    """`amtool check-config` on a configuration of Alertmanager."""
    with _folder({}) as folder:
        (folder / name).write_text(text, encoding="utf-8")
        return _run(folder, "amtool", "check-config", name)


def run_tests(files: Mapping[str, Any], tests: Mapping[str, Any]) -> Said:
    """`promtool test rules`. files, tests: documents by name, as the tests name them."""
    with _folder({**files, **tests}) as folder:
        return _run(folder, "promtool", "test", "rules", *tests)


@contextmanager
def _folder(files: Mapping[str, Any]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="leakwatch-rules-") as name:
        for file, document in files.items():
            (Path(name) / file).write_text(yaml_text(document), encoding="utf-8")
        yield Path(name)


def _run(folder: Path, tool: str, *arguments: str) -> Said:
    program = shutil.which(tool)
    if program is None:
        raise LeakwatchError(f"{tool} is not installed", "install it; it comes with Prometheus or Alertmanager")
    command: Sequence[str] = (program, *arguments)
    try:
        done = subprocess.run(  # noqa: S603 (the tool's own path, and names that we made)
            command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LeakwatchError(f"{tool} cannot be run: {error}") from error
    text = re.sub(rf"{re.escape(str(folder))}/?", "", done.stdout + done.stderr)
    return Said(done.returncode == 0, text.strip())
