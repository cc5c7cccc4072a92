"""`leakwatch rules verify`: could our rules fire in the Prometheus that runs?"""

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from app.commands import options
from app.commands.rules_options import FOUND_STATUS, SettingsFile
from app.domain.verification import State, Verification
from app.errors import UsageError
from app.output.formats import Format

_FAILED_STATUS = 1


def command(
    prometheus_url: options.PrometheusUrl = None,
    rules_url: Annotated[
        str | None,
        typer.Option("--rules-url", help="Where loaded rules are listed, if elsewhere: Thanos Ruler, vmalert."),
    ] = None,
    settings_file: SettingsFile = None,
    into: Annotated[
        Path | None, typer.Option("--into", metavar="DIR", help="Verify the rules in this folder instead.")
    ] = None,
    output: Annotated[Format, typer.Option("--output", "-o", help="How to write what was found.")] = Format.TABLE,
    output_file: Annotated[Path | None, typer.Option("--output-file", help="Write it to this file instead.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
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
    """Tell which rules are armed in a running Prometheus, which are blind, and which are missing.

    Ends with status 3 when one is blind or missing, and with 1 when one could not be told.
    """
    from app.commands.progress import shown_progress
    from app.output.verification_write import write_verification
    from app.output.write import check_writable, write_file
    from app.prometheus.source import Control
    from app.rules.verify.run import verify
    from app.settings import load_settings

    settings = load_settings(
        **options.given(
            prometheus_url=prometheus_url,
            **options.connection(
                header=header,
                timeout=timeout,
                tenant=tenant,
                token_file=token_file,
                username=username,
                password_file=password_file,
                ca_file=ca_file,
                client_cert=client_cert,
                client_key=client_key,
            ),
        )
    )
    if settings.prometheus_url is None:
        raise UsageError("--prometheus-url: there is no Prometheus to ask", "give its URL")
    documents, sources = _ours(settings_file, into)
    if output_file is not None:
        check_writable(output_file)
    control = Control(deadline=time.monotonic() + settings.scan_time_limit)
    with shown_progress(control, quiet=quiet, words=("Asking", "Verifying", "rules")):
        found = verify(documents, settings, control, rules_url=rules_url, sources=sources)
    if output_file is None:
        write_verification(found, output, sys.stdout)
    else:
        write_file(output_file, lambda out: write_verification(found, output, out))
    if _status(found):
        raise typer.Exit(_status(found))


def _ours(settings_file: Path | None, into: Path | None) -> tuple[list[Mapping[str, Any]], frozenset[str]]:
    """The documents of our rules, and the label matchers that say where series come from. Raises UsageError."""
    from app.commands.rules_options import built_of, settings_of
    from app.rules.documents import read_folder
    from app.rules.verify.selectors import USUAL_SOURCES, matchers_of

    if into is not None:
        if settings_file is not None:
            raise UsageError("--into: give it or --settings, one of them", "such as --into rules")
        return list(read_folder(into)), USUAL_SOURCES
    rules, _ = settings_of(settings_file)
    selectors = rules.selectors
    sources = matchers_of(selectors.cadvisor) | matchers_of(selectors.kube_state_metrics)
    return [one.rules for one in built_of(rules)], USUAL_SOURCES | sources


def _status(found: Verification) -> int:
    """What is known to be wrong comes before what could not be told."""
    if found.count(State.BLIND) or found.count(State.MISSING):
        return FOUND_STATUS
    return _FAILED_STATUS if found.count(State.UNKNOWN) else 0
