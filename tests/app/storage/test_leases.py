"""Leases: who may do what only one may do."""

import os
import threading
import time

import pytest
import sqlalchemy as sa

from app.errors import StorageError
from app.settings import load_settings
from app.storage import clock, leases
from app.storage import engine as engine_module
from app.storage.engine import make_engine, transaction
from app.storage.schema import upgrade
from tests.support.servers import wait_until


def _take(engine, now, holder="a", seconds=60.0):
    with transaction(engine) as session:
        return leases.take(session, "scan", holder, now, seconds)


@pytest.fixture
def postgresql_engine(postgresql_url):
    engine = make_engine(load_settings(database_url=postgresql_url))
    upgrade(engine)
    yield engine
    engine.dispose()


def test_a_free_one_is_had(engine):
    assert _take(engine, 1000.0) == 1


def test_a_held_one_is_not(engine):
    _take(engine, 1000.0)
    assert _take(engine, 1059.0, "b") is None


def test_one_that_ran_out_is_had_with_a_greater_token(engine):
    _take(engine, 1000.0)
    assert _take(engine, 1060.0, "b") == 2


def test_one_that_was_let_go_is_had(engine):
    token = _take(engine, 1000.0)
    with transaction(engine) as session:
        leases.let_go(session, "scan", token)
    assert _take(engine, 1001.0, "b") == 2


def test_an_old_token_can_neither_renew_nor_let_go(engine):
    old = _take(engine, 1000.0)
    _take(engine, 1060.0, "b")
    with transaction(engine) as session:
        assert not leases.renew(session, "scan", old, 1061.0, 60.0)
        leases.let_go(session, "scan", old)
    assert _take(engine, 1062.0, "c") is None


def test_it_runs_out_by_the_clock_of_the_database_and_not_by_that_of_a_replica(postgresql_engine, monkeypatch):
    """A replica whose clock is a day ahead does not take what another holds."""
    engine = postgresql_engine
    assert _take(engine, None) == 1
    ahead = time.time() + 86_400
    monkeypatch.setattr(clock.time, "time", lambda: ahead)
    assert _take(engine, None, "b") is None
    with transaction(engine) as session:
        assert leases.renew(session, "scan", 1, None, 60.0)


def test_who_renewed_in_a_transaction_keeps_it_until_the_transaction_ends(postgresql_engine):
    """Renewed in the last moment: another waits until all is written, and then does not have it."""
    engine = postgresql_engine
    assert _take(engine, 1000.0) == 1
    asked, got = threading.Event(), []

    def other():
        asked.set()
        got.append(_take(engine, 1070.0, "b"))

    thread = threading.Thread(target=other)
    with transaction(engine) as session:
        assert leases.renew(session, "scan", 1, 1069.0, 60.0)
        thread.start()
        assert asked.wait(30)
        wait_until(lambda: _waiting(engine), "the other waits for the row")
        assert got == []
    thread.join()
    assert got == [None]


def _waiting(engine):
    with engine.connect() as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        return connection.exec_driver_sql(query).scalar()


def test_a_replica_that_vanishes_in_a_transaction_holds_nobody_up_for_long(postgresql_url, monkeypatch):
    monkeypatch.setattr(engine_module, "_IDLE_IN_TRANSACTION_SECONDS", 1)
    engine = make_engine(load_settings(database_url=postgresql_url))
    upgrade(engine)
    token = _take(engine, 1000.0)
    with pytest.raises(StorageError), transaction(engine) as vanished:
        assert leases.renew(vanished, "scan", token, 1001.0, 60.0)
        assert _take(engine, 1061.5, "b") == 2
        assert not leases.renew(vanished, "scan", token, 1062.0, 60.0)
    engine.dispose()


def test_one_stuck_halfway_through_a_statement_is_cut_off_once_its_lease_is_over(postgresql_engine):
    """It has sent the head of a statement and not the rest, so that none of the server's time limits applies."""
    engine = postgresql_engine
    assert _take(engine, time.time() - 70.0) == 1
    with pytest.raises(StorageError, match=r"terminating|closed"), transaction(engine) as stuck:
        assert leases.renew(stuck, "scan", 1, None, 60.0)
        driver = stuck.connection().connection.driver_connection
        os.write(driver.fileno(), b"Q\x00\x00\x10\x00SELECT")
        with transaction(engine) as session:
            leases.cut_off_stuck(session, "scan", 60.0)
            assert _waits(session), "it is not that old"
            leases.cut_off_stuck(session, "scan", 0.0)
        wait_until(lambda: _take(engine, None, "b") == 2, "another has it")
        stuck.execute(sa.text("SELECT 1"))


def _waits(session):
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL"
    return session.execute(sa.text(query)).scalar()


def test_one_within_its_lease_is_not_cut_off(postgresql_engine):
    engine = postgresql_engine
    assert _take(engine, None) == 1
    with transaction(engine) as busy:
        assert leases.renew(busy, "scan", 1, None, 60.0)
        with transaction(engine) as session:
            leases.cut_off_stuck(session, "scan", 0.0)
        assert leases.renew(busy, "scan", 1, None, 60.0)


def test_of_many_at_once_one_has_it(engine):
    barrier, tokens = threading.Barrier(6, timeout=30), []

    def take():
        barrier.wait()
        tokens.append(_take(engine, 1000.0))

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(token for token in tokens if token is not None) == [1]
    assert len(tokens) == 6
