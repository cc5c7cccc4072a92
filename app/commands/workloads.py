"""`leakwatch workloads`: what scans thought of every workload, from the command line."""

import sys
import time
from typing import Annotated

import typer

from app.domain.listing import WorkloadSort
from app.domain.workload import WorkloadFilter
from app.output.formats import Format
from detectors.judgement import Verdict

app = typer.Typer(
    help="List every workload with the latest verdict, or show one with its history.", no_args_is_help=True
)

_Output = Annotated[Format, typer.Option("--output", "-o", help="How to write them.")]


@app.command("list")
def list_workloads(
    verdict: Annotated[
        list[Verdict] | None, typer.Option("--verdict", help="Only with this verdict. Repeatable.")
    ] = None,
    cluster: Annotated[str | None, typer.Option("--cluster", help="Only of this cluster.")] = None,
    namespace: Annotated[str | None, typer.Option("--namespace", "-n", help="Only in this namespace.")] = None,
    text: Annotated[str | None, typer.Option("--text", help="Only where this stands in a name.")] = None,
    sort: Annotated[WorkloadSort, typer.Option("--sort", help="Order; - turns it round.")] = WorkloadSort.MOST_PROBABLE,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Most workloads to list.")] = 200,
    output: _Output = Format.TABLE,
) -> None:
    """List the containers of all workloads that were ever scanned, the most probable leaks first."""
    from app.commands.database import checked_engine
    from app.output.workload_write import write_workloads
    from app.services.workloads import WorkloadService

    wanted = WorkloadFilter(
        verdicts=tuple(one.value for one in verdict or ()), cluster=cluster, namespace=namespace, text=text or None
    )
    with checked_engine() as engine:
        page = WorkloadService(engine).page(wanted, None, limit, sort)
    write_workloads(list(page.workloads), output, sys.stdout, time.time())
    if page.next_cursor is not None:
        typer.echo(f"leakwatch: there are more than {limit}; raise --limit to see them", err=True)


@app.command("show")
def show_workload(
    fingerprint: Annotated[str, typer.Argument(metavar="FINGERPRINT", help="As `workloads list` shows it.")],
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Most lines of its history.")] = 50,
    output: _Output = Format.TABLE,
) -> None:
    """Show one workload's container: the latest verdict, why, and what it was before."""
    from app.commands.database import checked_engine
    from app.output.workload_write import write_workload
    from app.services.workloads import WorkloadService

    with checked_engine() as engine:
        detail = WorkloadService(engine).one(fingerprint, None, limit)
    write_workload(detail.workload, detail.history, output, sys.stdout, time.time())
