"""`leakwatch silences`: what is kept quiet, and until when."""

import sys
import time
from typing import Annotated

import typer

from app.commands.options import By, end_of, moment, whoever
from app.domain.silence import SilenceState, matcher_of
from app.errors import UsageError
from app.output.formats import Format

app = typer.Typer(help="List silences, add one, or end one.", no_args_is_help=True)

_Output = Annotated[Format, typer.Option("--output", "-o", help="How to write them.")]


@app.command("list")
def list_silences(
    state: Annotated[
        list[SilenceState] | None,
        typer.Option("--state", help="Only in this state. Repeatable; those that are not over if unset."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="In any state.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Most silences to list.")] = 200,
    output: _Output = Format.TABLE,
) -> None:
    """List silences, newest first: those that are not over, unless told otherwise."""
    from app.commands.database import checked_engine
    from app.output.silence import write_silences
    from app.services.silences import SilenceService

    states = () if every else tuple(state or (SilenceState.ACTIVE, SilenceState.PENDING))
    with checked_engine() as engine:
        page = SilenceService(engine).page(states, None, None, limit)
    write_silences(list(page.silences), output, sys.stdout, time.time())
    if page.next_cursor is not None:
        typer.echo(f"leakwatch: there are more than {limit}; raise --limit to see them", err=True)


@app.command("add")
def add_silence(
    matchers: Annotated[
        list[str],
        typer.Argument(
            metavar="MATCHER...",
            help="Such as namespace=shop or 'workload=~cart-.*'; of cluster, namespace, workload, container, revision; "
            "with =, !=, =~ or !~. All must be met.",
        ),
    ],
    comment: Annotated[str, typer.Option("--comment", help="Why.")],
    span: Annotated[str | None, typer.Option("--for", metavar="SPAN", help="For how long, such as 2h.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="TIME", help="Or until when, RFC 3339.")] = None,
    start: Annotated[str | None, typer.Option("--start", metavar="TIME", help="From when on; now if unset.")] = None,
    by: By = None,
    output: _Output = Format.TABLE,
) -> None:
    """Keep incidents quiet that meet all matchers."""
    from app.commands.database import checked_engine
    from app.output.silence import write_silences
    from app.services.acts import By as Actor
    from app.services.silences import SilenceService, Wanted

    starts_at = None if start is None else moment(start, "--start")
    ends_at = end_of(until, span, time.time() if starts_at is None else starts_at)
    try:
        wanted = Wanted(tuple(matcher_of(one) for one in matchers), starts_at, ends_at, comment)
    except ValueError as error:
        raise UsageError(f"MATCHER: {error}") from error
    with checked_engine() as engine:
        silence = SilenceService(engine).create(wanted, Actor(whoever(by))).silence
    write_silences([silence], output, sys.stdout, time.time())


@app.command("end")
def end_silence(
    silence_id: Annotated[int, typer.Argument(metavar="ID", min=1, max=2**63 - 1, help="Number of the silence.")],
    by: By = None,
) -> None:
    """End a silence now, before its time."""
    from app.commands.database import checked_engine
    from app.services.acts import By as Actor
    from app.services.silences import SilenceService

    with checked_engine() as engine:
        done = SilenceService(engine).expire(silence_id, Actor(whoever(by)))
    typer.echo(f"silence {silence_id}: {'ended' if done.changed else 'was over already'}")
