"""`leakwatch token`: who may use the API."""

import sys
import time
from typing import Annotated

import typer

from app.commands import options
from app.domain.access import Role
from app.output.formats import Format

app = typer.Typer(help="Make, list or revoke the tokens that the API asks for.", no_args_is_help=True)

_By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who does it; your login name if unset.")]
_NEVER = "never"


@app.command("create")
def create_token(
    role: Annotated[
        Role, typer.Option("--role", help="viewer reads; responder also acts on incidents; admin also makes tokens.")
    ],
    name: Annotated[str, typer.Option("--name", help="Whose or what it is for; the timeline tells it.")],
    expires: Annotated[str, typer.Option("--expires", help="When it ends, such as 12h, 90d or 1y; or never.")] = "90d",
    by: _By = None,
) -> None:
    """Make a token, and print it: this once, as only a hash of it is kept."""
    from app.commands.database import checked_engine, token_service
    from app.output.document import rfc3339

    life = None if expires == _NEVER else options.duration(expires, "--expires")
    with checked_engine() as engine:
        made = token_service(engine).create(name, role, life, options.login_name() if by is None else by)
    until = "it does not expire" if made.token.expires_at is None else f"expires {rfc3339(made.token.expires_at)}"
    typer.echo(made.text)
    typer.echo(f"leakwatch: token {made.token.id}, role {role.value}, {until}; it is not shown again", err=True)


@app.command("list")
def list_tokens(
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Most tokens to list.")] = 200,
    output: Annotated[Format, typer.Option("--output", "-o", help="How to write them.")] = Format.TABLE,
) -> None:
    """List tokens, newest first, also those that are over; never their secrets."""
    from app.commands.database import checked_engine, token_service
    from app.output.token import write_tokens

    with checked_engine() as engine:
        page = token_service(engine).page(None, limit)
    write_tokens(list(page.tokens), output, sys.stdout, time.time())
    if page.next_cursor is not None:
        typer.echo(f"leakwatch: there are more than {limit}; raise --limit to see them", err=True)


@app.command("revoke")
def revoke_token(
    which: Annotated[str, typer.Argument(metavar="ID", help="Its number, or its key id: what stands behind lw_.")],
    by: _By = None,
) -> None:
    """End a token. Services notice within seconds; to do it twice is to do it once."""
    from app.commands.database import checked_engine, token_service

    with checked_engine() as engine:
        service = token_service(engine)
        token = service.revoke(service.number_of(which), options.login_name() if by is None else by)
    typer.echo(f"token {token.id} ({token.name}): revoked by {token.revoked_by}")
