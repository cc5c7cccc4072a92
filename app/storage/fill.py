"""Fills a database of ours with what another held: all of it or nothing, in one transaction."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, literal_column, select, text
from sqlalchemy.exc import DBAPIError

from app.errors import StorageError
from app.storage.dump import rows_of
from app.storage.engine import storage_errors
from app.storage.portable import Shape, shapes
from app.storage.schema import VERSION_TABLE, changing_alone, known_revision, migrate

# How long PostgreSQL may take for one statement, making an index of a large table included.
_PATIENCE_SECONDS = 1800.0
# How long to wait for those who use a table that is to go.
_LOCK_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Filling:
    """A database that is being filled. Methods raise StorageError; what they do is seen once the whole is done."""

    connection: Connection
    name: str

    def held(self) -> dict[str, int]:
        """How many rows each table of ours has, where it has other ones than migrations make.

        Raises SchemaTooNew for a newer leakwatch's.
        """
        with storage_errors():
            counted = [(shape, self._count(shape)) for shape in self._shapes()]
        return {shape.name: number for shape, number in counted if number and not self._is_new(shape, number)}

    def make(self, revision: str) -> tuple[Shape, ...]:
        """Let what it has go, and make the empty tables of a schema; they are returned, in the order to fill them."""
        with storage_errors():
            # No table of anybody else's is touched.
            for shape in reversed(self._shapes()):
                shape.table().drop(self.connection)
            self.connection.execute(text(f"DROP TABLE IF EXISTS {VERSION_TABLE}"))
            migrate(self.connection, revision)
            for shape in reversed(shapes(revision)):
                if shape.first_rows:
                    self.connection.execute(delete(shape.table()))
        return shapes(revision)

    def insert(self, shape: Shape, rows: Sequence[list[Any]]) -> None:
        """Add rows of a table, as `Dump.rows` gives them. Raises ValueError where they are none."""
        values = [shape.read(row) for row in rows]
        if values:
            with storage_errors():
                self.connection.execute(insert(shape.table()), values)

    def rows(self, shape: Shape) -> Iterator[list[Any]]:
        """What a table has now, as `Dump.rows` gives it."""
        return rows_of(self.connection, shape)

    def finish(self) -> str:
        """Let new rows be numbered behind these, bring the schema up to date, and return its revision."""
        with storage_errors():
            if self.connection.dialect.name == "postgresql":
                for shape in self._shapes():
                    self._number_on(shape)
            migrate(self.connection)
            return str(known_revision(self.connection))

    def _shapes(self) -> tuple[Shape, ...]:
        revision = known_revision(self.connection)
        return () if revision is None else shapes(revision)

    def _is_new(self, shape: Shape, number: int) -> bool:
        return number == len(shape.first_rows) and list(self.rows(shape)) == shape.first_rows

    def _count(self, shape: Shape) -> int:
        return self.connection.execute(select(func.count()).select_from(shape.table())).scalar_one()

    def _number_on(self, shape: Shape) -> None:
        # SQLite numbers rows by what the table holds; PostgreSQL counts, and knows nothing of numbers that were given.
        if shape.numbers is not None:
            last = func.max(shape.table().c[shape.numbers])
            sequence = func.pg_get_serial_sequence(shape.name, shape.numbers)
            following = select(func.setval(sequence, func.coalesce(last, 0) + 1, literal_column("false")))
            self.connection.execute(following)


@contextmanager
def filling(engine: Engine) -> Iterator[Filling]:
    """A database to fill, which nobody else changes meanwhile; nothing of it is done where the body raises.

    Raises StorageError, where others use its tables and do not let them go, too.
    """
    try:
        with storage_errors(), engine.begin() as connection, changing_alone(connection, _PATIENCE_SECONDS):
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LOCK_SECONDS}s'")
            yield Filling(connection, _name(engine))
    except StorageError as error:
        if _is_locked(error.__cause__):
            raise StorageError(
                "other processes use the database, and do not let it go", "stop leakwatch, then try again"
            ) from error
        raise


def _name(engine: Engine) -> str:
    database = str(engine.url.database or "")
    return database.rpartition("/")[2]


def _is_locked(error: BaseException | None) -> bool:
    if not isinstance(error, DBAPIError):
        return False
    return getattr(error.orig, "sqlstate", None) == "55P03" or "database is locked" in str(error.orig)
