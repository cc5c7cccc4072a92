"""Snapshots in a folder of a bucket: which there are, which is the newest good one, and which may go."""

import hashlib

import obstore
import pytest
from obstore.store import MemoryStore

from app.backup.archive import Archive
from app.backup.bucket import Bucket
from app.domain.snapshot import Keeping, Snapshot
from app.errors import BackupError, NoSnapshot, SnapshotDamaged

DAY = 86_400.0
AT = 1_767_236_400.0
CONTENT = b"content" * 10


@pytest.fixture
def store():
    return MemoryStore()


@pytest.fixture
def archive(store):
    return Archive(Bucket(store, "s3://backups/leakwatch"))


def name(day):
    return f"leakwatch-202601{day:02}T030000Z-{day:08x}"


def snapshot(day, content=CONTENT):
    sum_ = hashlib.sha256(content).hexdigest()
    return Snapshot(name(day), AT + day * DAY, "0005", "0.1.0", "SQLite 3", {"scans": day}, len(content), sum_)


def keep(archive, *days):
    for day in days:
        archive.keep(name(day), iter([CONTENT]))
        archive.complete(snapshot(day))


def paths(store):
    return sorted(one["path"] for some in obstore.list(store) for one in some)


def put(store, path, content=b"{}"):
    obstore.put(store, path, content)


def test_what_was_kept_is_listed_newest_first_as_it_was(archive):
    keep(archive, 1, 3, 2)
    listing = archive.listing()
    assert listing.snapshots == (snapshot(3), snapshot(2), snapshot(1))
    assert (listing.odd, listing.emptied) == ({}, ())


def test_what_is_read_is_what_was_kept(archive):
    keep(archive, 1)
    assert b"".join(archive.content(snapshot(1))) == CONTENT


def test_the_latest_is_the_newest(archive):
    keep(archive, 1, 3, 2)
    assert archive.find("latest") == snapshot(3)
    assert archive.find(name(2)) == snapshot(2)


def test_nothing_is_there(archive):
    assert archive.listing().snapshots == ()
    with pytest.raises(NoSnapshot, match="no snapshot in s3://backups/leakwatch"):
        archive.find("latest")


def test_none_of_that_name_is_there(archive):
    keep(archive, 1)
    with pytest.raises(NoSnapshot, match=f"no snapshot {name(2)}") as caught:
        archive.find(name(2))
    assert "--list" in caught.value.hint


def test_what_has_no_manifest_is_no_snapshot(archive):
    keep(archive, 1)
    archive.keep(name(2), iter([CONTENT]))
    assert archive.find("latest") == snapshot(1)
    assert "no manifest" in archive.listing().odd[name(2)]
    with pytest.raises(SnapshotDamaged, match="no manifest"):
        archive.find(name(2))


def test_no_manifest_is_written_of_content_that_is_not_all_there(archive, store):
    archive.keep(name(1), iter([CONTENT[:-1]]))
    with pytest.raises(BackupError, match="does not have all"):
        archive.complete(snapshot(1))
    assert paths(store) == []


def test_what_raises_while_it_is_kept_leaves_nothing(archive, store):
    def blocks():
        yield CONTENT
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        archive.keep(name(1), blocks())
    assert paths(store) == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (CONTENT[:-1], "not as long as it was"),
        (CONTENT + b"x", "not as long as it was"),
    ],
)
def test_content_of_another_length_is_never_the_latest(archive, store, content, says):
    keep(archive, 1, 2)
    put(store, f"{name(2)}.jsonl.gz", content)
    assert archive.find("latest") == snapshot(1)
    with pytest.raises(SnapshotDamaged, match=says):
        archive.find(name(2))


def test_other_content_of_the_same_length_is_told_when_it_was_read(archive, store):
    keep(archive, 1)
    put(store, f"{name(1)}.jsonl.gz", b"x" + CONTENT[1:])
    with pytest.raises(SnapshotDamaged, match="not that of its manifest"):
        b"".join(archive.content(archive.find("latest")))


def test_content_that_went_meanwhile_is_told(archive, store):
    keep(archive, 1)
    found = archive.find("latest")
    obstore.delete(store, f"{name(1)}.jsonl.gz")
    with pytest.raises(NoSnapshot, match="has no"):
        b"".join(archive.content(found))


MANIFESTS = {
    "empty": b"",
    "no JSON": b"<html>",
    "of something else": b'{"kind": "List"}',
    "a list": b"[]",
    "without a sum": b'{"format": "leakwatch-snapshot", "version": 1, "at": "2026-01-01T00:00:00Z", "schema": "0005"}',
    "endless": b"[" * 100_000,
}


@pytest.mark.parametrize("content", MANIFESTS.values(), ids=MANIFESTS)
def test_a_manifest_that_cannot_be_read_is_told_and_never_let_go(archive, store, content):
    keep(archive, 1, 2, 3)
    put(store, f"{name(1)}.json", content)
    assert name(1) in archive.listing().odd
    assert [one.name for one in archive.let_go(Keeping(1, 0))] == [name(2)]
    assert f"{name(1)}.jsonl.gz" in paths(store)
    assert f"{name(1)}.json" in paths(store)


def test_a_manifest_of_a_newer_form_is_told_and_never_let_go(archive, store):
    keep(archive, 1, 2)
    manifest = obstore.get(store, f"{name(1)}.json").bytes().to_bytes()
    put(store, f"{name(1)}.json", manifest.replace(b'"version": 1', b'"version": 2'))
    assert "form 2" in archive.listing().odd[name(1)]
    assert archive.let_go(Keeping(1, 0)) == []


def test_what_need_not_be_kept_goes_whole(archive, store):
    keep(archive, *range(1, 6))
    assert [one.name for one in archive.let_go(Keeping(2, 0))] == [name(1), name(2), name(3)]
    assert paths(store) == sorted(f"{name(day)}{end}" for day in (4, 5) for end in (".json", ".jsonl.gz"))


def test_the_newest_good_one_stays_where_newer_ones_are_damaged(archive, store):
    keep(archive, 1, 2, 3)
    put(store, f"{name(3)}.jsonl.gz", b"cut")
    assert [one.name for one in archive.let_go(Keeping(1, 0))] == [name(1)]
    assert archive.find("latest") == snapshot(2)


def test_what_is_left_of_one_that_went_goes_the_next_time(archive, store):
    keep(archive, 1, 2)
    obstore.delete(store, f"{name(1)}.jsonl.gz")
    assert archive.listing().emptied == (name(1),)
    assert archive.let_go(Keeping(5, 5)) == []
    assert paths(store) == [f"{name(2)}.json", f"{name(2)}.jsonl.gz"]


def test_what_is_not_named_as_ours_is_left_alone(archive, store):
    others = ["notes.txt", "leakwatch-old.json", f"{name(1)}.json.bak", f"sub/{name(1)}.json", f"x{name(1)}.jsonl.gz"]
    for path in others:
        put(store, path)
    keep(archive, 2, 3)
    archive.let_go(Keeping(1, 0))
    assert set(others) <= set(paths(store))
    assert archive.listing().odd == {}
