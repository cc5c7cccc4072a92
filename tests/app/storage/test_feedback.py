"""Feedback in the database: one in force a fingerprint, and what was before it."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.domain.feedback import Figures
from app.errors import StorageError
from app.storage import feedback
from app.storage.engine import reading, transaction
from app.storage.tables import FeedbackRow

FIGURES = Figures(5.25, 1234.0)


def _add(engine, fingerprint="abc", actor="ann", now=1000.0):
    with transaction(engine) as session:
        feedback.add(session, fingerprint, FIGURES, "a cache", actor, now)
        return feedback.of_fingerprint(session, fingerprint)


def _withdraw(engine, said, actor="bob", now=2000.0):
    with transaction(engine) as session:
        return feedback.withdraw(session, said.id, actor, now)


def _in_force(engine):
    with reading(engine) as session:
        return feedback.in_force(session)


def test_what_was_said_is_kept_as_it_was(engine):
    _add(engine)
    said = _in_force(engine)["abc"]
    assert (said.figures, said.comment, said.actor, said.at) == (FIGURES, "a cache", "ann", 1000.0)


def test_one_in_force_a_fingerprint(engine):
    _add(engine)
    with pytest.raises(StorageError) as caught:
        _add(engine)
    assert isinstance(caught.value.__cause__, IntegrityError)


def test_fingerprints_do_not_mind_each_other(engine):
    _add(engine)
    _add(engine, "def")
    assert set(_in_force(engine)) == {"abc", "def"}


def test_after_a_withdrawal_it_can_be_said_anew(engine):
    first = _add(engine)
    assert _withdraw(engine, first)
    assert _in_force(engine) == {}
    second = _add(engine, actor="cid")
    assert _in_force(engine) == {"abc": second}


def test_what_was_withdrawn_stays_with_who_did_it(engine):
    _withdraw(engine, _add(engine))
    with reading(engine) as session:
        (row,) = session.scalars(sa.select(FeedbackRow))
    assert (row.actor, row.withdrawn_by, row.withdrawn_at) == ("ann", "bob", 2000.0)


def test_of_two_who_withdraw_it_one_has_done_so(engine):
    said = _add(engine)
    assert [_withdraw(engine, said), _withdraw(engine, said, "cid", 3000.0)] == [True, False]
    with reading(engine) as session:
        assert session.scalars(sa.select(FeedbackRow.withdrawn_by)).one() == "bob"


def test_a_withdrawal_of_what_is_not_there_is_none(engine):
    with transaction(engine) as session:
        assert not feedback.withdraw(session, 99, "bob", 2000.0)
