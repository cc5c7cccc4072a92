"""A database with rows in every table, of all that may stand there; and what a database holds, to compare."""

import itertools
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from app.settings import load_settings
from app.storage.dump import dumping
from app.storage.engine import make_engine
from app.storage.tables import Table

_EPOCH = datetime(2026, 1, 1, 3, 4, 5, 678_901, tzinfo=UTC)
_TEXTS = ("plain", "Ünïcödé ☃ 🧪", "quotes \" ' \\ and\nlines\tand {braces} %s :x", "", "z", "Z", "ä")
_NUMBERS = (0.0, -0.0, 0.1, -1.5e-300, 1.7976931348623157e308, 5.0, 123_456_789.123_456_79)
_INTEGERS = (0, 1, -1, 2**31, 2**53 + 1, 2**63 - 1, 7)
_DOCUMENTS = ({}, {"b": 1, "a": [1.0, 1e-9, None, True, "é\n"]}, {"deep": {"er": {"est": []}}}, {"n": 2**60})
_numbers = itertools.count()


def another_database(postgresql):
    """The URL of one more empty database of a real PostgreSQL."""
    name = f"another_{next(_numbers)}"
    admin = make_engine(load_settings(database_url=postgresql.url("postgres")))
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return postgresql.url(name)


def fill(engine, rows=7):
    """Put so many rows into every table."""
    with engine.begin() as connection:
        for table in reversed(Table.metadata.sorted_tables):
            connection.execute(table.delete())
        for table in Table.metadata.sorted_tables:
            values = [{c.name: _value(c, n) for c in table.columns} for n in range(rows)]
            connection.execute(_of_core(table).insert(), values)
            if engine.dialect.name == "postgresql" and "id" in table.c:
                connection.execute(sa.text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), {rows})"))


def _of_core(table):
    """The table with types of the database alone: what our own types would refuse or change is wanted, too."""
    plain = {"UnixTime": sa.DateTime(timezone=True), "CompressedJson": sa.LargeBinary()}
    columns = [sa.Column(c.name, plain.get(type(c.type).__name__, c.type)) for c in table.columns]
    return sa.Table(table.name, sa.MetaData(), *columns)


def _value(column, n):
    if column.foreign_keys or column.name == "id":
        return n + 1
    if column.nullable and n % 3 == 2:
        return None
    return next(make for kind, make in _MADE if kind in _kinds(column.type))(column.type, n)


def _kinds(type_):
    return [one.__name__ for one in type(type_).__mro__]


def _integer(type_, n):
    most = 2**63 if isinstance(type_, sa.BigInteger) else 2**31
    return next(one for one in (*_INTEGERS[n % len(_INTEGERS) :], *_INTEGERS) if one < most)


def _text(type_, n):
    # What tells rows apart comes first: some columns are unique, and some are short.
    return f"{n}{_TEXTS[n % len(_TEXTS)]}"[: type_.length or 1000]


_MADE = (
    (
        "UnixTime",
        lambda _, n: datetime(1970, 1, 1, tzinfo=UTC) if n == 1 else _EPOCH + timedelta(hours=n, microseconds=n),
    ),
    ("CompressedJson", lambda _, n: bytes(range(256)) * n),
    ("JSON", lambda _, n: _DOCUMENTS[n % len(_DOCUMENTS)]),
    ("Boolean", lambda _, n: n % 2 == 0),
    ("Integer", _integer),
    ("Float", lambda _, n: _NUMBERS[n % len(_NUMBERS)]),
    ("String", _text),
)


def held(engine):
    """All that a database holds: its rows by table, as a snapshot would have them."""
    with dumping(engine) as dump:
        return {shape.name: list(dump.rows(shape)) for shape in dump.shapes}
