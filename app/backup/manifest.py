"""What is written of a snapshot beside it, last of all: only where that stands is there a snapshot."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.backup.lines import FORMAT, VERSION, WORD, check_version, read_time, written_time
from app.domain.snapshot import Snapshot
from app.errors import SnapshotDamaged

LONGEST = 1 << 16
_Word = Annotated[str, Field(pattern=WORD.pattern)]


class _Manifest(BaseModel):
    model_config = ConfigDict(strict=True)

    format: Literal["leakwatch-snapshot"]
    version: int
    at: str
    schema_: _Word = Field(alias="schema")
    leakwatch: _Word
    product: _Word
    rows: Mapping[str, Annotated[int, Field(ge=0)]]
    size_bytes: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


def document_of(snapshot: Snapshot) -> dict[str, Any]:
    """The manifest of a snapshot."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "at": written_time(snapshot.at),
        "schema": snapshot.schema,
        "leakwatch": snapshot.leakwatch,
        "product": snapshot.product,
        "rows": dict(snapshot.rows),
        "size_bytes": snapshot.size_bytes,
        "sha256": snapshot.sha256,
    }


def read_manifest(name: str, content: bytes) -> Snapshot:
    """The snapshot of that name that a manifest tells of. Raises SnapshotDamaged, SnapshotTooNew."""
    try:
        found = _Manifest.model_validate_json(content)
    except ValidationError as error:
        raise SnapshotDamaged("its manifest is not what it should be") from error
    check_version(found.version)
    return Snapshot(
        name=name,
        at=read_time(found.at),
        schema=found.schema_,
        leakwatch=found.leakwatch,
        product=found.product,
        rows=found.rows,
        size_bytes=found.size_bytes,
        sha256=found.sha256,
    )
