"""The snapshots of a database in a folder of a bucket: each is `NAME.jsonl.gz` and, written last, `NAME.json`."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

import orjson

from app.backup.bucket import Bucket
from app.backup.manifest import LONGEST, document_of, read_manifest
from app.domain.snapshot import Keeping, Snapshot, outdated
from app.errors import BackupError, NoSnapshot, SnapshotDamaged, SnapshotTooNew

_CONTENT, _MANIFEST = ".jsonl.gz", ".json"
_NAME = re.compile(r"leakwatch-\d{8}T\d{6}Z-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Listing:
    """What is in the folder. odd: what is named as ours is, and is no snapshot that can be restored: why, by name.
    emptied: those of which only a manifest is left.
    """

    snapshots: tuple[Snapshot, ...]
    odd: Mapping[str, str]
    emptied: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Archive:
    """Methods raise BackupError."""

    bucket: Bucket

    def listing(self) -> Listing:
        """All that is there, the newest snapshot first. What is not named as ours is passed over."""
        sizes = self.bucket.sizes()
        names = {found[0] for path in sizes if (found := _NAME.match(path)) and path[found.end() :] in _KNOWN}
        snapshots, odd, emptied = [], {}, []
        for name in sorted(names):
            try:
                snapshot = self._snapshot(name, sizes)
            except (SnapshotDamaged, SnapshotTooNew, NoSnapshot) as error:
                odd[name] = str(error)
                continue
            size = sizes.get(name + _CONTENT)
            if size == snapshot.size_bytes:
                snapshots.append(snapshot)
            elif size is None:
                emptied.append(name)
            else:
                odd[name] = "its content is not as long as it was"
        newest_first = sorted(snapshots, key=lambda one: (one.at, one.name), reverse=True)
        return Listing(tuple(newest_first), odd, tuple(emptied))

    def find(self, name: str) -> Snapshot:
        """The snapshot of a name, or the newest of all where that is "latest". Raises NoSnapshot, SnapshotDamaged."""
        listing = self.listing()
        if name == "latest":
            if not listing.snapshots:
                raise NoSnapshot(f"there is no snapshot in {self.bucket.where}")
            return listing.snapshots[0]
        if name in listing.odd:
            raise SnapshotDamaged(f"the snapshot {name} cannot be restored: {listing.odd[name]}")
        found = next((one for one in listing.snapshots if one.name == name), None)
        if found is None:
            raise NoSnapshot(f"there is no snapshot {name[:80]} in {self.bucket.where}", "--list shows which there are")
        return found

    def keep(self, name: str, blocks: Iterator[bytes]) -> None:
        """Take the content of a snapshot. It is none until `complete` was called."""
        self.bucket.write(name + _CONTENT, blocks)

    def complete(self, snapshot: Snapshot) -> None:
        """Make a snapshot of content that was kept. Raises BackupError where less is there than was written."""
        try:
            self._complete(snapshot)
        except BackupError:
            with suppress(BackupError):
                self.bucket.remove(snapshot.name + _CONTENT)
            raise

    def _complete(self, snapshot: Snapshot) -> None:
        if self.bucket.sizes().get(snapshot.name + _CONTENT) != snapshot.size_bytes:
            raise BackupError(f"the store does not have all of {snapshot.name}", "try again")
        self.bucket.write(snapshot.name + _MANIFEST, orjson.dumps(document_of(snapshot), option=orjson.OPT_INDENT_2))

    def content(self, snapshot: Snapshot) -> Iterator[bytes]:
        """The blocks of a snapshot. Raises SnapshotDamaged, after the last, where they are not those that were kept."""
        whole = hashlib.sha256()
        for block in self.bucket.read(snapshot.name + _CONTENT, snapshot.size_bytes):
            whole.update(block)
            yield block
        if whole.hexdigest() != snapshot.sha256:
            raise SnapshotDamaged(f"the snapshot {snapshot.name} is damaged: its content is not that of its manifest")

    def let_go(self, keeping: Keeping) -> list[Snapshot]:
        """Remove what need not be kept; what was removed. What cannot be read stays, and so does the newest."""
        listing = self.listing()
        gone = outdated(listing.snapshots, keeping)
        # In this order: a manifest that stays behind, since something failed, is found the next time, and goes then.
        for one in gone:
            self.bucket.remove(one.name + _CONTENT)
        for name in (*listing.emptied, *(one.name for one in gone)):
            self.bucket.remove(name + _MANIFEST)
        return gone

    def _snapshot(self, name: str, sizes: Mapping[str, int]) -> Snapshot:
        manifest = sizes.get(name + _MANIFEST)
        if manifest is None:
            raise SnapshotDamaged("it has no manifest: it was not written to its end, or is just being written")
        if manifest > LONGEST:
            raise SnapshotDamaged("its manifest is too long")
        return read_manifest(name, b"".join(self.bucket.read(name + _MANIFEST, manifest)))


_KNOWN = {_CONTENT, _MANIFEST}
