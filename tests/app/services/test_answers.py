"""Requests that are sent again, in a real database of each kind."""

import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa

from app.errors import Conflict, KeyReused, NotFound
from app.services.answers import KEPT_SECONDS, Answer, AnswerService, Asked
from app.storage.engine import reading
from app.storage.tables import IdempotencyRow, SecretRow
from tests.support.at_once import at_once
from tests.support.findings import NOW

ASKED = Asked("ann", "key-1", "0" * 64)


class Act:
    """Adds a row each time, and answers its number."""

    def __init__(self):
        self.times = 0

    def __call__(self, session=None):
        self.times += 1
        if session is not None:
            session.add(SecretRow(name=f"row {self.times}", value=""))
        return Answer(201, f'{{"number":{self.times}}}', {"ETag": f'"{self.times}"'})


@pytest.fixture
def act():
    return Act()


@pytest.fixture
def service(engine):
    return AnswerService(engine, lambda: NOW)


def _counted(engine, table):
    with reading(engine) as session:
        return session.scalars(sa.select(sa.func.count()).select_from(table)).one()


@pytest.mark.parametrize("how", ["once", "begun"])
def test_the_same_again_is_answered_alike_and_not_done(service, act, how):
    first = getattr(service, how)(ASKED, act)
    assert getattr(service, how)(ASKED, act) == first == Answer(201, '{"number":1}', {"ETag": '"1"'})
    assert act.times == 1


@pytest.mark.parametrize("how", ["once", "begun"])
@pytest.mark.parametrize(
    "other", [None, replace(ASKED, actor="bob"), replace(ASKED, key="key-2")], ids=["no key", "another", "another key"]
)
def test_what_is_not_the_same_is_done(service, act, how, other):
    getattr(service, how)(ASKED, act)
    getattr(service, how)(other, act)
    assert act.times == 2


@pytest.mark.parametrize("how", ["once", "begun"])
def test_another_request_with_the_key_is_refused(service, act, how):
    getattr(service, how)(ASKED, act)
    with pytest.raises(KeyReused):
        getattr(service, how)(replace(ASKED, digest="1" * 64), act)
    assert act.times == 1


@pytest.mark.parametrize(("age", "times"), [(KEPT_SECONDS, 1), (KEPT_SECONDS + 1, 2)])
def test_a_key_is_kept_for_a_day(engine, service, act, age, times):
    service.once(ASKED, act)
    AnswerService(engine, lambda: NOW + age).once(ASKED, act)
    assert act.times == times


@pytest.mark.parametrize("how", ["once", "begun"])
def test_what_could_not_be_done_may_be_tried_again(engine, service, act, how):
    def fail(session=None):
        raise NotFound("there is none")

    with pytest.raises(NotFound):
        getattr(service, how)(ASKED, fail)
    assert _counted(engine, IdempotencyRow) == 0
    assert getattr(service, how)(ASKED, act).status == 201


def test_killed_before_the_answer_is_kept_nothing_is_done(engine, service):
    """Both are of one transaction, whenever it breaks off."""

    class Killed(BaseException):
        pass

    def act(session):
        session.add(SecretRow(name="row", value=""))
        session.flush()
        raise Killed

    with pytest.raises(Killed):
        service.once(ASKED, act)
    assert (_counted(engine, SecretRow), _counted(engine, IdempotencyRow)) == (0, 0)


def test_killed_in_what_has_transactions_of_its_own_it_is_not_done_again(service, act):
    class Killed(BaseException):
        pass

    def killed():
        act()
        raise Killed

    with pytest.raises(Killed):
        service.begun(ASKED, killed)
    with pytest.raises(Conflict, match="was cut off"):
        service.begun(ASKED, act)
    assert act.times == 1


def test_at_the_same_time_it_is_done_once_and_both_are_answered(engine, service, act):
    first, second = at_once(lambda: service.once(ASKED, act), lambda: service.once(ASKED, act))
    assert first == second
    assert _counted(engine, SecretRow) == 1


def test_while_it_is_being_done_the_second_is_told_so(service, act):
    begun, go = threading.Event(), threading.Event()

    def slow():
        begun.set()
        assert go.wait(30)
        return act()

    thread = threading.Thread(target=lambda: service.begun(ASKED, slow))
    thread.start()
    assert begun.wait(30)
    with pytest.raises(Conflict, match="not answered yet"):
        service.begun(ASKED, act)
    go.set()
    thread.join(30)
    assert service.begun(ASKED, act).body == '{"number":1}'


def test_a_secret_is_shown_once_and_not_kept(engine, service, act):
    service.once(ASKED, act, secret=True)
    with reading(engine) as session:
        assert session.scalars(sa.select(IdempotencyRow.body)).one() is None
    with pytest.raises(Conflict, match="shown only once"):
        service.once(ASKED, act, secret=True)
    assert act.times == 1
