"""`leakwatch gate`: whether a canary may go on."""

import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.commands import options
from app.output.formats import ExplanationFormat
from detectors.canary.outcome import Outcome

_FAILED, _INCONCLUSIVE = 3, 4


class Instead(StrEnum):
    """What an inconclusive canary counts as."""

    PASS = "pass"  # noqa: S105 (no password)
    FAIL = "fail"


def command(
    workload: Annotated[
        str, typer.Argument(metavar="NAMESPACE/WORKLOAD", help="The workload, such as shop/cart.", show_default=False)
    ],
    stable: Annotated[
        str,
        typer.Option(
            metavar="REV",
            help="The revision to compare with, by its image's tag, its template's hash or its ReplicaSet; with access "
            "to the cluster by its number too; `stable`: what runs beside the canary.",
        ),
    ] = "stable",
    canary: Annotated[
        str, typer.Option(metavar="REV", help="The revision that is rolled out; `canary`: what was started last.")
    ] = "canary",
    stable_workload: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Where the stable runs, if that is another workload: Flagger's cart-primary."
        ),
    ] = None,
    container: Annotated[
        str | None, typer.Option("--container", "-c", help="Only this container of it; all of them if unset.")
    ] = None,
    wait: Annotated[
        str | None,
        typer.Option("--wait", help="Look again each minute for so long, such as 30m, until it can be told."),
    ] = None,
    horizon: Annotated[
        str | None,
        typer.Option("--horizon", help="Pass what is sure not to fill its memory for so long; 24h if unset."),
    ] = None,
    inconclusive: Annotated[
        Instead | None, typer.Option("--inconclusive", help="What counts for the exit status where it cannot be told.")
    ] = None,
    prometheus_url: options.PrometheusUrl = None,
    recording: options.Recording = None,
    lookback: options.Lookback = None,
    end: options.End = None,
    step: options.Step = None,
    cluster: options.Cluster = None,
    output: Annotated[
        ExplanationFormat, typer.Option("--output", "-o", help="How to write it.")
    ] = ExplanationFormat.TABLE,
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
    """Tell whether a canary leaks: its memory beside the stable revision's, at the same age and load.

    Exit status: 0 pass, 3 fail, 4 inconclusive (see --inconclusive), 1 it could not be read, 2 bad usage.
    """
    from app.commands.gate_progress import told_on
    from app.domain.gate import Question
    from app.errors import UsageError
    from app.logs import configure_logs
    from app.output.gate_write import write_answer
    from app.output.write import check_writable, write_file
    from app.prometheus.source import Control
    from app.scanning.gate.look import look_at_canary
    from app.scanning.gate.watch import watch
    from app.scanning.one_workload import Target
    from app.settings import load_settings
    from detectors.canary.outcome import CanaryOptions

    target = Target.of(workload, container)
    given = options.given(
        prometheus_url=prometheus_url,
        recording=recording,
        lookback=lookback,
        gate_horizon=horizon,
        step=step,
        namespaces=(target.namespace,),
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
    seconds = options.duration(wait, "--wait") if wait is not None else 0.0
    if seconds and (until is not None or settings.recording is not None):
        raise UsageError("--wait: the past does not go on", "leave out --end and --recording, or --wait")
    if output_file is not None:
        check_writable(output_file)
    configure_logs(settings)
    question = Question(target.namespace, target.workload, stable, canary, container, stable_workload, settings.cluster)
    sure = CanaryOptions(horizon_hours=settings.gate_horizon / 3600)
    control = Control(deadline=time.monotonic() + seconds + settings.scan_time_limit)
    with told_on(sys.stderr, quiet=quiet) as tell:
        answer = watch(
            lambda: look_at_canary(settings, question, control, sure, end=until, by_hand=True), seconds, control, tell
        )
    if output_file is None:
        write_answer(answer, output, sys.stdout)
    else:
        write_file(output_file, lambda out: write_answer(answer, output, out))
    outcome = answer.outcome
    if outcome is Outcome.INCONCLUSIVE and inconclusive is not None:
        outcome = Outcome(inconclusive.value)
    if outcome is not Outcome.PASS:
        raise typer.Exit(_FAILED if outcome is Outcome.FAIL else _INCONCLUSIVE)
