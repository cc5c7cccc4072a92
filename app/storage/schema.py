"""The database's schema: whether it fits this version of leakwatch, and making it fit.

Every command looks whether it fits, and Alembic takes long to import: it is asked only to migrate.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from importlib.resources import files

from sqlalchemy import Connection, Engine, column, func, inspect, select, table

from app.errors import SchemaOutdated, SchemaTooNew
from app.storage.compatibility import can_live_with
from app.storage.engine import storage_errors, without_limits

# Any number that nothing else in the database locks.
_UPGRADE_LOCK = 0x6C65616B
# Alembic's, in which the revision stands.
VERSION_TABLE = "alembic_version"
_REVISION = re.compile(r'^revision = "([^"]+)"$', re.MULTILINE)
_VERSION = table(VERSION_TABLE, column("version_num"))


def check(engine: Engine) -> str:
    """The revision of the schema: the code's own, or a newer one that the code can live with.

    Raises SchemaOutdated when it is older than the code, SchemaTooNew, StorageError.
    """
    present, known = _present(engine), newest()
    if present == known:
        return known
    if present is None:
        raise SchemaOutdated("the database has no tables yet", "run `leakwatch db upgrade`")
    if is_known(present):
        raise SchemaOutdated(f"the database's schema {present} is outdated", "run `leakwatch db upgrade`")
    if not can_live_with(known, present):
        raise SchemaTooNew(
            f"this leakwatch, whose own is {known}, cannot live with the database's schema {present}",
            "it was written by a newer one: use that",
        )
    return present


def newest() -> str:
    """The revision of the schema that this version makes."""
    return _revisions()[-1]


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
        with storage_errors(), engine.begin() as connection, changing_alone(connection):
            migrate(connection)
        return check(engine)


def known_revision(connection: Connection) -> str | None:
    """The revision of the schema; None where there are no tables.

    Raises SchemaTooNew where no migration of this version makes it, so that nobody here knows all of its tables.
    """
    present = _revision(connection)
    if present is None or is_known(present):
        return present
    raise SchemaTooNew(
        f"this leakwatch does not know all of the database's schema {present}", "use the version that wrote it"
    )


def is_known(revision: str) -> bool:
    """Whether there is a migration that makes that schema."""
    return revision in _revisions()


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
    from alembic import command  # noqa: PLC0415 (see above)
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(files("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _present(engine: Engine) -> str | None:
    with storage_errors(), engine.connect() as connection:
        return _revision(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.scalar(select(_VERSION.c.version_num))


@cache
def _revisions() -> tuple[str, ...]:
    """All that the migrations make, the newest last: their files are numbered, and each says what it makes."""
    found = sorted(files("migrations").joinpath("versions").iterdir(), key=lambda file: file.name)
    return tuple(
        said[1] for file in found if file.name.endswith(".py") and (said := _REVISION.search(file.read_text("utf-8")))
    )
