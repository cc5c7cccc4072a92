"""The `leakwatch` command: the root that puts settings, sources and services together."""

import contextlib
import errno
import os
import signal
import sys
import threading
from importlib.metadata import version
from types import FrameType
from typing import Annotated

import typer

from app.commands import (
    backtest,
    dashboards,
    db,
    explain,
    gate,
    incidents,
    mitigate,
    rules,
    run,
    scan,
    serve,
    silences,
    token,
    workloads,
)
from app.errors import LeakwatchError
from app.text import printable

_LONGEST_LINE = 2000
_LONGEST_STOP_SECONDS = 10.0
_OUTPUT_FAILS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}

app = typer.Typer(
    name="leakwatch",
    help="Finds memory leaks in the containers of a Kubernetes fleet from what Prometheus already has.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("scan")(scan.command)
app.command("explain")(explain.command)
app.command("gate")(gate.command)
app.command("backtest")(backtest.command)
app.command("serve")(serve.command)
app.command("run")(run.command)
app.add_typer(incidents.app, name="incidents")
app.add_typer(token.app, name="token")
app.add_typer(workloads.app, name="workloads")
app.add_typer(silences.app, name="silences")
app.add_typer(mitigate.app, name="mitigate")
app.add_typer(rules.app, name="rules")
app.add_typer(dashboards.app, name="dashboards")
app.add_typer(db.app, name="db")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"leakwatch {version('leakwatch')}")
        raise typer.Exit


@app.callback()
def _root(
    show: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Finds memory leaks in the containers of a Kubernetes fleet from what Prometheus already has."""


def main() -> None:
    """Run the command; whatever goes wrong ends in one line that says what to do, and an exit status."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        try:
            app()
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()  # here, where a reader who has gone away is still no surprise
    except LeakwatchError as error:
        _say(f"leakwatch: {error}", error.hint)
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        # At once: a thread that still waits for a server must not hold the command back.
        sys.stderr.flush()
        os._exit(130)
    except _Terminated:
        sys.stderr.flush()
        os._exit(143)
    except BrokenPipeError:
        # The reader of our output is gone (`| head`); the interpreter must not complain about it again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        if error.errno not in _OUTPUT_FAILS:
            raise
        _say(f"leakwatch: the output cannot be written: {error.strerror or error}", "")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


class _Terminated(BaseException):
    """SIGTERM, where nothing else handles it: what is under way is given up in good order."""


def _terminate(_number: int, _frame: FrameType | None) -> None:
    # Where a finaliser or a callback of a library happens to run, Python prints an exception and goes on.
    limit = threading.Timer(_LONGEST_STOP_SECONDS, os._exit, (143,))
    limit.daemon = True
    with contextlib.suppress(RuntimeError):  # no thread is to be had
        limit.start()
    raise _Terminated


def _say(message: str, hint: str) -> None:
    one_line = f"{message}; {hint}" if hint else message
    print(printable(one_line, _LONGEST_LINE), file=sys.stderr)  # noqa: T201 (this is where the command speaks)


if __name__ == "__main__":
    main()
