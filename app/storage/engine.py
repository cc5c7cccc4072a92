"""The connection to the database: SQLite in the data folder, or PostgreSQL by URL."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from app.errors import SettingsError, StorageError, UsageError
from app.settings import Settings

_FILE = "leakwatch.db"
_CONNECT_SECONDS = 10
_BUSY_SECONDS = 20
# Of PostgreSQL. Each is to end before the next, and the last before a request's time is up.
_LOCK_SECONDS = 10
_STATEMENT_SECONDS = 15
_ANSWER_SECONDS = 18
# A replica may vanish, with its machine, in the middle of a transaction that holds what others wait for.
_IDLE_IN_TRANSACTION_SECONDS = 15
# An option of connections: whether their transactions only read.
READ_ONLY = "leakwatch_read_only"
_DURABLE = "leakwatch_durable"


def make_engine(settings: Settings) -> Engine:
    """An engine; it connects when first used. Makes the data folder. Raises StorageError, SettingsError."""
    if settings.database_url is None:
        return _sqlite(settings)
    return _postgresql(settings.database_url.get_secret_value())


def is_there(settings: Settings) -> bool:
    """Whether there is a database to open: always where a server's is set, else once its file has been made."""
    return settings.database_url is not None or (settings.data_dir / _FILE).exists()


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """A session that is committed as a whole, or not at all. Raises StorageError where the database fails."""
    with storage_errors(), Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def durable_transaction(engine: Engine) -> Iterator[Session]:
    """A transaction that outlives the loss of power, too, once it is committed; on SQLite that costs a wait."""
    with transaction(engine.execution_options(**{_DURABLE: True})) as session:
        yield session


@contextmanager
def joined(engine: Engine, within: Session | None) -> Iterator[Session]:
    """The transaction that is under way already, or one for this alone. Raises StorageError."""
    if within is not None:
        yield within
        return
    with transaction(engine) as session:
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that only reads, and so waits for nobody. Raises StorageError where the database fails."""
    with storage_errors(), Session(engine.execution_options(**{READ_ONLY: True})) as session:
        yield session


@contextmanager
def storage_errors() -> Iterator[None]:
    """Database errors as StorageError in one line, without the URL and without the statement's values.

    UsageError where a text was given that is none, such as bytes of a command line that are not UTF-8.
    """
    try:
        yield
    except UnicodeEncodeError as error:
        raise UsageError("a text holds what is not UTF-8", "give names as they are listed") from error
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()
        raise StorageError(f"the database failed: {reason[0] if reason else type(error.orig).__name__}") from error
    except SQLAlchemyError as error:
        raise StorageError(f"the database failed: {type(error).__name__}") from error


def server_of(session: Session) -> str:
    """Which database it is, with its version."""
    return product_of(session.connection())


def product_of(connection: Connection) -> str:
    """The same, of a connection."""
    dialect = connection.dialect
    known = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(dialect.name, dialect.name)
    return f"{known} {'.'.join(str(part) for part in dialect.server_version_info or ())}".strip()


def is_refusal(error: StorageError) -> bool:
    """Whether the database is well, and did not take just this."""
    return isinstance(error.__cause__, (DataError, IntegrityError))


@contextmanager
def without_limits(connection: Connection, patience_seconds: float | None = None) -> Iterator[None]:
    """Let the transaction on a PostgreSQL connection take as long as it needs, as changing a large table may.

    patience_seconds: how long the server may give no sign of life; None for any time.
    """
    for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        connection.exec_driver_sql(f"SET LOCAL {limit} = 0")
    driver: Any = connection.connection.driver_connection
    driver.patience_seconds = patience_seconds
    try:
        yield
    finally:
        driver.patience_seconds = _ANSWER_SECONDS


def _sqlite(settings: Settings) -> Engine:
    folder = settings.data_dir
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise StorageError(
            f"the data folder {folder} cannot be written: {error.strerror}",
            "set LEAKWATCH_DATA_DIR to a folder of yours, or scan with --no-store",
        ) from error
    engine = create_engine(
        URL.create("sqlite", database=str(folder / _FILE)),
        hide_parameters=True,  # values, which may be secrets, stand in no error and so in no log
        connect_args={"timeout": _BUSY_SECONDS},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: Any) -> None:
        # Transactions are begun by ourselves, at once for writing: a reader that becomes a writer may not wait.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        options = connection.get_execution_options()
        reads = options.get(READ_ONLY)
        if not reads:
            connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if options.get(_DURABLE) else 'NORMAL'}")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _postgresql(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise SettingsError("LEAKWATCH_DATABASE_URL: not of the form postgresql://user:password@host/name") from None
    if parsed.get_backend_name() not in {"postgresql", "postgres"}:
        raise SettingsError(
            f"LEAKWATCH_DATABASE_URL: {parsed.drivername} is not supported", "give postgresql://..., or leave it out"
        )
    engine = create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        pool_pre_ping=True,
        pool_timeout=_CONNECT_SECONDS,
        connect_args={
            "connect_timeout": _CONNECT_SECONDS,
            # A server that has gone without a word is noticed, too.
            "keepalives_idle": _CONNECT_SECONDS,
            "keepalives_interval": _CONNECT_SECONDS,
            "keepalives_count": 3,
            "tcp_user_timeout": 1000 * 3 * _CONNECT_SECONDS,
            "options": f"-c statement_timeout={_STATEMENT_SECONDS}s -c lock_timeout={_LOCK_SECONDS}s"
            f" -c idle_in_transaction_session_timeout={_IDLE_IN_TRANSACTION_SECONDS}s",
        },
    )

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: Any, _record: Any, arguments: Any, options: Any) -> Any:
        from app.storage.answering import AnsweringConnection  # noqa: PLC0415 (psycopg, only where it is used)

        connection = AnsweringConnection.connect(*arguments, **options)
        connection.patience_seconds = _ANSWER_SECONDS
        return connection

    return engine
