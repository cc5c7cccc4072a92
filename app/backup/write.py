"""Makes a snapshot: reads the database at one moment, and hands its blocks to whoever keeps them."""

import hashlib
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any

from sqlalchemy import Engine

from app.backup.compression import compressed
from app.backup.lines import Header, Sum, write_lines
from app.domain.snapshot import Snapshot
from app.storage.dump import dumping

# Takes the blocks of a snapshot of a name, and keeps them.
Keep = Callable[[str, Iterator[bytes]], None]


def name_at(at: float, unique: str) -> str:
    """The name of a snapshot. at: unix seconds; unique: what tells it from another of the same second."""
    return f"leakwatch-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime(at))}-{unique}"


def make_snapshot(engine: Engine, name: str, at: float, keep: Keep) -> Snapshot:
    """Have a snapshot kept, block by block, as it is read. Raises StorageError, BackupError, and what `keep` raises."""
    sums: dict[str, Sum] = {}
    whole, size = hashlib.sha256(), 0

    def counted(blocks: Iterator[bytes]) -> Iterator[bytes]:
        nonlocal size
        for block in blocks:
            whole.update(block)
            size += len(block)
            yield block

    with dumping(engine) as dump:
        header = Header(at, dump.revision, version("leakwatch"), dump.product)
        keep(name, counted(compressed(write_lines(header, dump.shapes, dump.rows, sums))))
    rows: dict[str, Any] = {table: one.rows for table, one in sums.items()}
    return Snapshot(name, at, header.schema, header.leakwatch, header.product, rows, size, whole.hexdigest())
