"""`leakwatch db`: the schema of the database."""

import typer

app = typer.Typer(help="Check or upgrade the database's schema.", no_args_is_help=True)


@app.command("upgrade")
def upgrade_schema() -> None:
    """Bring the schema up to date, in one transaction; a database that does not exist yet is made."""
    from app.commands.database import opened_engine
    from app.storage.schema import upgrade

    with opened_engine() as engine:
        typer.echo(f"the database has schema {upgrade(engine)}, which is current")


@app.command("check")
def check_schema() -> None:
    """Say whether the schema fits this version of leakwatch; exit status 1 where it does not."""
    from app.commands.database import opened_engine
    from app.storage.schema import check

    with opened_engine() as engine:
        typer.echo(f"the database has schema {check(engine)}, which is current")
