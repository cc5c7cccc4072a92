"""Migrations: what they make is what the tables say, and nothing runs on another schema."""

import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from app.errors import SchemaOutdated, SchemaTooNew, SettingsError, StorageError
from app.output.document import finding_document
from app.settings import load_settings
from app.storage import scans
from app.storage.engine import make_engine, transaction
from app.storage.schema import check, newest, standing, upgrade
from app.storage.tables import Table, WorkloadRow, names_of
from detectors.judgement import Quantiles
from tests.support.findings import MIB, finding


def _stamp(engine, revision):
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :new"), {"new": revision})


def _upgrade_to(connection, revision):
    config = Config()
    config.set_main_option("script_location", "migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def test_the_migrations_make_what_the_tables_say(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []


def test_an_empty_database_is_outdated(empty_engine):
    with pytest.raises(SchemaOutdated, match="no tables yet"):
        check(empty_engine)


def test_upgrading_twice_is_upgrading_once(engine):
    assert upgrade(engine) == check(engine)


def test_upgrades_at_once_wait_for_each_other(empty_engine):
    barrier, ended = threading.Barrier(4, timeout=30), []

    def run():
        barrier.wait()
        try:
            ended.append(upgrade(empty_engine))
        except Exception as error:
            ended.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended == [check(empty_engine)] * 4


@pytest.mark.parametrize("suspect", ["V42-Beta", None])
def test_incidents_from_before_the_third_migration_are_found_by_their_names(empty_engine, suspect):
    names = {"namespace": "Shop", "workload": "CART", "container": "Web", "suspect": suspect}
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    times = dict.fromkeys(("opened_at", "updated_at", "last_seen_at", "last_leak_at", "judged_until"), moment)
    figures = {"window_seconds": 3600.0, "healthy_streak": 0, "occurrences": 1, "finding": {}}
    with empty_engine.begin() as connection:
        _upgrade_to(connection, "0002")
        table = sa.Table("incidents", sa.MetaData(), autoload_with=connection)
        one = {"fingerprint": "f", "cluster": "", "state": "open", "severity": "info"}
        connection.execute(table.insert(), {**one, **names, **times, **figures})
    upgrade(empty_engine)
    with empty_engine.connect() as connection:
        kept = connection.execute(sa.text("SELECT names FROM incidents")).scalar_one()
    assert kept == names_of(*names.values())


@pytest.mark.parametrize("newer", ["9999_since_9999", "9999_since_9998", "f00dcafe"])
def test_a_newer_schema_that_takes_something_away_is_refused(engine, newer):
    _stamp(engine, newer)
    with pytest.raises(SchemaTooNew, match=f"cannot live with the database's schema {newer}"):
        check(engine)
    with pytest.raises(SchemaTooNew):
        upgrade(engine)


@pytest.mark.parametrize("newer", ["9999", "9999_since_0001"])
def test_a_newer_schema_that_only_adds_is_lived_with_and_left_alone(engine, newer):
    _stamp(engine, newer)
    assert check(engine) == newer
    assert upgrade(engine) == newer
    assert standing(newer) == f"schema {newer}, newer than this leakwatch's own, {newest()}, which can live with it"


def test_an_upgrade_that_fails_leaves_nothing(empty_engine):
    with empty_engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE incident_events (x INTEGER)"))
    with pytest.raises(StorageError):
        upgrade(empty_engine)
    assert sa.inspect(empty_engine).get_table_names() == ["incident_events"]


def test_of_scans_before_costs_were_kept_nothing_is_known(empty_engine):
    with empty_engine.begin() as connection:
        _upgrade_to(connection, "0003")
        connection.execute(
            sa.text("INSERT INTO scans (trigger, state, started_at) VALUES ('cli', 'failed', '2026-01-01 00:00:00')")
        )
    upgrade(empty_engine)
    with transaction(empty_engine) as session:
        assert [scan.cost for scan in scans.page(session, None, 5, None)] == [None]


JUDGED_AT = datetime(2026, 1, 1, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("found", "kept"),
    [
        ({}, (None, None, True, "")),
        (
            finding_document(finding(time_to_limit=Quantiles(10.0, 5400.0, 90_000.0), fully_read=False)),
            (JUDGED_AT.timestamp() + 5400, 512 * MIB, False, "rising_floor"),
        ),
        (finding_document(finding(time_to_limit=None, limit_bytes=None, reasons=())), (None, None, True, "")),
    ],
    ids=["nothing", "leak", "no limit"],
)
def test_workloads_from_before_the_fifth_migration_get_what_their_finding_says(empty_engine, found, kept):
    with empty_engine.begin() as connection:
        _upgrade_to(connection, "0004")
        table = sa.Table("workloads", sa.MetaData(), autoload_with=connection)
        names = {"fingerprint": "f", "cluster": "", "namespace": "shop", "workload": "cart", "container": "app"}
        judged = {"verdict": "leak", "probability": 0.9, "growth_bytes_per_hour": 1.0, "judged_at": JUDGED_AT}
        connection.execute(table.insert(), {**names, **judged, "scan_id": 1, "finding": found})
    upgrade(empty_engine)
    with transaction(empty_engine) as session:
        row = session.scalars(sa.select(WorkloadRow)).one()
        assert (row.limit_at, row.limit_bytes, row.fully_read, row.reason) == kept


def test_a_transaction_is_whole_or_nothing(engine):
    insert = sa.text("INSERT INTO leases (name, holder, token, expires_at) VALUES ('a', 'b', 1, '2026-01-01 00:00:00')")
    with pytest.raises(ZeroDivisionError), transaction(engine) as session:
        session.execute(insert)
        raise ZeroDivisionError
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM leases")).scalar() == 0


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense", "not of the form postgresql://"),
        ("mysql://u:s3cret@h/d", "mysql is not supported"),
    ],
)
def test_a_wrong_database_url_is_named_without_its_secret(url, says):
    with pytest.raises(SettingsError, match=says) as caught:
        make_engine(load_settings(database_url=url))
    assert "s3cret" not in str(caught.value)


def test_a_database_that_does_not_answer_is_named_without_its_secret(tmp_path):
    engine = make_engine(load_settings(database_url=f"postgresql://u:s3cret@/d?host={tmp_path}"))
    with pytest.raises(StorageError, match="the database failed") as caught:
        check(engine)
    engine.dispose()
    assert "s3cret" not in str(caught.value)


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        make_engine(load_settings(data_dir=tmp_path / "file" / "data"))


def test_a_file_that_is_no_database_is_named(tmp_path):
    (tmp_path / "leakwatch.db").write_bytes(b"nonsense " * 1000)
    engine = make_engine(load_settings(data_dir=tmp_path))
    with pytest.raises(StorageError, match="not a database"):
        check(engine)
    engine.dispose()
