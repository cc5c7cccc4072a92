"""`leakwatch mitigate`: acting on leaks, from the command line."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.options import By, duration, whoever
from app.domain.mitigation.model import UNDER_WAY, ActKind, Mitigation, MitigationState, Wish
from app.domain.mitigation.quantity import bytes_of
from app.errors import UsageError
from app.output.formats import Format

if TYPE_CHECKING:
    from app.mitigating.carrying import Carrier
    from app.services.mitigations import MitigationService

app = typer.Typer(
    help="Propose to act on a leak, approve it, see what came of it, or stop all acts.", no_args_is_help=True
)

_Id = Annotated[int, typer.Argument(metavar="ID", min=1, max=2**63 - 1, help="Number of the mitigation.")]
_Output = Annotated[Format, typer.Option("--output", "-o", help="How to write it.")]
_MayComment = Annotated[str, typer.Option("--comment", help="Why; kept in the incident's timeline.")]
_Wait = Annotated[
    str, typer.Option("--wait", metavar="SPAN", help="How long to wait for the rollout; 0 for not at all.")
]
_LOOK_EVERY_SECONDS = 1.0
_DONE = frozenset({MitigationState.WATCHING, MitigationState.SUCCEEDED})


@app.command("propose")
def propose(
    incident_id: Annotated[
        int, typer.Argument(metavar="INCIDENT", min=1, max=2**63 - 1, help="Number of the incident.")
    ],
    act: Annotated[ActKind, typer.Option("--act", help="What is to be done.")] = ActKind.ROLLBACK,
    revision: Annotated[
        int | None, typer.Option("--to-revision", min=1, help="Of a rollback; the one before the suspect if unset.")
    ] = None,
    limit: Annotated[
        str | None, typer.Option("--limit", metavar="AMOUNT", help="Of a raised limit, such as 512Mi.")
    ] = None,
    comment: _MayComment = "",
    by: By = None,
    output: _Output = Format.TABLE,
) -> None:
    """Show how it would be done and what it disturbs, by a dry run, and keep that to be approved. Changes nothing."""
    from app.output.mitigation_write import write_mitigation

    try:
        wish = Wish(act, revision, None if limit is None else bytes_of(limit))
    except ValueError as error:
        raise UsageError(f"--limit: {error}") from None
    with _opened() as (service, _):
        one = service.propose(incident_id, wish, whoever(by), comment)
    write_mitigation(one, output, sys.stdout, time.time())
    if one.state is MitigationState.REFUSED:
        raise typer.Exit(1)


@app.command("list")
def list_mitigations(
    state: Annotated[
        list[MitigationState] | None,
        typer.Option("--state", help="Only in this state. Repeatable; those that are not over if unset."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="In any state.")] = False,
    incident: Annotated[int | None, typer.Option("--incident", min=1, help="Only those of this incident.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Most to list.")] = 200,
    output: _Output = Format.TABLE,
) -> None:
    """List mitigations, newest first: those that are not over, unless told otherwise."""
    from app.output.mitigation_write import write_mitigations

    states = () if every else tuple(state or sorted(UNDER_WAY))
    with _opened() as (service, _):
        page = service.page(states, incident, None, limit)
    write_mitigations(page.mitigations, output, sys.stdout, time.time())
    if page.next_cursor is not None:
        typer.echo(f"leakwatch: there are more than {limit}; raise --limit to see them", err=True)


@app.command("show")
def show(mitigation_id: _Id, output: _Output = Format.TABLE) -> None:
    """Show one: what it changes, what it disturbs, and what came of it."""
    from app.output.mitigation_write import write_mitigation

    with _opened() as (service, _):
        write_mitigation(service.one(mitigation_id), output, sys.stdout, time.time())


@app.command("approve")
def approve(
    mitigation_id: _Id, comment: _MayComment = "", wait: _Wait = "30m", by: By = None, output: _Output = Format.TABLE
) -> None:
    """Let it be done, do it, and wait until its rollout is over. Exit status 1 where it was not done, or failed.

    With --wait 0 it is tried once, and a service, or `leakwatch mitigate carry`, goes on with it.
    """
    from app.output.mitigation_write import write_mitigation
    from app.services.acts import By as Actor

    seconds = 0.0 if wait.strip() == "0" else duration(wait, "--wait")
    with _opened() as (service, carrier):
        service.approve(mitigation_id, Actor(whoever(by)), comment)
        one = _carried(service, carrier, mitigation_id, time.monotonic() + seconds)
    write_mitigation(one, output, sys.stdout, time.time())
    if one.state not in _DONE and (one.state.is_over or seconds > 0):
        raise typer.Exit(1)


@app.command("reject")
def reject(mitigation_id: _Id, comment: _MayComment = "", by: By = None) -> None:
    """Say that it is not to be done."""
    from app.services.acts import By as Actor

    with _opened() as (service, _):
        done = service.reject(mitigation_id, Actor(whoever(by)), comment)
    typer.echo(f"mitigation {mitigation_id}: {'rejected' if done.changed else 'was rejected already'}")


@app.command("carry")
def carry(wait: _Wait = "30m") -> None:
    """Carry on what was approved and is not over, where no service does so; also after one was killed."""
    with _opened() as (service, carrier):
        until = time.monotonic() + (0.0 if wait.strip() == "0" else duration(wait, "--wait"))
        carrier.carry_all()
        for one in service.page(tuple(UNDER_WAY - {MitigationState.PROPOSED}), None, None, 500).mitigations:
            found = _carried(service, carrier, one.id, until)
            typer.echo(f"mitigation {found.id}: {found.state.value}{_because(found)}")


@app.command("stop")
def stop(
    comment: Annotated[str, typer.Option("--comment", help="Why.")],
    by: By = None,
) -> None:
    """Stop all acts at once, in every replica, until somebody lets them go on."""
    from app.output.mitigation_write import stop_words
    from app.services.acts import By as Actor

    with _opened() as (service, _):
        found, changed = service.stop(Actor(whoever(by)), comment)
    typer.echo(f"{'' if changed else 'it was so already: '}{stop_words(found)}")


@app.command("resume")
def resume(by: By = None) -> None:
    """Let acts go on."""
    from app.output.mitigation_write import stop_words
    from app.services.acts import By as Actor

    with _opened() as (service, _):
        found, changed = service.resume(Actor(whoever(by)))
    typer.echo(f"{'' if changed else 'it was so already: '}{stop_words(found)}")


@contextmanager
def _opened() -> Iterator[tuple["MitigationService", "Carrier"]]:
    """What the settings make of the database and of the clusters, which are reached as kubectl does."""
    from app.commands.database import checked_engine
    from app.logs import configure_logs
    from app.mitigating.carrying import Carrier
    from app.mitigating.policy import limits_of, policy_of
    from app.mitigating.reach import make_clusters
    from app.services.mitigations import MitigationService
    from app.settings import load_settings

    settings = load_settings()
    configure_logs(settings)
    policy = policy_of(settings)
    with checked_engine() as engine:
        clusters = make_clusters(settings, by_hand=True)
        try:
            service = MitigationService(engine, clusters, policy, settings.mitigation_expires)
            yield service, Carrier(engine, clusters, policy, limits_of(settings))
        finally:
            clusters.close()


def _carried(service: "MitigationService", carrier: "Carrier", mitigation_id: int, until: float) -> Mitigation:
    """It once it is rolled out or over, or that time (monotonic seconds) has come. What is new of it is told."""
    told = ""
    while True:
        carrier.carry(mitigation_id)
        one = service.one(mitigation_id)
        if one.state.is_over or one.rolled_out_at is not None or time.monotonic() >= until:
            return one
        line = f"{one.state.value}{_because(one)}"
        if line != told:
            typer.echo(line, err=True)
            told = line
        time.sleep(_LOOK_EVERY_SECONDS)


def _because(one: Mitigation) -> str:
    said = one.outcome or one.note
    return f": {said}" if said else ""
