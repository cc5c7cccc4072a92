"""Restores a snapshot: into its own schema, compared with what was read, then brought up to date; all or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Engine

from app.backup.lines import Header, SnapshotReader, sum_of
from app.errors import BackupError, Conflict, SnapshotDamaged, SnapshotTooNew, StorageError
from app.storage.fill import Filling, filling
from app.storage.portable import Shape, shapes
from app.storage.schema import is_known


@dataclass(frozen=True, slots=True)
class Restored:
    """What a database holds now. schema: its revision, which may be newer than the snapshot's."""

    header: Header
    schema: str
    rows: Mapping[str, int]


def verify(reader: SnapshotReader) -> Mapping[str, int]:
    """How many rows each table of a snapshot has; all of it is read. Raises SnapshotDamaged, SnapshotTooNew."""
    wanted = {shape.name: shape for shape in shapes_of(reader.header)}
    for batch in reader.batches():
        shape = _shape(wanted, batch.table, batch.columns)
        try:
            for row in batch.rows:
                shape.read(row)
        except ValueError as error:
            raise SnapshotDamaged(f"the snapshot is damaged: {error}") from error
    return _counts(reader, wanted)


def restore(engine: Engine, reader: SnapshotReader, replace: str | None = None) -> Restored:
    """Fill an empty database, or, where `replace` is its name, one that is not.

    Raises Conflict where it is not empty, SnapshotDamaged, SnapshotTooNew, SchemaTooNew, StorageError, BackupError; the
    database is then as it was before.
    """
    shapes_of(reader.header)
    with filling(engine) as target:
        _check_empty(target, replace)
        wanted = {shape.name: shape for shape in target.make(reader.header.schema)}
        for batch in reader.batches():
            shape = _shape(wanted, batch.table, batch.columns)
            try:
                target.insert(shape, batch.rows)
            except ValueError as error:
                raise SnapshotDamaged(f"the snapshot is damaged: {error}") from error
            except StorageError as error:
                raise StorageError(f"a row of {shape.name} is not taken: {error}", error.hint) from error.__cause__
        counts = _counts(reader, wanted)
        for name, read in reader.sums.items():
            if sum_of(target.rows(wanted[name])).sha256 != read.sha256:
                raise BackupError(
                    f"the database does not hold of {name} what the snapshot has", "please report it: this is a fault"
                )
        return Restored(reader.header, target.finish(), counts)


def shapes_of(header: Header) -> tuple[Shape, ...]:
    """The tables that a snapshot has. Raises SnapshotTooNew where its schema is unknown."""
    if not is_known(header.schema):
        raise SnapshotTooNew(
            f"this leakwatch does not know the snapshot's schema, {header.schema}",
            f"it was made by leakwatch {header.leakwatch}: use that or a newer one",
        )
    return shapes(header.schema)


def _check_empty(target: Filling, replace: str | None) -> None:
    held = target.held()
    if held and replace != target.name:
        told = ", ".join(f"{number} rows of {name}" for name, number in sorted(held.items())[:4])
        raise Conflict(
            f"the database is not empty: it holds {told}",
            f"restore into an empty one, or let what it holds go by --replace {target.name}",
        )


def _shape(wanted: Mapping[str, Shape], name: str, columns: object) -> Shape:
    shape = wanted.get(name)
    if shape is None or columns != list(shape.columns):
        raise SnapshotDamaged(f"the snapshot is damaged: its schema has no table {name[:80]!r} of these columns")
    return shape


def _counts(reader: SnapshotReader, wanted: Mapping[str, Shape]) -> dict[str, int]:
    missing = [name for name in wanted if name not in reader.sums]
    if missing:
        raise SnapshotDamaged(f"the snapshot is damaged: it has no table {', '.join(missing)[:200]}")
    return {name: counted.rows for name, counted in reader.sums.items()}
