"""`leakwatch incidents acknowledge` and the other acts of people."""

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.options import By, end_of, whoever
from app.errors import UsageError
from app.output.formats import Format

if TYPE_CHECKING:
    from app.services import acts, held

_Id = Annotated[int, typer.Argument(metavar="ID", min=1, max=2**63 - 1, help="Number of the incident.")]
_Output = Annotated[Format, typer.Option("--output", "-o", help="How to write how it stands then.")]
_MayComment = Annotated[str, typer.Option("--comment", help="Why; kept in the incident's timeline.")]
_Comment = Annotated[str, typer.Option("--comment", help="Why; kept in the incident's timeline.")]
_Act = Callable[["acts.ActService", "acts.By"], "held.Acted"]


def acknowledge(incident_id: _Id, comment: _MayComment = "", by: By = None, output: _Output = Format.TABLE) -> None:
    """Say that somebody deals with it: it stays acknowledged until it is over."""
    _done(incident_id, by, output, lambda service, who: service.acknowledge(incident_id, who, comment))


def unacknowledge(incident_id: _Id, comment: _MayComment = "", by: By = None, output: _Output = Format.TABLE) -> None:
    """Say that nobody deals with it any more."""
    _done(incident_id, by, output, lambda service, who: service.unacknowledge(incident_id, who, comment))


def resolve(incident_id: _Id, comment: _Comment, by: By = None, output: _Output = Format.TABLE) -> None:
    """Say that it is over, and why; scans open it again where data of two hours later still show the leak."""
    _done(incident_id, by, output, lambda service, who: service.resolve(incident_id, who, comment))


def reopen(incident_id: _Id, comment: _MayComment = "", by: By = None, output: _Output = Format.TABLE) -> None:
    """Say that it is not over."""
    _done(incident_id, by, output, lambda service, who: service.reopen(incident_id, who, comment))


def assign(
    incident_id: _Id,
    to: Annotated[str | None, typer.Option("--to", metavar="NAME", help="Who looks after it.")] = None,
    nobody: Annotated[bool, typer.Option("--nobody", help="It is nobody's any more.")] = False,
    comment: _MayComment = "",
    by: By = None,
    output: _Output = Format.TABLE,
) -> None:
    """Say who looks after it."""
    if (to is None) != nobody:
        raise UsageError("--to: give it or --nobody, one of them", "such as --to ann")
    _done(incident_id, by, output, lambda service, who: service.assign(incident_id, who, to, comment))


def comment_on(
    incident_id: _Id,
    comment: Annotated[str, typer.Argument(metavar="TEXT", help="What is to be known; one line.")],
    by: By = None,
    output: _Output = Format.TABLE,
) -> None:
    """Add a line to its timeline."""
    _done(incident_id, by, output, lambda service, who: service.comment(incident_id, who, comment))


def silence(
    incident_id: _Id,
    comment: _Comment,
    span: Annotated[str | None, typer.Option("--for", metavar="SPAN", help="For how long, such as 2h.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="TIME", help="Or until when, RFC 3339.")] = None,
    by: By = None,
    output: _Output = Format.TABLE,
) -> None:
    """Keep this incident quiet for some time; its state stays what it is."""
    end = end_of(until, span, time.time())
    _done(incident_id, by, output, lambda service, who: service.silence(incident_id, who, end, comment))


def unsilence(incident_id: _Id, comment: _MayComment = "", by: By = None, output: _Output = Format.TABLE) -> None:
    """End the silence that is of this incident alone."""
    _done(incident_id, by, output, lambda service, who: service.unsilence(incident_id, who, comment))


COMMANDS: dict[str, Callable[..., Any]] = {
    "acknowledge": acknowledge,
    "unacknowledge": unacknowledge,
    "resolve": resolve,
    "reopen": reopen,
    "assign": assign,
    "comment": comment_on,
    "silence": silence,
    "unsilence": unsilence,
}


def _done(incident_id: int, by: str | None, output: Format, act: _Act) -> None:
    from app.commands.database import checked_engine
    from app.output.document import rfc3339
    from app.output.incident_write import write_incident
    from app.services.acts import ActService
    from app.services.acts import By as Actor

    with checked_engine() as engine:
        acted = act(ActService(engine), Actor(whoever(by)))
    if output is not Format.TABLE:
        write_incident(acted.detail, output, sys.stdout, time.time())
        return
    incident = acted.detail.incident
    parts = [incident.standing.state.value]
    if incident.assignee is not None:
        parts.append(f"assigned to {incident.assignee}")
    if incident.silenced_until is not None:
        parts.append(f"silenced until {rfc3339(incident.silenced_until)}")
    how = "" if acted.changed else "it was so already: "
    typer.echo(f"incident {incident_id}: {how}{', '.join(parts)}")
