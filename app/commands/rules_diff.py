"""`leakwatch rules diff`: what would change, in a folder or in a running Prometheus."""

import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands import options
from app.commands.rules_build import Form
from app.commands.rules_options import FOUND_STATUS, SettingsFile, built_of, settings_of
from app.errors import UsageError
from app.rules.forms import RuleFormat

if TYPE_CHECKING:
    from app.rules.folder import Change
    from app.rules.generate import Built
    from app.settings import Settings


def command(
    settings_file: SettingsFile = None,
    form: Form = RuleFormat.RULES,
    into: Annotated[
        Path | None, typer.Option("--into", metavar="DIR", help="Compare with the files in this folder.")
    ] = None,
    prometheus_url: Annotated[
        str | None, typer.Option("--prometheus-url", help="Compare with the rules that this Prometheus has loaded.")
    ] = None,
    fail_on_diff: Annotated[
        bool, typer.Option("--fail-on-diff", help="Exit with status 3 when something would change.")
    ] = False,
    header: options.Header = None,
    timeout: options.Timeout = None,
    tenant: options.Tenant = None,
    token_file: options.TokenFile = None,
    username: options.Username = None,
    password_file: options.PasswordFile = None,
    ca_file: options.CaFile = None,
    client_cert: options.ClientCert = None,
    client_key: options.ClientKey = None,
) -> None:
    """Show what `rules build` would change: lines with - are there now, lines with + would be.

    Of a running Prometheus, rules in groups of ours that the settings do not choose any more are shown with -, too.
    """
    from app.output.diff import print_diffs
    from app.rules.folder import changes
    from app.rules.generate import files_of
    from app.rules.text import RULES
    from app.settings import load_settings

    if (into is None) == (prometheus_url is None):
        raise UsageError("--into: give it or --prometheus-url, one of them", "such as --into rules")
    settings, source = settings_of(settings_file)
    built = built_of(settings)
    if into is not None:
        planned = changes(into, files_of(built, form, settings, source), RULES.wrote)
    else:
        connection = options.connection(
            header=header,
            timeout=timeout,
            tenant=tenant,
            token_file=token_file,
            username=username,
            password_file=password_file,
            ca_file=ca_file,
            client_cert=client_cert,
            client_key=client_key,
        )
        planned = _against(load_settings(prometheus_url=prometheus_url, **connection), built)
    print_diffs(sys.stdout, planned)
    if fail_on_diff and any(one.before != one.after for one in planned):
        raise typer.Exit(FOUND_STATUS)


def _against(settings: "Settings", built: "tuple[Built, ...]") -> "tuple[Change, ...]":
    from app.prometheus.client import PrometheusClient
    from app.prometheus.loaded import formatted, loaded_groups
    from app.prometheus.source import Control
    from app.rules.compare import against_loaded

    client, control = PrometheusClient(settings), Control(deadline=time.monotonic() + settings.scan_time_limit)
    try:
        groups, _ = loaded_groups(client, control)
        return against_loaded(built, groups, partial(formatted, client, control))
    finally:
        client.close()
