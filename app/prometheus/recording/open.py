"""Which form a file has, by its content."""

import gzip
import zlib
from pathlib import Path

from app.errors import RecordingError
from app.prometheus.recording.dump import read_dump
from app.prometheus.recording.long_csv import read_csv
from app.prometheus.recording.parquet import read_parquet
from app.prometheus.recording.source import RecordingSource
from app.prometheus.source import Control
from app.settings import MetricNames

_FORMS = "a Parquet recording, a CSV of namespace,pod,container,metric,timestamp,value, or a promtool tsdb dump"


def open_recording(path: Path, names: MetricNames, control: Control) -> RecordingSource:
    """Read a recording whole. Raises RecordingError that names the place, ScanAbandoned."""
    head = _head(path)
    if head.startswith(b"PAR1"):
        content = read_parquet(path, names, control)
    elif _is_dump(head):
        content = read_dump(path, names, control)
    elif b"," in head.split(b"\n", 1)[0] and b"\x00" not in head:
        content = read_csv(path, names, control)
    else:
        raise RecordingError(f"{path}: not a recording", f"give {_FORMS}")
    return RecordingSource(content, names, str(path))


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(4096)
        if head.startswith(b"\x1f\x8b"):
            with gzip.open(path, "rb") as zipped:
                head = zipped.read(4096)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or "it is damaged"
        raise RecordingError(f"{path}: cannot be read: {reason}", "name a recording with --recording") from error
    if not head:
        raise RecordingError(f"{path}: is empty", f"give {_FORMS}")
    return head


def _is_dump(head: bytes) -> bool:
    """The first line that is no comment has labels in braces, or a bare name and two numbers."""
    for line in head.split(b"\n"):
        if line.strip() and not line.startswith(b"#"):
            before_braces = line.split(b"{", 1)[0]
            return (b"{" in line and b"," not in before_braces) or (b"," not in line and len(line.split(b" ")) == 3)
    return True
