"""The database, as the commands open it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from app.services.tokens import TokenService
from app.settings import load_settings
from app.storage.engine import make_engine
from app.storage.schema import check


@contextmanager
def opened_engine() -> Iterator[Engine]:
    """An engine on the database of the settings. Raises StorageError, SettingsError."""
    engine = make_engine(load_settings())
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def checked_engine() -> Iterator[Engine]:
    """The same where its schema fits this version. Raises StorageError, SettingsError."""
    with opened_engine() as engine:
        check(engine)
        yield engine


def token_service(engine: Engine) -> TokenService:
    """The tokens of the settings' database, hashed by the settings' key. Raises SettingsError."""
    return TokenService(engine, load_settings().secret("token_key"))
