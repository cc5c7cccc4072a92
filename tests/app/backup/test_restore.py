"""What one database held is in another, whichever they are: all of it, or nothing."""

import hashlib
import itertools
import threading

import orjson
import pytest
import sqlalchemy as sa

import app.storage.engine
from app.backup.compression import compressed, decompressed
from app.backup.lines import SnapshotReader
from app.backup.restore import restore, verify
from app.backup.write import make_snapshot
from app.errors import Conflict, SchemaOutdated, SchemaTooNew, SnapshotDamaged, SnapshotTooNew, StorageError
from app.settings import load_settings
from app.storage import fill as filling
from app.storage.engine import make_engine, transaction
from app.storage.schema import check, upgrade
from app.storage.tables import IncidentRow, ScanRow, Table
from tests.support.filled import another_database, fill, held

AT = 1_767_236_400.0


def snapshot_of(engine):
    """The blocks of a snapshot."""
    blocks = []
    make_snapshot(engine, "leakwatch-20260101T030000Z-00000000", AT, lambda _, some: blocks.extend(some))
    return blocks


def reader_of(blocks):
    return SnapshotReader(decompressed(blocks))


def lines_of(blocks):
    return list(decompressed(blocks))


@pytest.fixture
def other(empty_engine, request, tmp_path):
    """An engine on an empty database of the other kind."""
    if empty_engine.dialect.name == "postgresql":
        settings = load_settings(data_dir=tmp_path / "other")
    else:
        settings = load_settings(database_url=another_database(request.getfixturevalue("postgresql")))
    other = make_engine(settings)
    yield other
    other.dispose()


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """The snapshot of a database with rows in every table, of SQLite."""
    engine = make_engine(load_settings(data_dir=tmp_path_factory.mktemp("full")))
    upgrade(engine)
    fill(engine)
    blocks = snapshot_of(engine)
    engine.dispose()
    return blocks


def test_all_that_one_held_is_in_the_other(engine, other):
    fill(engine)
    done = restore(other, reader_of(snapshot_of(engine)))
    assert held(other) == held(engine)
    assert done.rows == {table.name: 7 for table in Table.metadata.sorted_tables}
    assert done.schema == check(other)


def test_there_and_back_again_is_the_same_snapshot(engine, other, tmp_path):
    fill(engine)
    there = snapshot_of(engine)
    restore(other, reader_of(there))
    back = snapshot_of(other)
    assert lines_of(back)[1:-1] == lines_of(there)[1:-1]


def test_an_empty_database_makes_a_snapshot_too(engine, other):
    done = restore(other, reader_of(snapshot_of(engine)))
    assert held(other) == held(engine)
    assert sum(done.rows.values()) == sum(map(len, held(engine).values()))
    assert check(other) == check(engine)


def test_what_is_added_after_a_restore_is_numbered_on(engine, other):
    fill(engine)
    restore(other, reader_of(snapshot_of(engine)))
    with transaction(other) as session:
        row = ScanRow(trigger="cli", state="running", started_at=AT)
        session.add(row)
        session.flush()
        assert row.id == 8


def test_the_first_row_after_the_restore_of_nothing_has_number_one(engine, other):
    restore(other, reader_of(snapshot_of(engine)))
    with transaction(other) as session:
        row = ScanRow(trigger="cli", state="running", started_at=AT)
        session.add(row)
        session.flush()
        assert row.id == 1


def test_a_snapshot_is_of_one_moment(engine):
    """What is written while it is made is in none of its tables, or in all."""
    fill(engine)
    lines, writer = [], threading.Thread(target=_add_a_scan, args=(engine,))

    def keep(_, blocks):
        writer.start()
        writer.join()
        lines.extend(decompressed(blocks))

    made = make_snapshot(engine, "any", AT, keep)
    assert made.rows["scans"] == 7
    assert len(held(engine)["scans"]) == 8


def _add_a_scan(engine):
    with transaction(engine) as session:
        session.add(ScanRow(trigger="cli", state="running", started_at=AT))


def test_a_database_without_tables_is_nothing_to_keep(empty_engine):
    with pytest.raises(SchemaOutdated, match="no tables yet"):
        snapshot_of(empty_engine)


def test_an_older_schema_is_restored_and_upgraded(empty_engine, other):
    with empty_engine.begin() as connection:
        filling.migrate(connection, "0004")
        connection.execute(
            sa.text("INSERT INTO scans (trigger, state, started_at) VALUES ('cli', 'failed', '2026-01-01 00:00:00')")
        )
    done = restore(other, reader_of(snapshot_of(empty_engine)))
    assert (done.header.schema, done.schema) == ("0004", check(other))
    assert len(held(other)["scans"]) == 1


