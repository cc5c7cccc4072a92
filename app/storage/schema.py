"""The database's schema: whether it fits this version of leakwatch, and making it fit."""

from contextlib import ExitStack
from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, func, inspect, select

from app.errors import SchemaOutdated, SchemaTooNew
from app.storage.compatibility import can_live_with
from app.storage.engine import storage_errors, without_limits

# Any number that nothing else in the database locks.
_UPGRADE_LOCK = 0x6C65616B


def check(engine: Engine) -> str:
    """The revision of the schema: the code's own, or a newer one that the code can live with.

    Raises SchemaOutdated when it is older than the code, SchemaTooNew, StorageError.
    """
    present, known = _present(engine), newest()
    if present == known:
        return known
    if present is None:
        raise SchemaOutdated("the database has no tables yet", "run `leakwatch db upgrade`")
    script = ScriptDirectory.from_config(_config())
    if present in {revision.revision for revision in script.walk_revisions()}:
        raise SchemaOutdated(f"the database's schema {present} is outdated", "run `leakwatch db upgrade`")
    if not can_live_with(known, present):
        raise SchemaTooNew(
            f"this leakwatch, whose own is {known}, cannot live with the database's schema {present}",
            "it was written by a newer one: use that",
        )
    return present


def newest() -> str:
    """The revision of the schema that this version makes."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def standing(revision: str) -> str:
    """How a schema that `check` let pass stands to this version, in words."""
    known = newest()
    if revision == known:
        return f"schema {revision}, which is current"
    return f"schema {revision}, newer than this leakwatch's own, {known}, which can live with it"


def upgrade(engine: Engine) -> str:
    """Bring the schema up to date, in one transaction, and return its revision; a newer one that the code can live with
    stays as it is. Raises SchemaTooNew, StorageError.
    """
    try:
        return check(engine)
    except SchemaOutdated:
        config = _config()
        with storage_errors(), engine.begin() as connection, ExitStack() as limits:
            # One at a time: SQLite's transactions are exclusive as we begin them, PostgreSQL's are not.
            if connection.dialect.name == "postgresql":
                limits.enter_context(without_limits(connection))
                connection.execute(select(func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        return check(engine)


def _present(engine: Engine) -> str | None:
    with storage_errors(), engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("migrations")).replace("%", "%%"))
    return config
