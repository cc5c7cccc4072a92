"""How open pages are told of changes."""

import asyncio
import json
from contextlib import aclosing

import pytest

from app.domain.scan import ScanProgress
from app.errors import Overloaded, StorageError
from app.services.changes import Changes
from app.web import events
from app.web.events import EventHub

NOTHING = Changes({}, None)


class Told:
    """Looks that tell one thing after the other, and then nothing."""

    def __init__(self, *looks):
        self.looks = list(looks)

    def __call__(self):
        found = self.looks.pop(0) if self.looks else NOTHING
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(events, "_LOOK_EVERY_SECONDS", 0.001)
    monkeypatch.setattr(events, "_HEARTBEAT_SECONDS", 0.02)


def heard(hub, number, host="a"):
    """The first so many parts of a stream."""

    async def listen():
        parts = []
        async with aclosing(events._stream(hub, hub.join(host))) as stream:
            async for part in stream:
                parts.append(part.decode())
                if len(parts) == number:
                    break
        return parts

    return asyncio.run(asyncio.wait_for(listen(), 10))


def test_a_change_is_told_by_id_and_version():
    told = heard(EventHub(Told(Changes({7: 3}, "4 running"))), 2)[1]
    kind, data, *_ = told.split("\n")
    assert kind == "event: changed"
    assert json.loads(data.removeprefix("data: ")) == {"incidents": {"7": 3}, "scan": "4 running"}


def test_too_many_are_told_as_such():
    assert '"incidents":null' in heard(EventHub(Told(Changes(None, None))), 2)[1]


def test_how_far_a_scan_has_come_is_told_by_itself():
    kind, data, *_ = heard(EventHub(Told(Changes({}, None, ScanProgress(7, 210, 4200)))), 2)[1].split("\n")
    assert kind == "event: progress"
    words = "210 of 4,200 containers read and judged"
    assert json.loads(data.removeprefix("data: ")) == {"scan": 7, "done": 210, "total": 4200, "words": words}


def test_a_heart_beats_where_nothing_changes():
    assert heard(EventHub(Told()), 3) == ["retry: 1000\n\n", ": still here\n\n", ": still here\n\n"]


def test_a_database_that_is_away_ends_nothing():
    parts = heard(EventHub(Told(StorageError("away"), Changes({1: 1}, None))), 2)
    assert parts[1].startswith("event: changed")


def test_it_ends_after_a_while_so_that_who_listens_is_asked_anew(monkeypatch):
    monkeypatch.setattr(events, "_LONGEST_SECONDS", 0.03)
    assert heard(EventHub(Told()), 100)[-1] == ": still here\n\n"


def test_it_ends_with_the_service_and_nobody_comes_in_any_more():
    hub = EventHub(Told())

    async def listen():
        stream = events._stream(hub, hub.join("a"))
        await anext(stream)
        hub.stop()
        rest = [part async for part in stream if not part.startswith(b":")]
        with pytest.raises(Overloaded):
            hub.join("a")
        return rest

    assert asyncio.run(asyncio.wait_for(listen(), 10)) == []


def test_who_has_gone_is_not_looked_for_any_more():
    hub = EventHub(Told())
    heard(hub, 1)
    assert (hub._listeners, hub._watching) == ({}, None)


@pytest.mark.parametrize(
    ("hosts", "most"), [(["a"], events._MOST_FROM_ONE), (["a", "b", "c", "d", "e", "f"], events._MOST)]
)
def test_there_is_room_for_so_many(hosts, most):
    async def crowd():
        hub = EventHub(Told())
        with pytest.raises(Overloaded):
            for number in range(most + 1):
                hub.join(hosts[number % len(hosts)])
        joined = len(hub._listeners)
        for queue in list(hub._listeners):
            hub.leave(queue)
        return joined

    assert asyncio.run(crowd()) == most


def test_who_does_not_read_is_sent_away():
    async def slow():
        hub = EventHub(Told())
        queue = hub.join("a")
        for _ in range(events._MOST_WAITING + 1):
            hub._tell(b"x")
        left = [queue.get_nowait() for _ in range(queue.qsize())]
        hub.leave(queue)
        return left

    assert asyncio.run(slow()) == [None]


def test_who_is_not_known_hears_nothing(person):
    assert person.client.get("/events", headers={"Accept": "text/event-stream"}).status_code == 401