class TestWhatIsThere:
    def test_a_database_that_is_not_empty_stays_as_it_is(self, full, engine):
        fill(engine, rows=2)
        before = held(engine)
        with pytest.raises(Conflict, match="not empty: it holds 2 rows of") as caught:
            restore(engine, reader_of(full))
        assert "--replace" in caught.value.hint
        assert held(engine) == before

    def test_another_word_than_its_name_lets_nothing_go(self, full, engine):
        fill(engine, rows=2)
        with pytest.raises(Conflict):
            restore(engine, reader_of(full), replace="yes")

    def test_by_its_name_all_that_it_holds_goes(self, full, engine):
        fill(engine, rows=2)
        restore(engine, reader_of(full), replace=_name(engine))
        assert {len(rows) for rows in held(engine).values()} == {7}

    def test_tables_without_rows_are_empty(self, full, engine):
        restore(engine, reader_of(full))
        assert {len(rows) for rows in held(engine).values()} == {7}

    def test_tables_of_others_are_left_alone(self, full, engine):
        with engine.begin() as connection:
            connection.execute(sa.text("CREATE TABLE of_others (x INTEGER)"))
            connection.execute(sa.text("INSERT INTO of_others VALUES (1)"))
        restore(engine, reader_of(full))
        with engine.connect() as connection:
            assert connection.execute(sa.text("SELECT x FROM of_others")).scalar_one() == 1

    def test_a_newer_database_is_not_touched(self, full, engine):
        with engine.begin() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(SchemaTooNew, match="9999"):
            restore(engine, reader_of(full), replace=_name(engine))

    def test_who_uses_it_meanwhile_is_waited_for_a_while(self, full, database, engine, monkeypatch):
        fill(engine, rows=1)
        monkeypatch.setattr(filling, "_LOCK_SECONDS", 1)
        monkeypatch.setattr(app.storage.engine, "_BUSY_SECONDS", 1)
        impatient = make_engine(database)
        with engine.begin() as busy:
            busy.execute(sa.text("UPDATE leases SET holder = 'me'"))
            with pytest.raises(StorageError, match="other processes use the database"):
                restore(impatient, reader_of(full), replace=_name(engine))
        impatient.dispose()
        assert {len(rows) for rows in held(engine).values()} == {1}


def _name(engine):
    return str(engine.url.database).rpartition("/")[2]


def _with_line(blocks, number, change):
    """The snapshot with one line changed, packed again."""
    lines = lines_of(blocks)
    lines[number] = change(lines[number])
    return list(compressed(lines))


def _flipped(blocks, at):
    whole = bytearray(b"".join(blocks))
    whole[at] ^= 0x10
    return [bytes(whole)]


def _cut(blocks, share):
    whole = b"".join(blocks)
    return [whole[: int(len(whole) * share)]]


