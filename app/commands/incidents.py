"""`leakwatch incidents`: what is kept, from the command line."""

import sys
import time
from typing import Annotated

import typer

from app.commands import incident_acts
from app.commands.options import By, whoever
from app.domain.finding import Severity
from app.domain.incident import IncidentFilter, IncidentState
from app.domain.listing import IncidentSort
from app.output.formats import Format

app = typer.Typer(help="List incidents, show one, or act on one.", no_args_is_help=True)

_Id = Annotated[int, typer.Argument(metavar="ID", min=1, max=2**63 - 1, help="Number of the incident.")]
_Output = Annotated[Format, typer.Option("--output", "-o", help="How to write them.")]


@app.command("list")
def list_incidents(
    state: Annotated[
        list[IncidentState] | None, typer.Option("--state", help="Only in this state. Repeatable; open ones if unset.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="In any state.")] = False,
    severity: Annotated[
        list[Severity] | None, typer.Option("--severity", help="Only of this severity. Repeatable.")
    ] = None,
    cluster: Annotated[str | None, typer.Option("--cluster", help="Only of this cluster.")] = None,
    namespace: Annotated[str | None, typer.Option("--namespace", "-n", help="Only in this namespace.")] = None,
    revision: Annotated[str | None, typer.Option("--revision", help="Only where this revision is suspected.")] = None,
    text: Annotated[str | None, typer.Option("--text", help="Only where this stands in a name or revision.")] = None,
    sort: Annotated[IncidentSort, typer.Option("--sort", help="Order; - turns it round.")] = IncidentSort.URGENCY,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Most incidents to list.")] = 200,
    output: _Output = Format.TABLE,
) -> None:
    """List incidents, most urgent first: those that are not over, unless told otherwise."""
    from app.commands.database import checked_engine
    from app.output.incident_write import write_incidents
    from app.services.incidents import IncidentService

    unresolved = (IncidentState.OPEN, IncidentState.ACKNOWLEDGED)
    states = () if every else tuple(state or unresolved)
    wanted = IncidentFilter(
        states=tuple(one.value for one in states),
        severities=tuple(one.value for one in severity or ()),
        cluster=cluster,
        namespace=namespace,
        revision=revision,
        text=text or None,
    )
    with checked_engine() as engine:
        page = IncidentService(engine).page(wanted, None, limit, sort)
    write_incidents(list(page.incidents), output, sys.stdout, time.time())
    if page.next_cursor is not None:
        typer.echo(f"leakwatch: there are more than {limit}; raise --limit to see them", err=True)


@app.command("show")
def show_incident(
    incident_id: _Id,
    output: _Output = Format.TABLE,
) -> None:
    """Show one incident: why it is believed, and what happened to it."""
    from app.commands.database import checked_engine
    from app.output.incident_write import write_incident
    from app.services.incidents import IncidentService

    with checked_engine() as engine:
        detail = IncidentService(engine).detail(incident_id)
    write_incident(detail, output, sys.stdout, time.time())


@app.command("not-a-leak")
def not_a_leak(
    incident_id: _Id,
    comment: Annotated[str, typer.Option("--comment", help="Why it is none; kept, and shown with the incident.")],
    by: By = None,
    output: _Output = Format.TABLE,
) -> None:
    """Say that it is no leak: it is resolved, and told again only when it clearly exceeds what it shows now."""
    from app.commands.database import checked_engine
    from app.output.incident_write import accepted, write_incident
    from app.services.feedback import FeedbackService

    with checked_engine() as engine:
        acted = FeedbackService(engine).not_a_leak(incident_id, whoever(by), comment)
    if output is not Format.TABLE:
        write_incident(acted.detail, output, sys.stdout, time.time())
    elif acted.detail.feedback is not None:
        how = "accepted" if acted.changed else "was accepted already"
        typer.echo(f"incident {incident_id}: {how}, {accepted(acted.detail.feedback)}")


@app.command("is-a-leak")
def is_a_leak(
    incident_id: _Id,
    comment: Annotated[str, typer.Option("--comment", help="Why; kept in the incident's timeline.")] = "",
    by: By = None,
    output: _Output = Format.TABLE,
) -> None:
    """Take back that it is no leak: the next scan judges it anew, and opens it again where it still leaks."""
    from app.commands.database import checked_engine
    from app.output.incident_write import write_incident
    from app.services.feedback import FeedbackService

    with checked_engine() as engine:
        acted = FeedbackService(engine).is_a_leak(incident_id, whoever(by), comment)
    if output is not Format.TABLE:
        write_incident(acted.detail, output, sys.stdout, time.time())
    elif acted.changed:
        typer.echo(f"incident {incident_id}: nothing is accepted any more; the next scan judges it anew")
    else:
        typer.echo(f"incident {incident_id}: nobody has said that it is no leak")


for _name, _command in incident_acts.COMMANDS.items():
    app.command(_name)(_command)
