"""A feed: listed once, followed, and what it does when the server forgets, refuses, fails or is gone."""

import threading

import pytest

from app.errors import (
    ClusterError,
    ClusterExpired,
    ClusterForbidden,
    ClusterUnauthorized,
    ClusterUnreachable,
    ObjectNotFound,
)
from app.kubernetes import feed as feed_module
from app.kubernetes.feed import Feed, FeedState, Subject
from app.kubernetes.keeping import keep_owned
from app.kubernetes.paths import JOBS
from tests.support.servers import wait_until


def _job(name, version="1"):
    return {"metadata": {"name": name, "namespace": "shop", "uid": f"uid-{name}", "resourceVersion": version}}


class _Script:
    """An access that does what is written, one step after another, and then waits."""

    def __init__(self, *steps):
        self._steps = list(steps)
        self.asked = []
        self.over = threading.Event()

    def _next(self, kind, version):
        self.asked.append((kind, version))
        if not self._steps:
            self.over.wait(30)
            raise ClusterUnreachable("the access to the cluster was closed")
        wanted, answer = self._steps.pop(0)
        assert wanted == kind
        if isinstance(answer, Exception):
            raise answer
        return answer

    def pages(self, path, query=None, limit=500, *, accept="", parse=None):
        for page in self._next("list", None):
            if isinstance(page, Exception):
                raise page
            yield page

    def watch(self, path, resource_version, query=None, *, accept="", parse=None):
        return self._events(self._next("watch", resource_version))

    def _events(self, events):
        for event in events:
            if isinstance(event, Exception):
                raise event
            yield event


def _page(version, *names):
    return {"metadata": {"resourceVersion": version}, "items": [_job(name) for name in names]}


@pytest.fixture
def follow(monkeypatch):
    """A feed on a script, in a thread, without pauses."""
    monkeypatch.setattr(feed_module, "_FIRST_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(feed_module, "_LONGEST_PAUSE_SECONDS", 0.002)
    monkeypatch.setattr(feed_module, "_REFUSED_PAUSE_SECONDS", 0.001)
    running = []

    def start(*steps, **options):
        script = _Script(*steps)
        feed = Feed(script, Subject(JOBS, keep_owned("batch/v1", "Job")), **options)
        thread = threading.Thread(target=feed.run)
        thread.start()
        running.append((feed, script, thread))
        return feed, script

    yield start
    for feed, script, thread in running:
        feed.stop()
        script.over.set()
        thread.join(10)
        assert not thread.is_alive()


def _names(feed):
    return sorted(one.name for one in feed.objects())


def _done(script, count):
    wait_until(lambda: len(script.asked) == count, f"{count} requests were made", 10)


def test_it_lists_and_then_follows_from_the_lists_version(follow):
    feed, script = follow(
        ("list", [_page("7", "a"), _page("7", "b")]),
        ("watch", [("ADDED", _job("c", "8")), ("DELETED", _job("a", "9"))]),
    )
    _done(script, 3)
    assert script.asked == [("list", None), ("watch", "7"), ("watch", "9")]
    assert (_names(feed), feed.state) == (["b", "c"], FeedState.CURRENT)


def test_a_bookmark_moves_the_version_alone(follow):
    feed, script = follow(
        ("list", [_page("7", "a")]), ("watch", [("BOOKMARK", {"metadata": {"resourceVersion": "99"}})])
    )
    _done(script, 3)
    assert (script.asked[2], _names(feed)) == (("watch", "99"), ["a"])


@pytest.mark.parametrize(
    "gone",
    [("watch", ClusterExpired("too old")), ("watch", [("ADDED", _job("x", "8")), ClusterExpired("too old")])],
    ids=["at once", "on the way"],
)
def test_what_the_server_has_forgotten_is_listed_anew(follow, gone):
    feed, script = follow(("list", [_page("7", "a")]), gone, ("list", [_page("20", "b")]))
    _done(script, 4)
    assert (script.asked[3], _names(feed), feed.lists) == (("watch", "20"), ["b"], 2)


def test_a_list_that_takes_too_long_begins_anew(follow):
    feed, script = follow(("list", [_page("7", "a"), ClusterExpired("continue")]), ("list", [_page("9", "b")]))
    _done(script, 3)
    assert _names(feed) == ["b"]


@pytest.mark.parametrize("error", [ClusterUnreachable("cut"), ClusterUnauthorized("401")])
def test_after_an_outage_it_goes_on_where_it_was(follow, error):
    feed, script = follow(("list", [_page("7", "a")]), ("watch", error), ("watch", [("ADDED", _job("b", "8"))]))
    _done(script, 4)
    assert [version for _, version in script.asked] == [None, "7", "7", "8"]
    assert (_names(feed), feed.lists) == (["a", "b"], 1)


def test_a_version_that_is_never_taken_is_given_up(follow):
    wrong = ("watch", ClusterUnreachable("Too large resource version"))
    feed, script = follow(("list", [_page("7", "a")]), wrong, wrong, wrong, ("list", [_page("3", "b")]))
    _done(script, 6)
    assert (script.asked[5], _names(feed)) == (("watch", "3"), ["b"])


def test_what_it_knew_it_still_knows_while_the_server_is_away(follow):
    feed, script = follow(("list", [_page("7", "a")]), ("watch", ClusterUnreachable("cut")))
    _done(script, 3)
    assert (_names(feed), feed.state, str(feed.error)) == (["a"], FeedState.STALE, "cut")


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (ClusterForbidden("no"), FeedState.FORBIDDEN),
        (ObjectNotFound("no such kind"), FeedState.ABSENT),
        (ClusterUnreachable("cut"), FeedState.UNREACHABLE),
        (ClusterError("garbage"), FeedState.UNREACHABLE),
    ],
)
def test_what_cannot_be_read_at_first_is_told_and_tried_again(follow, error, state):
    feed, script = follow(("list", error), ("list", error))
    assert feed.settle(10)
    _done(script, 3)
    assert (_names(feed), feed.state) == ([], state)


def test_a_right_that_is_taken_away_takes_what_was_known(follow):
    feed, script = follow(
        ("list", [_page("7", "a")]), ("watch", ClusterForbidden("no")), ("list", ClusterForbidden("no"))
    )
    _done(script, 4)
    assert (_names(feed), feed.state) == ([], FeedState.FORBIDDEN)


def test_a_right_that_is_given_later_is_used(follow):
    feed, script = follow(("list", ClusterForbidden("no")), ("list", [_page("7", "a")]))
    _done(script, 3)
    assert (_names(feed), feed.state) == (["a"], FeedState.CURRENT)


def test_one_that_is_not_watched_is_listed_again_and_again(follow, monkeypatch):
    monkeypatch.setattr(feed_module, "_POLL_SECONDS", 0.001)
    feed, script = follow(("list", [_page("7", "a")]), ("list", [_page("9", "b")]), watched=False)
    _done(script, 3)
    assert (_names(feed), {kind for kind, _ in script.asked}) == (["b"], {"list"})


@pytest.mark.parametrize(
    "odd", [None, 1, {}, {"metadata": None}, {"metadata": {"name": "a"}}, {"metadata": {"uid": "u"}}]
)
def test_what_makes_no_sense_is_left_out(follow, odd):
    page = _page("7", "a")
    page["items"].append(odd)
    feed, script = follow(("list", [page]), ("watch", [("ADDED", odd if isinstance(odd, dict) else {})]))
    _done(script, 3)
    assert _names(feed) == ["a"]
