"""The database, as the commands open it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from app.settings import load_settings
from app.storage.engine import make_engine
from app.storage.schema import check


@contextmanager
def checked_engine() -> Iterator[Engine]:
    """An engine on a database whose schema fits this version. Raises StorageError, SettingsError."""
    engine = make_engine(load_settings())
    try:
        check(engine)
        yield engine
    finally:
        engine.dispose()
