"""`leakwatch rules alertmanager`: who is told of alerts, and which of them stay quiet, as code."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.rules_options import settings_of
from app.errors import LeakwatchError, UsageError
from app.output.formats import ExplanationFormat
from app.rules.route_forms import RouteForm

if TYPE_CHECKING:
    from app.rules.route_build import BuiltRoutes

app = typer.Typer(help="Alertmanager's configuration, as files to keep in Git.", no_args_is_help=True)

# Something is not as it should be: the status of `rules check`, too.
_FOUND_STATUS = 3

SettingsFile = Annotated[
    Path | None,
    typer.Option(
        "--settings",
        metavar="FILE",
        help="Receivers and teams, below `alertmanager:`; leakwatch-rules.yml in this folder if there is one.",
    ),
]
Form = Annotated[
    RouteForm,
    typer.Option("--format", help="A whole file, lists to put into your own, or an object for the operator."),
]
Output = Annotated[ExplanationFormat, typer.Option("--output", "-o", help="How to write what was found.")]


@app.command("build")
def build(
    settings_file: SettingsFile = None,
    form: Form = RouteForm.FILE,
    into: Annotated[
        Path | None,
        typer.Option("--into", metavar="DIR", help="The folder; without it the configuration is printed."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be written, and write nothing.")] = False,
) -> None:
    """Write a configuration, and a table of alerts that tries its routes, into a folder.

    The same settings give the same files. Files that this command did not write are left alone.
    """
    from app.output.files import print_changes
    from app.rules.folder import changes, write
    from app.rules.route_build import files_of
    from app.rules.text import ROUTES

    if into is None and dry_run:
        raise UsageError("--dry-run: nothing is written without --into", "give the folder, or leave it out")
    built, source = _built(settings_file, form)
    files = files_of(built, source)
    if into is None:
        sys.stdout.write(files[built.name])
        return
    planned = changes(into, files, ROUTES.wrote)
    if not dry_run:
        write(into, planned)
    print_changes(sys.stdout, into, planned, dry_run)


@app.command("check")
def check(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="Configurations of anybody's, instead.")
    ] = None,
    settings_file: SettingsFile = None,
    form: Form = RouteForm.FILE,
    output: Output = ExplanationFormat.TABLE,
) -> None:
    """Check what the settings make, or any files. Exit status 3 if not all is well.

    No route takes the alerts of one behind it; receivers and hours are there, and named; no secret stands in clear
    text; no rule of inhibition lets strangers keep each other quiet. Then amtool checks it, where it is installed.
    """
    from app.output.routes import write_checked_routes
    from app.rules.route_check import check_document, read_yaml

    if files and settings_file is not None:
        raise UsageError("--settings: files are checked as they are", "leave it or FILE out")
    if files:
        checked = [check_document(path.name, read_yaml(path)) for path in files]
    else:
        built, _ = _built(settings_file, form)
        checked = [check_document(built.name, built.document)]
    write_checked_routes(checked, output, sys.stdout)
    if not all(one.ok for one in checked):
        raise typer.Exit(_FOUND_STATUS)


@app.command("test")
def try_routes(
    settings_file: SettingsFile = None,
    form: Form = RouteForm.FILE,
    into: Annotated[
        Path | None, typer.Option("--into", metavar="DIR", help="Try the table that is in this folder, instead.")
    ] = None,
    output: Output = ExplanationFormat.TABLE,
) -> None:
    """Ask amtool where each alert of the table goes. Exit status 3 if one goes elsewhere than it should.

    The table has an alert of every severity and team, and those that the settings add under `tests`.
    """
    from app.output.routes import write_tried
    from app.rules.route_check import try_built, try_folder
    from app.rules.tools import installed

    if into is not None and settings_file is not None:
        raise UsageError("--settings: a folder is tested as it is", "leave it or --into out")
    if not installed("amtool"):
        raise LeakwatchError("amtool is not installed", "install it; it comes with Alertmanager")
    tried = try_built(_built(settings_file, form)[0]) if into is None else try_folder(into)
    write_tried(tried, output, sys.stdout)
    if not all(one.ok for one in tried):
        raise typer.Exit(_FOUND_STATUS)


def _built(path: Path | None, form: RouteForm) -> "tuple[BuiltRoutes, str]":
    """What the settings make, and what files call their source. Raises SettingsError, UsageError."""
    from app.rules.route_alerts import own_alerts
    from app.rules.route_build import build_routes
    from app.rules.route_file import routes_of

    settings, source = settings_of(path)
    return build_routes(routes_of(settings.alertmanager, own_alerts(settings)), form), source
