"""Many share a transaction, nobody is answered before it is over, and whoever cannot be kept is told so."""

import asyncio
import threading

import pytest

from app.alertmanager.intake import AlertIntake
from app.alertmanager.payload import Notification, SetAside
from app.errors import Overloaded, StorageError

ONE = Notification([], [SetAside("one", None)])


class Written:
    """Keeps what is written; waits for `released` first, and fails with `error` where that is set."""

    def __init__(self):
        self.batches = []
        self.begun = threading.Event()
        self.released = threading.Event()
        self.error = None

    def __call__(self, notifications):
        self.begun.set()
        assert self.released.wait(30)
        if self.error is not None:
            raise self.error
        self.batches.append(len(notifications))


@pytest.fixture
def written():
    return Written()


@pytest.fixture
def intake_of(written):
    made = []

    def make(**options):
        intake = AlertIntake(written, **options)
        intake.start()
        made.append(intake)
        return intake

    yield make
    written.released.set()
    for one in made:
        assert one.stop()


@pytest.fixture(autouse=True)
def _a_loop_needs_sockets(socket_enabled):
    """asyncio wakes its loop from another thread by a pair of them."""


async def _begin(intake, written, count):
    first = asyncio.ensure_future(intake.keep(ONE))
    await asyncio.to_thread(written.begun.wait, 30)
    return [first, *(asyncio.ensure_future(intake.keep(ONE)) for _ in range(count - 1))]


def test_those_that_come_during_a_transaction_share_the_next(intake_of, written):
    async def act():
        waiting = await _begin(intake_of(), written, 6)
        await asyncio.sleep(0)
        assert not any(one.done() for one in waiting)
        written.released.set()
        await asyncio.gather(*waiting)

    asyncio.run(act())
    assert written.batches == [1, 5]


def test_a_database_that_fails_is_told_to_each(intake_of, written):
    written.error = StorageError("the disk is full")

    async def act():
        waiting = await _begin(intake_of(), written, 3)
        written.released.set()
        return await asyncio.gather(*waiting, return_exceptions=True)

    assert [str(one) for one in asyncio.run(act())] == ["the disk is full"] * 3


def test_a_fault_of_ours_does_not_end_it(intake_of, written):
    written.error = ValueError("a fault")
    written.released.set()
    intake = intake_of()
    with pytest.raises(StorageError, match="fault of leakwatch"):
        asyncio.run(intake.keep(ONE))
    written.error = None
    asyncio.run(intake.keep(ONE))
    assert written.batches == [1]


def test_more_than_may_wait_is_refused(intake_of, written):
    async def act():
        intake = intake_of(most_waiting=2)
        waiting = await _begin(intake, written, 3)
        await asyncio.sleep(0)
        with pytest.raises(Overloaded, match="wait to be written"):
            await intake.keep(ONE)
        written.released.set()
        await asyncio.gather(*waiting)

    asyncio.run(act())


def test_nobody_waits_for_longer_than_the_limit(intake_of):
    with pytest.raises(Overloaded, match="did not take it"):
        asyncio.run(intake_of(patience=0.01).keep(ONE))


def test_what_waits_is_written_before_it_stops(intake_of, written):
    async def act():
        intake = intake_of()
        waiting = await _begin(intake, written, 4)
        await asyncio.sleep(0)
        stopped = asyncio.ensure_future(asyncio.to_thread(intake.stop))
        written.released.set()
        assert await stopped
        await asyncio.gather(*waiting)
        with pytest.raises(Overloaded, match="stopping"):
            await intake.keep(ONE)

    asyncio.run(act())
    assert sum(written.batches) == 4