DAMAGED = {
    "nothing": lambda blocks: [],
    "no gzip": lambda blocks: [b"this is no snapshot at all"],
    "gzip of something else": lambda blocks: list(compressed([b"hello"])),
    "JSON of something else": lambda blocks: list(compressed([b'{"kind": "List"}'])),
    "cut at the start": lambda blocks: _cut(blocks, 0.01),
    "cut in the middle": lambda blocks: _cut(blocks, 0.5),
    "cut before the last byte": lambda blocks: [b"".join(blocks)[:-1]],
    "whole lines cut off": lambda blocks: list(compressed(lines_of(blocks)[:-1])),
    "a table cut off": lambda blocks: list(compressed(lines_of(blocks)[:-12] + lines_of(blocks)[-1:])),
    "a byte flipped in the middle": lambda blocks: _flipped(blocks, len(b"".join(blocks)) // 2),
    "a byte flipped at the end": lambda blocks: _flipped(blocks, -6),
    "a row changed": lambda blocks: _with_line(blocks, 2, lambda line: line.replace(b"2026", b"2027")),
    "a row missing": lambda blocks: list(compressed(lines_of(blocks)[:3] + lines_of(blocks)[4:])),
    "rows in another order": lambda blocks: list(
        compressed([*lines_of(blocks)[:2], lines_of(blocks)[3], lines_of(blocks)[2], *lines_of(blocks)[4:]])
    ),
    "another sum of all": lambda blocks: _with_line(
        blocks, -1, lambda line: line.replace(b'"sha256":"', b'"sha256":"0')
    ),
    "something after the end": lambda blocks: list(compressed([*lines_of(blocks), b"[]"])),
    "another file after the end": lambda blocks: [*blocks, b"more"],
    "another form": lambda blocks: _with_line(blocks, 0, lambda line: line.replace(b'"version":1', b'"version":"x"')),
    "no time": lambda blocks: _with_line(blocks, 0, lambda line: line.replace(b'"at":"2026', b'"at":"x')),
    "control characters": lambda blocks: _with_line(blocks, 0, lambda line: line.replace(b"SQLite", b"\\u001b[31m")),
}


@pytest.mark.parametrize("spoil", DAMAGED.values(), ids=DAMAGED)
def test_what_is_damaged_is_told_and_changes_nothing(full, sqlite_engine, spoil):
    fill(sqlite_engine, rows=2)
    before = held(sqlite_engine)
    with pytest.raises(SnapshotDamaged):
        restore(sqlite_engine, reader_of(spoil(full)), replace="leakwatch.db")
    with pytest.raises(SnapshotDamaged):
        verify(reader_of(spoil(full)))
    assert held(sqlite_engine) == before


def _consistent(blocks, old, new):
    """The snapshot with a text changed everywhere and all sums made right again: as somebody else could write it."""
    lines, rows = [], []
    for line in lines_of(blocks)[:-1]:
        value = orjson.loads(line.replace(old, new))
        if isinstance(value, dict) and "end" in value:
            value |= {"rows": len(rows), "sha256": hashlib.sha256(b"".join(rows)).hexdigest()}
        rows = [*rows, orjson.dumps(value) + b"\n"] if isinstance(value, list) else []
        lines.append(orjson.dumps(value))
    whole = hashlib.sha256(b"".join(line + b"\n" for line in lines)).hexdigest()
    return list(compressed([*lines, orjson.dumps({"complete": True, "sha256": whole})]))


FOREIGN = {
    "a table that is none of ours": (b'"scans"', b'"pg_authid"'),
    "a column that is none of ours": (b'"trigger"', b'"trigger; DROP TABLE scans"'),
    "a time that is none": (b'"2026-01-01T', b'"2026-13-45T'),
    "a number that is none": (b"1.7976931348623157e+308", b'"much"'),
    "bytes that are none": (b'"AAECAwQF', b'"***CAwQF'),
}


@pytest.mark.parametrize(("old", "new"), FOREIGN.values(), ids=FOREIGN)
def test_what_no_database_of_ours_holds_is_told_and_changes_nothing(full, sqlite_engine, old, new):
    spoilt = _consistent(full, old, new)
    with pytest.raises(SnapshotDamaged):
        restore(sqlite_engine, reader_of(spoilt))
    with pytest.raises(SnapshotDamaged):
        verify(reader_of(spoilt))
    assert held(sqlite_engine)["scans"] == []


def test_a_row_that_the_database_refuses_names_its_table(full, sqlite_engine):
    spoilt = _consistent(full, b'"0plain","0plain","0plain","0plain"', b"null,null,null,null")
    with pytest.raises(StorageError, match=r"a row of incidents is not taken: .*NOT NULL"):
        restore(sqlite_engine, reader_of(spoilt))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b'"version":1', b'"version":2', "form 2, and this leakwatch knows up to 1"),
        (b'"schema":"0', b'"schema":"9', "does not know the snapshot's schema, 9"),
    ],
)
def test_what_a_newer_leakwatch_made_is_told(full, sqlite_engine, old, new, says):
    newer = _with_line(full, 0, lambda line: line.replace(old, new))
    for act in (lambda: restore(sqlite_engine, reader_of(newer)), lambda: verify(reader_of(newer))):
        with pytest.raises(SnapshotTooNew, match=says):
            act()


def test_verifying_counts_and_touches_no_database(full):
    assert set(verify(reader_of(full)).values()) == {7}


def test_a_snapshot_is_read_a_little_at_a_time(engine):
    """However many rows there are: the first blocks come before the last rows are read."""
    with transaction(engine) as session:
        session.connection().execute(
            sa.insert(Table.metadata.tables["verdicts"]),
            [{"fingerprint": f"{n:032}", "at": AT + n, "scan_id": n, **_judged(n)} for n in range(60_000)],
        )
    seen = []

    def keep(_, blocks):
        seen.append(len(next(blocks)))
        seen.extend(len(block) for block in itertools.islice(blocks, 1000))

    make_snapshot(engine, "any", AT, keep)
    assert len(seen) > 1
    assert max(seen) < 3 << 20


def _judged(n):
    return {"verdict": "leak", "probability": n / 3, "growth_bytes_per_hour": n / 7, "current_bytes": n / 11}


def test_the_rows_of_the_tables_as_they_are_used_survive(engine, other):
    """Through the tables' own types, as the service reads them."""
    fill(engine)
    restore(other, reader_of(snapshot_of(engine)))
    for mine in (ScanRow, IncidentRow):
        with transaction(engine) as one, transaction(other) as two:
            assert [_values(row) for row in one.scalars(sa.select(mine).order_by(mine.id))] == [
                _values(row) for row in two.scalars(sa.select(mine).order_by(mine.id))
            ]


def _values(row):
    return {column.name: getattr(row, column.name) for column in row.__table__.columns}
