"""Snapshots through a real object store, from SQLite into PostgreSQL and back, and what goes wrong on the way."""

import json
import socket
import subprocess
import sys
import threading
import time

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from app.backup.archive import Archive
from app.backup.bucket import open_bucket
from app.cli import app
from app.commands import db_backup
from app.domain.snapshot import Keeping, Snapshot
from app.errors import (
    Conflict,
    NoSnapshot,
    SettingsError,
    SnapshotDamaged,
    StorageError,
    StoreRefused,
    StoreUnreachable,
    StoreUnusable,
    UsageError,
)
from app.settings import load_settings
from app.storage import engine as engines
from app.storage.engine import make_engine
from app.storage.schema import upgrade
from tests.support.filled import another_database, fill, held
from tests.support.s3 import BUCKET, running_s3
from tests.support.servers import cutting_server, free_port, wait_until
from tests.support.service import make_certificate


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with running_s3(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def run(monkeypatch, tmp_path, store):
    """`leakwatch db` in this process, on the store, in a folder of the test's own; its error is raised."""

    def run(*arguments, **settings):
        given = store.settings(backup_prefix=tmp_path.name) | settings
        with monkeypatch.context() as patched:
            for name, value in given.items():
                patched.setenv(f"LEAKWATCH_{name.upper()}", str(value))
            done = CliRunner().invoke(app, ["db", *map(str, arguments)], catch_exceptions=False)
        assert done.exit_code == 0
        return done.stdout

    return run


@pytest.fixture
def filled(sqlite_engine):
    """The test's SQLite database, with rows in every table."""
    fill(sqlite_engine)
    return sqlite_engine


def opened(**settings):
    return make_engine(load_settings(**settings))


def test_sqlite_to_postgresql_and_back(run, filled, postgresql, tmp_path):
    there = {"database_url": another_database(postgresql)}
    assert f"s3://{BUCKET}/{tmp_path.name} has a snapshot leakwatch-" in run("backup")
    assert "all compared" in run("restore", **there)
    in_postgresql = opened(**there)
    assert held(in_postgresql) == held(filled)
    in_postgresql.dispose()

    to = f"s3://{BUCKET}/{tmp_path.name}/back"
    run("backup", "--to", to, **there)
    back = {"data_dir": tmp_path / "back"}
    run("restore", "--from", to, **back)
    again = opened(**back)
    assert held(again) == held(filled)
    again.dispose()


def test_the_file_is_the_same_snapshot(run, filled, store, tmp_path):
    run("backup")
    [content, _] = sorted(store.files(tmp_path.name), key=lambda one: one.name, reverse=True)
    run("restore", "--from", content, data_dir=tmp_path / "other")
    other = opened(data_dir=tmp_path / "other")
    assert held(other) == held(filled)
    other.dispose()


def test_which_there_are_and_one_by_name(run, filled, tmp_path):
    run("backup")
    with filled.begin() as connection:
        connection.execute(sa.text("DELETE FROM verdicts"))
    run("backup")
    listed = json.loads(run("restore", "--list", "--output", "json"))
    newest, oldest = listed["snapshots"]
    assert listed["unusable"] == []
    assert newest["at"] >= oldest["at"]
    assert oldest["rows"] - newest["rows"] == 7
    assert oldest["name"] in run("restore", "--list")
    assert f"{oldest['rows']} rows" in run("restore", "--check", "--snapshot", oldest["name"])
    run("restore", "--snapshot", oldest["name"], data_dir=tmp_path / "other")
    other = opened(data_dir=tmp_path / "other")
    assert len(held(other)["verdicts"]) == 7
    other.dispose()
    with pytest.raises(NoSnapshot):
        run("restore", "--check", "--snapshot", "leakwatch-1")


def test_what_is_old_goes_when_a_new_one_is_there(run, filled, store, tmp_path):
    archive = Archive(open_bucket(load_settings(**store.settings()), BUCKET, tmp_path.name))
    for day in range(1, 6):
        name = f"leakwatch-202601{day:02}T030000Z-00000000"
        archive.keep(name, iter([b"x"]))
        archive.complete(Snapshot(name, 1_767_236_400.0 + 86_400 * day, "0005", "0.1.0", "SQLite", {}, 1, "0" * 64))
    told = run("backup", "--keep", 3, "--keep-weekly", 0)
    assert told.splitlines()[1].count("leakwatch-2026") == 3
    assert len(archive.listing().snapshots) == 3
    assert archive.let_go(Keeping(3, 0)) == []


def test_a_database_that_is_not_empty_is_replaced_by_its_name_alone(run, filled):
    run("backup")
    before = held(filled)
    with pytest.raises(Conflict, match="not empty"):
        run("restore")
    with pytest.raises(Conflict):
        run("restore", "--replace", "yes")
    run("restore", "--replace", "leakwatch.db")
    assert held(filled) == before


class TestWhatGoesWrong:
    """Each with a word of its own, by both commands, and in time."""

    def both(self, run, error, says, **settings):
        for command in ("backup", "restore"):
            with pytest.raises(error, match=says):
                run(command, **settings)

    def test_a_wrong_secret(self, run, filled):
        self.both(run, StoreRefused, "SignatureDoesNotMatch", backup_secret_key="wrong")

    def test_a_bucket_that_is_not_there(self, run, filled):
        self.both(run, StoreUnusable, "no bucket for s3://nowhere/", backup_bucket="nowhere")

    def test_nobody_is_there(self, run, filled):
        nobody = f"http://127.0.0.1:{free_port()}"
        self.both(run, StoreUnreachable, "nobody listens there", backup_endpoint=nobody, backup_timeout="2s")

    def test_a_server_that_is_no_object_store(self, run, filled):
        page = b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\nConnection: close\r\n\r\n<html>no</html>"
        with cutting_server(page) as url:
            with pytest.raises(StoreUnreachable, match="could not write"):
                run("backup", backup_endpoint=url, backup_timeout="2s")
            with pytest.raises(NoSnapshot):
                run("restore", backup_endpoint=url, backup_timeout="2s")

    def test_a_server_that_hangs(self, run, filled):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}"
            began = time.monotonic()
            self.both(run, StoreUnreachable, "no answer in time", backup_endpoint=url, backup_timeout="1s")
            assert time.monotonic() - began < 30

    def test_nothing_says_where(self, run, filled, monkeypatch):
        self.both(run, UsageError, "nothing says where", backup_bucket="")

    @pytest.mark.parametrize("place", ["s3://", "s3://backups", "s3://backups/", "s3://../x", "s3://backups/a//b"])
    def test_a_place_that_is_none(self, run, filled, place):
        with pytest.raises(UsageError, match="--to: "):
            run("backup", "--to", place)
        with pytest.raises(UsageError, match="--from: "):
            run("restore", "--from", place)

    def test_settings_that_do_not_go_together(self):
        for given in (
            {"backup_access_key": "a"},
            {"backup_bucket": "a/b"},
            {"backup_prefix": "/"},
            {"backup_endpoint": "minio:9000"},
        ):
            with pytest.raises(SettingsError, match=f"--{next(iter(given)).replace('_', '-')}:"):
                load_settings(**given)

    def test_a_byte_flipped_in_the_store(self, run, filled, store, tmp_path):
        run("backup")
        content = next(one for one in store.files(tmp_path.name) if one.suffix == ".gz")
        spoilt = bytearray(content.read_bytes())
        spoilt[len(spoilt) // 2] ^= 1
        content.write_bytes(spoilt)
        before = held(filled)
        with pytest.raises(SnapshotDamaged):
            run("restore", "--replace", "leakwatch.db")
        with pytest.raises(SnapshotDamaged):
            run("restore", "--check")
        assert held(filled) == before

    def test_an_upload_whose_process_is_killed_is_no_snapshot(self, run, filled, store, tmp_path):
        run("backup")
        settings = store.settings(backup_prefix=tmp_path.name)
        code = (
            "import itertools, os\n"
            "from app.settings import load_settings\n"
            "from app.backup.archive import Archive\n"
            "from app.backup.bucket import open_bucket\n"
            f"bucket = open_bucket(load_settings(**{settings!r}), {BUCKET!r}, {tmp_path.name!r})\n"
            "blocks = (os.urandom(1 << 20) for _ in itertools.count())\n"
            "Archive(bucket).keep('leakwatch-29991231T000000Z-00000000', blocks)\n"
        )
        process = subprocess.Popen([sys.executable, "-c", code])
        try:
            wait_until(lambda: store.is_uploading, "some of it is there")
        finally:
            process.kill()
            process.wait()
        [one] = json.loads(run("restore", "--list", "--output", "json"))["snapshots"]
        assert not one["name"].startswith("leakwatch-2999")
        run("restore", "--check")

    def test_a_database_that_is_full(self, run, filled, tmp_path, monkeypatch):
        run("backup")
        other = opened(data_dir=tmp_path / "other")
        upgrade(other)
        other.dispose()
        prepared = engines._sqlite

        def narrow(settings):
            engine = prepared(settings)
            sa.event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = 1"))
            return engine

        monkeypatch.setattr(engines, "_sqlite", narrow)
        with pytest.raises(StorageError, match="full"):
            run("restore", data_dir=tmp_path / "other")
        monkeypatch.undo()
        other = opened(data_dir=tmp_path / "other")
        assert held(other)["scans"] == []
        other.dispose()

    def test_a_file_that_is_there_already(self, run, filled, tmp_path):
        file = tmp_path / "taken"
        file.write_text("mine")
        with pytest.raises(UsageError, match="there already"):
            run("backup", "--to", file)
        assert file.read_text() == "mine"

    def test_a_file_that_is_not_there(self, run, tmp_path):
        with pytest.raises(UsageError, match="cannot read"):
            run("restore", "--from", tmp_path / "none")

    def test_a_file_is_no_bucket_to_list(self, run, tmp_path):
        with pytest.raises(UsageError, match="--list"):
            run("restore", "--list", "--from", tmp_path)


def test_what_fails_ends_in_one_line_and_a_status(leakwatch, store):
    done = leakwatch("db", "restore", **store.settings(backup_secret_key="wrong"))
    assert (done.status, done.out) == (1, "")
    [line] = done.err.splitlines()
    assert line.startswith("leakwatch: may not list in s3://backups/leakwatch: SignatureDoesNotMatch; check LEAKWATCH_")
    assert "wrong" not in done.err


def test_an_authority_of_its_own(filled, tmp_path, run):
    # One that signs others is refused as a server's own.
    certificate = make_certificate(tmp_path, "s3", "-nodes", "-addext", "basicConstraints=critical,CA:FALSE")
    with running_s3(tmp_path / "s3", tls=certificate) as store:
        trusted = {"backup_endpoint": store.url, "backup_ca_file": certificate.file}
        run("backup", **trusted)
        run("restore", "--check", **trusted)
        with pytest.raises(StoreUnreachable, match="its certificate is not trusted"):
            run("restore", "--check", backup_endpoint=store.url, backup_timeout="2s")
    other = make_certificate(tmp_path, "key-only").key
    with pytest.raises(SettingsError, match="LEAKWATCH_BACKUP_CA_FILE"):
        run("restore", "--check", backup_ca_file=other)


def test_credentials_from_the_environment_as_amazons_tools_take_them(run, filled, store, monkeypatch):
    given = store.settings()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", given["backup_access_key"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", given["backup_secret_key"])
    run("backup", backup_access_key="", backup_secret_key="")
    run("restore", "--check", backup_access_key="", backup_secret_key="")


def test_two_at_once_are_two_snapshots(filled, store, tmp_path, monkeypatch):
    for name, value in store.settings(backup_prefix=tmp_path.name).items():
        monkeypatch.setenv(f"LEAKWATCH_{name.upper()}", str(value))
    threads = [threading.Thread(target=db_backup.backup) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(Archive(open_bucket(load_settings(), BUCKET, tmp_path.name)).listing().snapshots) == 2
