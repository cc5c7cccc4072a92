"""Lines of a snapshot as gzip (RFC 1952), which any tool reads; a little of it in memory at a time."""

import zlib
from collections.abc import Iterable, Iterator

from app.errors import SnapshotDamaged

# No row is nearly as long: what is longer, or has no end, is not ours.
LONGEST_LINE = 64 << 20
_GZIP = 16 + zlib.MAX_WBITS
_LEVEL = 6
_BLOCK = 1 << 20


def compressed(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines, each ended by a line feed, as blocks of gzip of about a mebibyte."""
    packer = zlib.compressobj(_LEVEL, wbits=_GZIP)
    block = bytearray()
    for line in lines:
        block += packer.compress(line)
        block += packer.compress(b"\n")
        if len(block) >= _BLOCK:
            yield bytes(block)
            block.clear()
    block += packer.flush()
    yield bytes(block)


def decompressed(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines again, without their line feeds. Raises SnapshotDamaged where the blocks are cut or spoilt."""
    rest = b""
    for part in _unpacked(blocks):
        *whole, rest = (rest + part).split(b"\n")
        yield from whole
        if len(rest) > LONGEST_LINE:
            raise SnapshotDamaged("a line of the snapshot is too long")
    if rest:
        raise SnapshotDamaged("the snapshot ends within a line")


def _unpacked(blocks: Iterable[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(_GZIP)
    try:
        for block in blocks:
            waiting = block
            while waiting:
                if unpacker.eof:
                    raise SnapshotDamaged("something follows the end of the snapshot")
                yield unpacker.decompress(waiting, _BLOCK)
                waiting = unpacker.unconsumed_tail or unpacker.unused_data
        yield unpacker.flush()
    except zlib.error as error:
        raise SnapshotDamaged(f"the snapshot is damaged, or is none: {error}") from error
    if not unpacker.eof:
        raise SnapshotDamaged("the snapshot is cut off")
