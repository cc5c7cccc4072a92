"""`leakwatch backtest`: what scans of the past would have found, and when."""

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from app.commands import options
from app.output.formats import Format


def command(
    prometheus_url: options.PrometheusUrl = None,
    recording: options.Recording = None,
    since: Annotated[str, typer.Option("--since", help="How far back to go, such as 7d.")] = "7d",
    every: Annotated[str, typer.Option("--every", help="Time between two of the scans, such as 1h.")] = "1h",
    lookback: options.Lookback = None,
    history: options.History = None,
    end: Annotated[
        str | None,
        typer.Option("--end", help="When the last of the scans is, RFC 3339 or unix seconds; the present if unset."),
    ] = None,
    step: options.Step = None,
    namespace: options.Namespace = None,
    selector: options.Selector = None,
    cluster: options.Cluster = None,
    labels: Annotated[
        Path | None, typer.Option("--labels", help='What truly leaks, JSON: {"shop/cart": {"leak": true}}.')
    ] = None,
    output: Annotated[Format, typer.Option("--output", "-o", help="How to write the result.")] = Format.TABLE,
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
    """Scan the past: what would have been flagged, when, how long before OOM kills, how steadily. Keeps nothing."""
    from app.commands.progress import shown_progress
    from app.logs import configure_logs
    from app.output.backtest_write import write_backtest
    from app.output.write import check_writable, write_file
    from app.prometheus.source import Control
    from app.scanning.backtest_service import Asked, perform_backtest, read_labels
    from app.settings import load_settings

    given = options.given(
        prometheus_url=prometheus_url,
        recording=recording,
        lookback=lookback,
        history=history,
        step=step,
        namespaces=tuple(namespace or ()) or None,
        selector=selector,
        cluster=cluster,
        prometheus_headers=options.headers_of(header),
        prometheus_timeout=timeout,
        prometheus_tenant=tenant,
        prometheus_token=options.secret_in(token_file, "--token-file"),
        prometheus_username=username,
        prometheus_password=options.secret_in(password_file, "--password-file"),
        prometheus_ca_file=ca_file,
        prometheus_client_cert=client_cert,
        prometheus_client_key=client_key,
    )
    settings = load_settings(**given)
    asked = Asked(
        options.duration(since, "--since"), options.duration(every, "--every"), options.time_of(end, time.time())
    )
    truth = None if labels is None else read_labels(labels)
    if output_file is not None:
        check_writable(output_file)
    configure_logs(settings)
    control = Control(deadline=time.monotonic() + settings.scan_time_limit)
    with shown_progress(control, quiet=quiet):
        report = perform_backtest(settings, asked, control, truth)
    if output_file is None:
        write_backtest(report, output, sys.stdout)
    else:
        write_file(output_file, lambda out: write_backtest(report, output, out))
