"""`leakwatch dashboards`: Grafana dashboards as code: write them, check them, push them."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.rules_options import FOUND_STATUS, SettingsFile, settings_of
from app.dashboards.forms import DashboardFormat
from app.errors import SettingsError, UsageError

if TYPE_CHECKING:
    from app.dashboards.made import Made
    from app.rules.dashboard_settings import DashboardSettings

app = typer.Typer(help="Make Grafana dashboards, check them, or push them to a Grafana.", no_args_is_help=True)

_MAX_PLACES = 8
_MAX_BYTES = 8 << 20


@app.command("build")
def build(
    into: Annotated[Path, typer.Option("--into", metavar="DIR", help="The folder.")],
    settings_file: SettingsFile = None,
    form: Annotated[
        DashboardFormat,
        typer.Option(
            "--format",
            help="json: for any Grafana; provisioning: with the file that tells Grafana of them; configmap: for the "
            "sidecar of Grafana's Helm charts; grafanadashboard: for Grafana's operator.",
        ),
    ] = DashboardFormat.JSON,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be written, and write nothing.")] = False,
) -> None:
    """Write all dashboards into a folder.

    The same settings give the same files. Files that leakwatch did not write are left alone; those that it wrote in
    another format are removed.
    """
    from app.dashboards.made import files, is_ours
    from app.output.files import print_changes
    from app.rules.folder import changes, write

    found, wanted = _made(settings_file)
    # A copy that somebody keeps under another name stays, though it has a uid of ours.
    ours = {name for one in DashboardFormat for name in files(found, one, wanted)}
    every = changes(into, files(found, form, wanted), is_ours)
    planned = tuple(one for one in every if one.after is not None or one.name in ours)
    if not dry_run:
        write(into, planned)
    print_changes(sys.stdout, into, planned, dry_run)


@app.command("check")
def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="Dashboards (classic JSON); without, our own.")
    ] = None,
    settings_file: SettingsFile = None,
) -> None:
    """Check dashboards: schema, ids, units, data sources, queries, variables, links. Exit status 3 on a problem."""
    from app.dashboards.check import problems

    ours = () if paths else _made(settings_file)[0]
    documents = {str(path): _read(path) for path in paths or ()} | {one.uid: one.document for one in ours}
    found = problems(documents)
    for one in found:
        typer.echo(str(one))
    if found:
        raise typer.Exit(FOUND_STATUS)
    typer.echo(f"no problem in {len(documents)}")


@app.command("push")
def push(
    settings_file: SettingsFile = None,
    message: Annotated[
        str, typer.Option("--message", "-m", help="Kept with the version that each dashboard becomes.")
    ] = "leakwatch dashboards push",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
) -> None:
    """Save our dashboards in the Grafana at LEAKWATCH_GRAFANA_URL; those that are the same stay untouched."""
    from app.grafana.client import make_client
    from app.grafana.dashboards import DashboardPusher, Folder
    from app.settings import load_settings

    found, wanted = _made(settings_file)
    client = make_client(load_settings())
    if client is None:
        raise SettingsError(
            "LEAKWATCH_GRAFANA_URL: is not set", "set it, and LEAKWATCH_GRAFANA_TOKEN or ..._TOKEN_FILE"
        )
    pusher = DashboardPusher(client, Folder(wanted.folder_uid, wanted.folder))
    documents = [one.document for one in found]
    try:
        for one in pusher.differences(documents) if dry_run else pusher.push(documents, message):
            typer.echo(f"{one.verb:<9} {one.uid}")
            for place in one.places[:_MAX_PLACES]:
                typer.echo(f"          {place}")
            if len(one.places) > _MAX_PLACES:
                typer.echo(f"          and {len(one.places) - _MAX_PLACES} more")
    finally:
        client.close()


def _made(settings_file: Path | None) -> "tuple[tuple[Made, ...], DashboardSettings]":
    from app.dashboards.made import made

    loaded, _ = settings_of(settings_file)
    wanted = loaded.dashboards
    return made(wanted.options(loaded.selectors.cadvisor, loaded.selectors.kube_state_metrics)), wanted


def _read(path: Path) -> Mapping[str, Any]:
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
        document = json.loads(raw) if len(raw) <= _MAX_BYTES else None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{path}: is not JSON: {error}", "name files that Grafana exported, or that build wrote"
        ) from None
    if not isinstance(document, dict):
        raise UsageError(f"{path}: holds no dashboard", "name files that Grafana exported, or that build wrote")
    return document
