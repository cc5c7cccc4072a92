"""`leakwatch` in a process of its own, forked from one that has imported it: its start alone takes a second or two.

How it starts from nothing is what the tests of the command and of `serve` look at, which start it so.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from tests.support.servers import Process

# What commands import when they need it.
_IMPORTED = (
    *("__main__", "app.cli", "app.commands.database", "app.commands.progress", "app.scanning.once", "app.serving"),
    *("app.output.write", "app.output.table", "app.output.incident_write", "app.output.explanation", "rich.progress"),
    *("app.prometheus.recording.open", "app.prometheus.server_source", "pandas", "pyarrow.compute", "pyarrow.parquet"),
)

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(list(_IMPORTED))


def start_leakwatch(arguments: Sequence[Any], log: Path, environment: Mapping[str, str]) -> Process:
    """Start the command with its output in a file."""
    return Process(Forked([str(one) for one in arguments], log, log, environment), log)


class Forked:
    """A process that runs the command, to be used as a Popen is; it ends with the tests at the latest.

    out, err: files for what it says; may be the same
    """

    def __init__(self, arguments: Sequence[str], out: Path, err: Path, environment: Mapping[str, str]) -> None:
        self.args = ["leakwatch", *arguments]
        for file in (out, err):
            file.write_bytes(b"")  # who looks into it need not wait for it
        self._process: ForkServerProcess = _context.Process(
            target=_run, args=(self.args, str(out), str(err), dict(environment)), daemon=True
        )
        self._process.start()

    @property
    def pid(self) -> int:
        """Its number."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """Its exit status, the negative number of the signal that ended it; None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """The same."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, once it has ended. Raises TimeoutExpired, and leaves it running."""
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it runs."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


def _run(arguments: list[str], out: str, err: str, environment: dict[str, str]) -> None:
    handles = {file: os.open(file, os.O_WRONLY) for file in {out, err}}
    os.dup2(handles[out], 1)
    os.dup2(handles[err], 2)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = arguments
    from app.cli import main  # noqa: PLC0415 (the process that asks for this needs none of it)

    main()
