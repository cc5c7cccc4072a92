"""Leases: who may do what only one may do."""

import threading

from app.storage import leases
from app.storage.engine import transaction


def _take(engine, now, holder="a", seconds=60.0):
    with transaction(engine) as session:
        return leases.take(session, "scan", holder, now, seconds)


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
