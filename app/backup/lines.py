"""The form of a snapshot: lines of JSON, the same for every database.

    {"format": "leakwatch-snapshot", "version": 1, "schema": "0005", "at": "2026-01-01T03:00:00.000000Z", ...}
    {"table": "scans", "columns": ["id", "trigger", ...]}
    [1, "schedule", ...]
    {"end": "scans", "rows": 1, "sha256": "..."}
    ...
    {"complete": true, "sha256": "..."}

Tables come in an order in which they can be filled, rows in that of their key. Sums are of lines with their line feeds:
of a table's rows, and of all lines before the last. What does not end in that last line is no snapshot.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

import orjson

from app.backup.compression import LONGEST_LINE
from app.errors import BackupError, SnapshotDamaged, SnapshotTooNew

FORMAT, VERSION = "leakwatch-snapshot", 1
# What a snapshot says of where it is from, which is shown.
WORD = re.compile(r"^[ -~]{1,100}$")
_BATCH_ROWS, _BATCH_BYTES = 1000, 4 << 20


class TableShape(Protocol):
    """A table: its name, and its columns in their order."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def columns(self) -> Mapping[str, object]:
        """Its columns."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a snapshot says of itself. at: unix seconds; schema: its revision; product: which database it was of."""

    at: float
    schema: str
    leakwatch: str
    product: str

    def line(self) -> bytes:
        """The first line."""
        return orjson.dumps(
            {
                "format": FORMAT,
                "version": VERSION,
                "schema": self.schema,
                "at": written_time(self.at),
                "leakwatch": self.leakwatch,
                "product": self.product,
            }
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a table; none where it has none."""

    table: str
    columns: Sequence[str]
    rows: Sequence[list[Any]]


@dataclass(slots=True)
class Sum:
    """How many rows a table has, and the sum of their lines."""

    rows: int = 0
    _hash: Any = field(default_factory=hashlib.sha256)

    def add(self, line: bytes) -> None:
        """Take the line of one more row into account."""
        self.rows += 1
        self._hash.update(line + b"\n")

    @property
    def sha256(self) -> str:
        """The sum, in hexadecimal."""
        return str(self._hash.hexdigest())


class Rows(Protocol):
    """Gives the rows of a table in the order of its key, as JSON can hold them."""

    def __call__(self, shape: Any, /) -> Iterator[list[Any]]:
        """The rows."""


def sum_of(rows: Iterator[list[Any]]) -> Sum:
    """The sum of rows, wherever they are read from."""
    counted = Sum()
    for row in rows:
        counted.add(orjson.dumps(row))
    return counted


def write_lines(header: Header, shapes: Sequence[TableShape], rows: Rows, sums: dict[str, Sum]) -> Iterator[bytes]:
    """The lines of a snapshot; `sums` is filled as they are taken. Raises BackupError where a row is too long."""
    whole = hashlib.sha256()
    for line in _table_lines(header, shapes, rows, sums):
        whole.update(line + b"\n")
        yield line
    yield orjson.dumps({"complete": True, "sha256": whole.hexdigest()})


def _table_lines(header: Header, shapes: Sequence[TableShape], rows: Rows, sums: dict[str, Sum]) -> Iterator[bytes]:
    yield header.line()
    for shape in shapes:
        yield orjson.dumps({"table": shape.name, "columns": list(shape.columns)})
        counted = sums.setdefault(shape.name, Sum())
        for row in rows(shape):
            line = orjson.dumps(row)
            if len(line) > LONGEST_LINE:
                raise BackupError(f"a row of {shape.name} is longer than {LONGEST_LINE >> 20} MiB")
            counted.add(line)
            yield line
        yield orjson.dumps({"end": shape.name, "rows": counted.rows, "sha256": counted.sha256})


class SnapshotReader:
    """Reads a snapshot's lines once, and holds each to the sums. Methods raise SnapshotDamaged, SnapshotTooNew."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._whole = hashlib.sha256()
        self.header = _header(self._object())
        # Of the tables that were read to their end, in their order.
        self.sums: dict[str, Sum] = {}

    def batches(self) -> Iterator[Batch]:
        """All rows. Only after the last batch is it certain that all of them were right."""
        while True:
            before = self._whole.hexdigest()
            found = self._object()
            if found.get("complete") is True:
                break
            yield from self._table(found)
        if found.get("sha256") != before:
            raise SnapshotDamaged("the snapshot is damaged: its sum is not that of its lines")
        if next(self._lines, None) is not None:
            raise SnapshotDamaged("something follows the end of the snapshot")

    def _table(self, found: Mapping[str, Any]) -> Iterator[Batch]:
        name, columns = found.get("table"), found.get("columns")
        if not isinstance(name, str) or not isinstance(columns, list) or name in self.sums:
            raise SnapshotDamaged("the snapshot is damaged: a table was to begin")
        counted, rows, size = Sum(), [], 0
        while True:
            line = self._line()
            value = _json(line)
            if isinstance(value, dict):
                break
            counted.add(line)
            rows.append(value)
            size += len(line)
            if len(rows) == _BATCH_ROWS or size > _BATCH_BYTES:
                yield Batch(name, columns, rows)
                rows, size = [], 0
        if (value.get("end"), value.get("rows"), value.get("sha256")) != (name, counted.rows, counted.sha256):
            raise SnapshotDamaged(f"the snapshot is damaged: the sum of {name[:80]!r} is not that of its rows")
        yield Batch(name, columns, rows)
        self.sums[name] = counted

    def _object(self) -> dict[str, Any]:
        value = _json(self._line())
        if not isinstance(value, dict):
            raise SnapshotDamaged("the snapshot is damaged: a row stands where none may be")
        return value

    def _line(self) -> bytes:
        line = next(self._lines, None)
        if line is None:
            raise SnapshotDamaged("the snapshot is cut off")
        self._whole.update(line + b"\n")
        return line


def _json(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise SnapshotDamaged("the snapshot is damaged, or is none: a line is no JSON") from error


def _header(found: Mapping[str, Any]) -> Header:
    if found.get("format") != FORMAT:
        raise SnapshotDamaged("this is no snapshot of leakwatch")
    check_version(found.get("version"))
    texts = [found.get(name) for name in ("schema", "leakwatch", "product")]
    if not all(isinstance(text, str) and WORD.match(text) for text in texts):
        raise SnapshotDamaged("the snapshot is damaged: its first line is not what it should be")
    return Header(read_time(found.get("at")), *map(str, texts))


def check_version(version: object) -> None:
    """Raise SnapshotTooNew where this leakwatch does not know the form, SnapshotDamaged where it is none."""
    if not isinstance(version, int) or version < 1:
        raise SnapshotDamaged("the snapshot is damaged: its form has no version")
    if version > VERSION:
        raise SnapshotTooNew(
            f"the snapshot has form {version}, and this leakwatch knows up to {VERSION}", "use a newer leakwatch"
        )


def written_time(seconds: float) -> str:
    """Unix seconds as snapshots write times: UTC, to the microsecond."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def read_time(text: object) -> float:
    """Unix seconds of that. Raises SnapshotDamaged."""
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except (ValueError, OverflowError) as error:
        raise SnapshotDamaged("the snapshot is damaged: it does not say of when it is") from error
