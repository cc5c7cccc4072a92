"""Tables as a snapshot holds them: the same whichever database they are in, and exactly what stands there.

Which tables there are, with which columns, is told by the migrations: they are run in memory up to a revision. So a
schema that is older than the code has a shape, too.
"""

import base64
import binascii
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    DateTime,
    Double,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    String,
    Table,
    Text,
    cast,
    create_engine,
    select,
)
from sqlalchemy.types import TypeEngine, UserDefinedType

from app.storage.schema import VERSION_TABLE, migrate


class Kind(StrEnum):
    """What a column holds."""

    INTEGER = "integer"
    NUMBER = "number"
    TRUTH = "truth"
    TEXT = "text"
    TIME = "time"
    BYTES = "bytes"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Shape:
    """A table: its columns with what they hold, those of its primary key, and the rows that migrations make it with."""

    name: str
    columns: Mapping[str, Kind]
    key: tuple[str, ...]
    first_rows: Sequence[list[Any]] = ()

    @property
    def numbers(self) -> str | None:
        """The column that the database numbers rows by; None where rows have no number."""
        return "id" if self.key == ("id",) and self.columns["id"] is Kind.INTEGER else None

    def table(self) -> Table:
        """The table for statements, good on any database."""
        return Table(self.name, MetaData(), *(Column(name, _TYPES[kind]()) for name, kind in self.columns.items()))

    def written(self, row: Sequence[Any]) -> list[Any]:
        """A row of `query` as JSON can hold it. Raises ValueError where a value is not what its column holds."""
        return [
            value if value is None else _written(kind, value, name)
            for (name, kind), value in zip(self.columns.items(), row, strict=True)
        ]

    def read(self, row: Any) -> dict[str, Any]:
        """What `written` gave, for an INSERT. Raises ValueError where it is not what a row of this table can be."""
        if not isinstance(row, list) or len(row) != len(self.columns):
            raise ValueError(f"a row of {self.name} has not {len(self.columns)} values")
        return {
            name: value if value is None else _read(kind, value, name)
            for (name, kind), value in zip(self.columns.items(), row, strict=True)
        }

    def query(self, dialect: str) -> Select[Any]:
        """All rows, in an order that is the same on every database.

        Documents are read as they stand: what is parsed and written again may come out otherwise.
        """
        table = self.table()
        columns = [
            cast(table.c[name], Text) if kind is Kind.DOCUMENT else table.c[name] for name, kind in self.columns.items()
        ]
        # PostgreSQL orders texts by the letters of a language, unless told otherwise; SQLite by their bytes.
        by_bytes = dialect == "postgresql"
        order = [
            table.c[name].collate("C") if by_bytes and self.columns[name] is Kind.TEXT else table.c[name]
            for name in self.key
        ]
        return select(*columns).order_by(*order)


@cache
def shapes(revision: str) -> tuple[Shape, ...]:
    """The tables of a schema that is known, those that others refer to first."""
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            migrate(connection, revision)
            found = [_shape(table) for table in _tables(connection)]
            return tuple(replace(shape, first_rows=_rows(connection, shape)) for shape in found)
    finally:
        engine.dispose()


class _Verbatim(UserDefinedType[str]):
    """A column of JSON that is given its text as it is."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "JSON"


_TYPES: Mapping[Kind, Callable[[], TypeEngine[Any]]] = {
    Kind.INTEGER: BigInteger,
    Kind.NUMBER: Double,
    Kind.TRUTH: Boolean,
    Kind.TEXT: Text,
    Kind.TIME: lambda: DateTime(timezone=True),
    Kind.BYTES: LargeBinary,
    Kind.DOCUMENT: _Verbatim,
}
# Those that others derive from come last.
_KINDS: Sequence[tuple[type[TypeEngine[Any]], Kind]] = (
    (JSON, Kind.DOCUMENT),
    (Boolean, Kind.TRUTH),
    (Integer, Kind.INTEGER),
    (Float, Kind.NUMBER),
    (DateTime, Kind.TIME),
    (LargeBinary, Kind.BYTES),
    (String, Kind.TEXT),
)
# What JSON has no numbers for.
_NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def _tables(connection: Connection) -> list[Table]:
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != VERSION_TABLE]


def _shape(table: Table) -> Shape:
    # As plain texts: SQLAlchemy's names are more than that, and not everybody takes them.
    columns = {str(column.name): _kind(column.type) for column in table.columns}
    return Shape(str(table.name), columns, tuple(str(column.name) for column in table.primary_key))


def _rows(connection: Connection, shape: Shape) -> list[list[Any]]:
    return [shape.written(row) for row in connection.execute(shape.query(connection.dialect.name))]


def _kind(type_: TypeEngine[Any]) -> Kind:
    return next(kind for known, kind in _KINDS if isinstance(type_, known))


def _written(kind: Kind, value: Any, name: str) -> Any:
    match kind, value:
        case Kind.TIME, datetime():
            # SQLite forgets the zone, and was given UTC.
            in_utc = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
            return in_utc.isoformat(timespec="microseconds") + "Z"
        case Kind.BYTES, bytes():
            return base64.b64encode(value).decode()
        case Kind.NUMBER, float() if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        case Kind.NUMBER, float():
            return value + 0.0  # SQLite knows no zero below zero
        case (Kind.TEXT | Kind.DOCUMENT, str()) | (Kind.TRUTH, bool()):
            return value
        case Kind.INTEGER, int() if not isinstance(value, bool):
            return value
    raise ValueError(f"{name} holds what is no {kind}")


def _read(kind: Kind, value: Any, name: str) -> Any:
    try:
        match kind, value:
            case Kind.TIME, str():
                return datetime.fromisoformat(value).astimezone(UTC)
            case Kind.BYTES, str():
                return base64.b64decode(value, validate=True)
            case Kind.NUMBER, str() if value in _NOT_FINITE:
                return _NOT_FINITE[value]
            case (Kind.TEXT | Kind.DOCUMENT, str()) | (Kind.TRUTH, bool()) | (Kind.NUMBER, float()):
                return value
            case Kind.INTEGER, int() if not isinstance(value, bool):
                return value
    except (ValueError, binascii.Error):
        pass
    raise ValueError(f"{name} holds what is no {kind}")
