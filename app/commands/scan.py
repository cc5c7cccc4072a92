"""`leakwatch scan`: look once, say what leaks, keep it as incidents."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands import options
from app.errors import LeakwatchError, ScanInProgress, UsageError
from app.output.formats import Format
from detectors.judgement import Verdict

if TYPE_CHECKING:
    from app.settings import Settings

_LEAK_STATUS = 3


def command(
    prometheus_url: options.PrometheusUrl = None,
    recording: options.Recording = None,
    lookback: options.Lookback = None,
    history: options.History = None,
    end: options.End = None,
    step: options.Step = None,
    namespace: options.Namespace = None,
    selector: options.Selector = None,
    cluster: options.Cluster = None,
    everything: Annotated[bool, typer.Option("--all", help="Also list healthy workloads.")] = False,
    output: Annotated[Format, typer.Option("--output", "-o", help="How to write the findings.")] = Format.TABLE,
    output_file: Annotated[Path | None, typer.Option("--output-file", help="Write them to this file instead.")] = None,
    fail_on_leak: Annotated[
        bool, typer.Option("--fail-on-leak", help="Exit with status 3 when there is a leak.")
    ] = False,
    no_store: Annotated[
        bool, typer.Option("--no-store", help="Touch no database: keep no incidents, and heed no 'not a leak'.")
    ] = False,
    push: Annotated[
        bool,
        typer.Option(
            "--push",
            help="Then tell Alertmanager, Grafana and a Pushgateway, as the settings name them: for a CronJob, without "
            "`serve`.",
        ),
    ] = False,
    every: Annotated[
        str | None, typer.Option("--every", help="How often this runs, such as 15m: alerts last four times as long.")
    ] = None,
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
    """Scan once: read the window, judge every workload, keep the leaks as incidents."""
    from app.commands.progress import shown_progress
    from app.logs import configure_logs
    from app.output.write import check_writable, write_report, write_report_file
    from app.prometheus.source import Control
    from app.scanning.once import scan_once
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
    settings = load_settings(**given)
    until = options.time_of(end, time.time())
    if output_file is not None:
        check_writable(output_file)
    configure_logs(settings)
    # A look at the past says nothing of how things stand: it neither opens nor closes incidents.
    store = not no_store and until is None
    every_seconds = _every(settings, every, push=push, store=store)
    control = Control(deadline=time.monotonic() + settings.scan_time_limit)
    with shown_progress(control, quiet=quiet):
        try:
            report = scan_once(settings, control, end=until, store=store)
        except ScanInProgress as error:
            if every_seconds is None:
                raise
            # The one that runs tells what it finds; this one was begun by a clock, and nothing is wrong.
            typer.echo(f"leakwatch: {error}: this one does nothing", err=True)
            return
        except LeakwatchError:
            # What is known already is told again, or it would seem to be over.
            _push_anyway(settings, every_seconds)
            raise
    findings = [one for one in report.findings if everything or one.verdict is not Verdict.HEALTHY]
    if output_file is None:
        write_report(report, findings, output, sys.stdout)
    else:
        write_report_file(report, findings, output, output_file)
    if every_seconds is not None:
        from app.push_once import push_once

        push_once(settings, every_seconds)
    if fail_on_leak and any(one.verdict is Verdict.LEAK for one in findings):
        raise typer.Exit(_LEAK_STATUS)


def _every(settings: "Settings", every: str | None, *, push: bool, store: bool) -> float | None:
    """Seconds to the next scan that pushes; None where this one does not. Raises UsageError."""
    if not push:
        if every is not None:
            raise UsageError("--every: says how long alerts last, and this pushes none", "give --push, too")
        return None
    from app.push_once import has_targets

    if not store:
        raise UsageError("--push: tells what the database holds, and this scan is not kept there")
    if every is None:
        raise UsageError("--push: nothing says how long alerts are to last", "say how often this runs: --every 15m")
    if not has_targets(settings):
        raise UsageError(
            "--push: there is nobody to tell",
            "set LEAKWATCH_ALERTMANAGER_URLS, LEAKWATCH_GRAFANA_URL or LEAKWATCH_PUSHGATEWAY_URL",
        )
    return options.duration(every, "--every")


def _push_anyway(settings: "Settings", every_seconds: float | None) -> None:
    if every_seconds is None:
        return
    import structlog

    from app.push_once import push_once

    try:
        push_once(settings, every_seconds)
    except LeakwatchError as error:
        structlog.get_logger().warning("nor could others be told", reason=str(error))
