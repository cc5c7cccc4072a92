"""`leakwatch explain`: why a workload was judged as it was, in a terminal."""

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from app.commands import options
from app.output.formats import ExplanationFormat


def command(
    workload: Annotated[
        str, typer.Argument(metavar="NAMESPACE/WORKLOAD", help="The workload, such as shop/cart.", show_default=False)
    ],
    container: Annotated[str | None, typer.Option("--container", "-c", help="Only this container of it.")] = None,
    prometheus_url: options.PrometheusUrl = None,
    recording: options.Recording = None,
    lookback: options.Lookback = None,
    history: options.History = None,
    end: options.End = None,
    step: options.Step = None,
    cluster: options.Cluster = None,
    pods: Annotated[
        int | None, typer.Option("--pods", min=1, help="Most pods to draw, leaking ones first; 3 if unset.")
    ] = None,
    output: Annotated[
        ExplanationFormat, typer.Option("--output", "-o", help="How to write it.")
    ] = ExplanationFormat.TABLE,
    output_file: Annotated[Path | None, typer.Option("--output-file", help="Write it to this file instead.")] = None,
    width: Annotated[
        int | None, typer.Option("--width", min=40, max=1000, help="Characters across a plot; the terminal's if unset.")
    ] = None,
    height: Annotated[
        int | None, typer.Option("--height", min=6, max=200, help="Lines of a plot with its axes.")
    ] = None,
    ascii_only: Annotated[bool, typer.Option("--ascii", help="Draw with ASCII characters alone.")] = False,
    no_store: Annotated[
        bool, typer.Option("--no-store", help='Read no database, and so heed no "not a leak".')
    ] = False,
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
    """Show why a workload leaks, or why it does not: its memory drawn, every test's figure, every reason.

    Looks at that workload alone and keeps nothing. Of the present it heeds each "not a leak", as a scan does. The
    documents are those of `scan`, with `figures` and `series` in each finding.
    """
    from app.commands.progress import shown_progress
    from app.logs import configure_logs
    from app.output.explanation_write import Wanted, write_explained
    from app.output.write import check_writable, write_file
    from app.prometheus.source import Control
    from app.scanning.explain import explain
    from app.scanning.knowing import KnownClusters
    from app.scanning.one_workload import Target
    from app.scanning.said import said_so_far
    from app.settings import load_settings

    target = Target.of(workload, container)
    given = options.given(
        prometheus_url=prometheus_url,
        recording=recording,
        lookback=lookback,
        history=history,
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
    if output_file is not None:
        check_writable(output_file)
    configure_logs(settings)
    control = Control(deadline=time.monotonic() + settings.scan_time_limit)
    said = {} if no_store or until is not None else said_so_far(settings)
    known = KnownClusters((target.namespace,))
    try:
        with shown_progress(control, quiet=quiet):
            explained = explain(settings, target, control, end=until, known=known, said=said)
    finally:
        known.close()
    wanted = Wanted(width, height, ascii_only, pods)
    if output_file is None:
        write_explained(explained, output, wanted, sys.stdout)
    else:
        write_file(output_file, lambda out: write_explained(explained, output, wanted, out))
