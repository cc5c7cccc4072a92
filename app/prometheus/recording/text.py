"""Lines of text, plain or gzipped, with their numbers."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from app.errors import RecordingError
from app.prometheus.source import Control

_MAX_LINE = 1 << 20
_CHECK_EVERY = 65_536


def numbered_lines(path: Path, control: Control) -> Iterator[tuple[int, str]]:
    """Each line and its number, without its end. Raises RecordingError, and ScanAbandoned when told to stop."""
    number = 0
    try:
        with path.open("rb") as raw:
            zipped = raw.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if zipped else path.open("rb") as file:
            while line := file.readline(_MAX_LINE):
                number += 1
                if len(line) == _MAX_LINE:
                    raise RecordingError(
                        f"{path}: line {number}: longer than {_MAX_LINE} bytes", "is this a recording?"
                    )
                if number % _CHECK_EVERY == 0:
                    control.check()
                yield number, line.decode().rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise RecordingError(f"{path}: line {number}: not UTF-8 text", "is this a recording?") from error
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or "the compressed data are cut or damaged"
        raise RecordingError(f"{path}: after line {number}: cannot be read: {reason}") from error
