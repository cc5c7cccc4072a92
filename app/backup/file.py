"""A snapshot as one file."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from app.errors import BackupError, UsageError

_BLOCK = 1 << 20


def write_file(path: Path, blocks: Iterator[bytes]) -> None:
    """Write the blocks to a file that only its owner can read: it has all of them, or is not there at all.

    A file that is there already is never written over. Raises UsageError, BackupError.
    """
    if path.exists():
        raise UsageError(f"{path} is there already", "give another name, or remove it")
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            try:
                for block in blocks:
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(path)
            finally:
                Path(file.name).unlink(missing_ok=True)
    except OSError as error:
        raise BackupError(f"cannot write {path}: {error.strerror or error}") from error


def read_file(path: Path) -> Iterator[bytes]:
    """The blocks of a file. Raises UsageError where it cannot be read."""
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error
