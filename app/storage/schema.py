"""The database's schema: whether it fits this version of leakwatch, and making it fit."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, inspect, select

from app.errors import SchemaOutdated, SchemaTooNew
from app.storage.engine import storage_errors, without_limits

# Any number that nothing else in the database locks.
_UPGRADE_LOCK = 0x6C65616B
# Alembic's, in which the revision stands.
VERSION_TABLE = "alembic_version"


def check(engine: Engine) -> str:
    """The revision of the schema. Raises SchemaOutdated when it is older than the code, SchemaTooNew, StorageError."""
    present = present_revision(engine)
    if present == _script().get_current_head():
        return str(present)
    if present is None:
        raise SchemaOutdated("the database has no tables yet", "run `leakwatch db upgrade`")
    raise SchemaOutdated(f"the database's schema {present} is outdated", "run `leakwatch db upgrade`")


def upgrade(engine: Engine) -> str:
    """Bring the schema up to date, in one transaction, and return its revision. Raises SchemaTooNew, StorageError."""
    try:
        return check(engine)
    except SchemaOutdated:
        with storage_errors(), engine.begin() as connection, changing_alone(connection):
            migrate(connection)
        return check(engine)


def present_revision(engine: Engine) -> str | None:
    """The revision of the schema; None where there are no tables. Raises SchemaTooNew, StorageError."""
    with storage_errors(), engine.connect() as connection:
        return revision_of(connection)


def revision_of(connection: Connection) -> str | None:
    """The same, on a connection. Raises SchemaTooNew where this version of leakwatch does not know it."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    present = MigrationContext.configure(connection).get_current_revision()
    if present is not None and not is_known(present):
        raise SchemaTooNew(
            f"the database's schema {present} is unknown to this leakwatch", "it was written by a newer one: use that"
        )
    return present


def is_known(revision: str) -> bool:
    """Whether there is a migration that makes that schema."""
    return revision in {one.revision for one in _script().walk_revisions()}


@contextmanager
def changing_alone(connection: Connection, patience_seconds: float | None = None) -> Iterator[None]:
    """Let the connection's transaction change the schema, in its own time, and no other at the same time.

    patience_seconds: how long PostgreSQL may give no sign of life; None for any time.
    """
    with ExitStack() as limits:
        # SQLite's transactions are exclusive as we begin them, PostgreSQL's are not.
        if connection.dialect.name == "postgresql":
            limits.enter_context(without_limits(connection, patience_seconds))
            connection.execute(select(func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
        yield


def migrate(connection: Connection, revision: str = "head") -> None:
    """Bring the schema up to a revision, in the connection's transaction."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("migrations")).replace("%", "%%"))
    return config
