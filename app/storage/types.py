"""Column types that mean the same on SQLite and PostgreSQL."""

import json
import zlib
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator


class UnixTime(TypeDecorator[float]):
    """Unix seconds in Python, a time with its zone (UTC) in the database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Dialect) -> datetime | None:
        """Seconds to a UTC time."""
        return None if value is None else datetime.fromtimestamp(value, UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> float | None:
        """A time to seconds; SQLite, which forgets the zone, was given UTC."""
        if value is None:
            return None
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()


class CompressedJson(TypeDecorator[Any]):
    """A JSON document, zlib-compressed: evidence is long and repetitive."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """A document to bytes."""
        return None if value is None else zlib.compress(json.dumps(value, separators=(",", ":")).encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        """Bytes to a document."""
        return None if value is None else json.loads(zlib.decompress(value))
