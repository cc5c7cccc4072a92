"""`leakwatch db`: the schema of the database, what is kept in it, and snapshots of it."""

from typing import Annotated

import typer

from app.commands import db_backup

app = typer.Typer(
    help="Check or upgrade the database's schema; let go what is old; make and restore snapshots.", no_args_is_help=True
)
app.command("backup")(db_backup.backup)
app.command("restore")(db_backup.restore)


@app.command("upgrade")
def upgrade_schema() -> None:
    """Bring the schema up to date, in one transaction; a database that does not exist yet is made."""
    from app.commands.database import opened_engine
    from app.storage.schema import standing, upgrade

    with opened_engine() as engine:
        typer.echo(f"the database has {standing(upgrade(engine))}")


@app.command("check")
def check_schema() -> None:
    """Say whether this version of leakwatch can live with the schema; exit status 1 where it cannot."""
    from app.commands.database import opened_engine
    from app.storage.schema import check, standing

    with opened_engine() as engine:
        typer.echo(f"the database has {standing(check(engine))}")


@app.command("prune")
def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and let nothing go.")] = False,
) -> None:
    """Let go what is older than the LEAKWATCH_KEEP_... settings say, as `serve` does every hour."""
    from app.commands.database import checked_engine
    from app.services.retention import RetentionService
    from app.settings import load_settings
    from app.storage.retention import Ages

    with checked_engine() as engine:
        service = RetentionService(engine, Ages.of(load_settings()))
        rows = service.preview() if dry_run else service.prune()
    told = [f"{number} {name}" for name, number in rows.items() if number]
    typer.echo(f"{'would go' if dry_run else 'gone'}: {', '.join(told) or 'nothing is old enough'}")
