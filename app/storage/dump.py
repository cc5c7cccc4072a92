"""Reads all that a database of ours holds, as it stood at one moment, a little at a time."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine

from app.errors import SchemaOutdated, StorageError
from app.storage.engine import READ_ONLY, product_of, storage_errors, without_limits
from app.storage.portable import Kind, Shape, shapes
from app.storage.schema import known_revision

# How long PostgreSQL may take for the next rows, its first sorting included.
_PATIENCE_SECONDS = 300.0
# Rows that are fetched at once; few where one may have a megabyte.
_ROWS, _WIDE_ROWS = 1000, 20


@dataclass(frozen=True, slots=True)
class Dump:
    """What a database holds at one moment. revision: of its schema; product: which database it is, with its version."""

    connection: Connection
    revision: str
    product: str

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """Its tables, those that others refer to first."""
        return shapes(self.revision)

    def rows(self, shape: Shape) -> Iterator[list[Any]]:
        """The rows of a table, as JSON can hold them, in the order of its key. Raises StorageError."""
        return rows_of(self.connection, shape)


@contextmanager
def dumping(engine: Engine) -> Iterator[Dump]:
    """What the database holds now: whatever others write meanwhile, all of it is read as of one moment.

    Nobody waits for it. Raises SchemaOutdated where there are no tables, SchemaTooNew, StorageError.
    """
    options: dict[str, Any] = {READ_ONLY: True}
    if engine.dialect.name == "postgresql":
        # One snapshot for the whole transaction: https://www.postgresql.org/docs/current/transaction-iso.html
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with (
        storage_errors(),
        engine.connect().execution_options(**options) as connection,
        connection.begin(),
        ExitStack() as limits,
    ):
        if engine.dialect.name == "postgresql":
            limits.enter_context(without_limits(connection, _PATIENCE_SECONDS))
        revision = known_revision(connection)
        if revision is None:
            raise SchemaOutdated("the database has no tables yet, and so nothing to keep")
        yield Dump(connection, revision, product_of(connection))


def rows_of(connection: Connection, shape: Shape) -> Iterator[list[Any]]:
    """The rows of a table, as JSON can hold them, in the order of its key. Raises StorageError."""
    size = _WIDE_ROWS if Kind.BYTES in shape.columns.values() else _ROWS
    query = shape.query(connection.dialect.name)
    with storage_errors():
        found = connection.execute(query, execution_options={"yield_per": size})
        try:
            for row in found:
                yield shape.written(row)
        except ValueError as error:
            raise StorageError(f"the table {shape.name} holds what cannot be read: {error}") from error
        finally:
            found.close()
