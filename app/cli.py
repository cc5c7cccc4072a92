"""The `leakwatch` command: the root that puts settings, sources and services together."""

import os
import sys
from importlib.metadata import version
from typing import Annotated

import typer

from app.commands import db, incidents, run, scan, serve
from app.errors import LeakwatchError

app = typer.Typer(
    name="leakwatch",
    help="Finds memory leaks in the containers of a Kubernetes fleet from what Prometheus already has.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("scan")(scan.command)
app.command("serve")(serve.command)
app.command("run")(run.command)
app.add_typer(incidents.app, name="incidents")
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
    try:
        try:
            app()
        finally:
            sys.stdout.flush()  # here, where a reader who has gone away is still no surprise
    except LeakwatchError as error:
        _say(f"leakwatch: {error}", error.hint)
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        # At once: a thread that still waits for a server must not hold the command back.
        sys.stderr.flush()
        os._exit(130)
    except BrokenPipeError:
        # The reader of our output is gone (`| head`); the interpreter must not complain about it again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _say(message: str, hint: str) -> None:
    one_line = " ".join(f"{message}; {hint}".split()) if hint else " ".join(message.split())
    print(one_line, file=sys.stderr)  # noqa: T201 (this is where the command speaks)


if __name__ == "__main__":
    main()
