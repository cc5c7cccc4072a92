"""Snapshots of the database, and which of them are kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

_DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One snapshot. at: when the database was as it is there, unix seconds; schema: its revision; product: which
    database it was of; rows: how many each table has; size_bytes, sha256: of its compressed content."""

    name: str
    at: float
    schema: str
    leakwatch: str
    product: str
    rows: Mapping[str, int]
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Keeping:
    """How many snapshots are kept: the last one of each of so many days, and of each of so many weeks (ISO 8601), by
    UTC. Days and weeks without a snapshot do not count, so that a pause lets nothing go."""

    days: int
    weeks: int


def outdated(snapshots: Iterable[Snapshot], keeping: Keeping) -> list[Snapshot]:
    """Those that need not be kept any more, oldest first. What is of the last day before the newest is kept, too."""
    newest_first = sorted(snapshots, key=lambda one: (one.at, one.name), reverse=True)
    if not newest_first:
        return []
    kept = {one.name for one in newest_first if one.at > newest_first[0].at - _DAY_SECONDS}
    for number, span in ((keeping.days, "%Y-%m-%d"), (keeping.weeks, "%G-W%V")):
        last_of: dict[str, str] = {}
        for one in newest_first:
            last_of.setdefault(datetime.fromtimestamp(one.at, UTC).strftime(span), one.name)
        kept |= set(list(last_of.values())[:number])
    return [one for one in reversed(newest_first) if one.name not in kept]
