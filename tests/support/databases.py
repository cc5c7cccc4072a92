"""New databases for tests. One that has its tables is copied from one that the migrations have made: to run them anew
for each test would take longer than most of the tests."""

import itertools
import shutil
from pathlib import Path

import sqlalchemy as sa

from app.settings import load_settings
from app.storage.engine import make_engine
from app.storage.schema import upgrade
from tests.support.servers import PostgreSQL

EMPTY = "template1"
_numbers = itertools.count()
_first: dict[str, sa.Engine] = {}


def new_postgresql_url(server: PostgreSQL, template: str = EMPTY) -> str:
    """The URL of a new database of the server, a copy of the template."""
    name = f"test_{next(_numbers)}"
    admin = make_engine(load_settings(database_url=server.url("postgres")))
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    admin.dispose()
    return server.url(name)


def migrated_postgresql(server: PostgreSQL) -> str:
    """The name of a new database of the server with its tables, that nobody is connected to: a template."""
    url = new_postgresql_url(server)
    engine = make_engine(load_settings(database_url=url))
    upgrade(engine)
    engine.dispose()
    return str(engine.url.database)


def migrated_sqlite(folder: Path) -> Path:
    """The file of a new SQLite database with its tables, that nobody is connected to."""
    engine = make_engine(load_settings(data_dir=folder))
    upgrade(engine)
    engine.dispose()
    return _file_of(engine)


def copied(template: Path) -> sa.Engine:
    """An engine on a copy of it, in the data folder."""
    engine = make_engine(load_settings())
    shutil.copyfile(template, _file_of(engine))
    return sharing_statements(engine)


def sharing_statements(engine: sa.Engine) -> sa.Engine:
    """The engine, which takes statements as others have compiled them: compiling one takes longer than running it."""
    if engine.dialect.name not in _first:
        engine.connect().close()  # by which its dialect learns what the server is
        _first[engine.dialect.name] = engine
    first = _first[engine.dialect.name]
    engine.dialect = first.dialect
    engine._compiled_cache = first._compiled_cache
    return engine


def _file_of(engine: sa.Engine) -> Path:
    return Path(str(engine.url.database))
