"""One page of what is kept: some containers, some columns, all members, with a checksum over everything.

On disk: a fixed prefix (magic, lengths, checksums), a header in JSON, the members' bytes one after the other. Whatever
does not fit together is not there: a page is read whole and right, or not at all.
"""

import json
import os
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from app.prometheus.window.codec import decoded, encoded
from detectors.panel import Floats

# Counts up whenever what is kept, or what it means, changes.
VERSION = 2
_MAGIC = b"leakpage"
# Magic, version, length and CRC-32 of the header, length and CRC-32 of the members' bytes.
_PREFIX = struct.Struct("<8sIIIQI")
_LONGEST_HEADER = 1 << 28

# Namespace, pod, container.
Key = tuple[str, str, str]


class PageUnusable(Exception):
    """A page is torn, of another version, or of another source."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns `first` up to `end` (not included); column n stands for the time n x step since the epoch.

    frozen: the first column that may still change, since samples can come late
    """

    first: int
    end: int
    frozen: int


@dataclass(frozen=True, slots=True)
class Content:
    """What a page holds: members of shape (keys, columns)."""

    keys: Sequence[Key]
    columns: Columns
    members: Mapping[str, Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A page of a file: what it holds is known, its members are read when they are wanted."""

    path: Path
    keys: tuple[Key, ...]
    columns: Columns
    _parts: Mapping[str, tuple[str, int, int]]
    _offset: int
    _size: int
    _checksum: int
    _loaded: list[bytes] = field(default_factory=list)

    @property
    def names(self) -> frozenset[str]:
        """Names of its members."""
        return frozenset(self._parts)

    def load(self) -> None:
        """Have the members' bytes at hand, checked. Raises PageUnusable."""
        if self._loaded:
            return
        try:
            with self.path.open("rb") as file:
                data = os.pread(file.fileno(), self._size, self._offset)
        except OSError as error:
            raise PageUnusable(f"{self.path.name}: {error.strerror}") from error
        if len(data) != self._size or zlib.crc32(data) != self._checksum:
            raise PageUnusable(f"{self.path.name}: its checksum is wrong")
        self._loaded.append(data)

    def unload(self) -> None:
        """Let go of the bytes."""
        self._loaded.clear()

    def member(self, name: str) -> Floats:
        """One member, shape (keys, columns). Raises PageUnusable."""
        self.load()
        form, begin, size = self._parts[name]
        shape = (len(self.keys), self.columns.end - self.columns.first)
        try:
            return decoded(form, memoryview(self._loaded[0])[begin : begin + size], shape)
        except ValueError as error:
            raise PageUnusable(f"{self.path.name}: {error}") from error


def write_page(file: BinaryIO, path: Path, identity: str, content: Content) -> Page:
    """Append a page; it will be found at `path`. Raises OSError."""
    parts: dict[str, tuple[str, int, int]] = {}
    pieces: list[bytes] = []
    size = checksum = 0
    for name, values in content.members.items():
        form, data = encoded(values)
        parts[name] = (form, size, len(data))
        pieces.append(data)
        size += len(data)
        checksum = zlib.crc32(data, checksum)
    columns = content.columns
    header = json.dumps(
        {
            "identity": identity,
            "columns": [columns.first, columns.end, columns.frozen],
            "keys": list(content.keys),
            "members": parts,
        },
        separators=(",", ":"),
    ).encode()
    prefix = _PREFIX.pack(_MAGIC, VERSION, len(header), zlib.crc32(header), size, checksum)
    file.writelines((prefix, header, *pieces))
    return Page(path, tuple(content.keys), columns, parts, file.tell() - size, size, checksum)


def pages_of(path: Path, identity: str) -> Iterator[Page]:
    """The pages of a file. Raises PageUnusable at the first that is not as it was written, for this identity."""
    try:
        with path.open("rb") as file:
            size, at = os.fstat(file.fileno()).st_size, 0
            while at < size:
                file.seek(at)
                page = _next_page(file, size, path, identity)
                at = page._offset + page._size
                yield page
    except OSError as error:
        raise PageUnusable(f"{path.name}: {error.strerror}") from error


def _next_page(file: BinaryIO, file_size: int, path: Path, identity: str) -> Page:
    prefix = file.read(_PREFIX.size)
    if len(prefix) < _PREFIX.size:
        raise PageUnusable(f"{path.name}: it is cut short")
    magic, version, length, header_checksum, size, checksum = _PREFIX.unpack(prefix)
    if magic != _MAGIC or version != VERSION:
        raise PageUnusable(f"{path.name}: it is of another version")
    header = file.read(length) if length <= _LONGEST_HEADER else b""
    if len(header) != length or zlib.crc32(header) != header_checksum or file.tell() + size > file_size:
        raise PageUnusable(f"{path.name}: it is cut short, or was changed")
    try:
        told: dict[str, Any] = json.loads(header)
        keys = tuple((namespace, pod, container) for namespace, pod, container in told["keys"])
        parts = {name: (form, begin, length) for name, (form, begin, length) in told["members"].items()}
        columns, owner = Columns(*told["columns"]), told["identity"]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise PageUnusable(f"{path.name}: its header makes no sense") from error
    if owner != identity:
        raise PageUnusable(f"{path.name}: it is of another source")
    return Page(path, keys, columns, parts, file.tell(), size, checksum)
